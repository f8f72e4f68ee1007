package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// setConfigFlags are those of set secret and set configmap: where values come from, who is rolled, and
// how that is watched.
type setConfigFlags struct {
	sourceFlags
	releaseFlags
	roll      string
	force     bool
	versioned bool
}

func (f *setConfigFlags) add(flags *pflag.FlagSet) {
	f.sourceFlags.add(flags)
	f.releaseFlags.add(flags)
	flags.StringVar(&f.roll, "roll", string(secrets.RollAuto), `Who gets new pods: "auto" (who would go on with the old values), "all" (who uses the object) or "none"`)
	flags.BoolVar(&f.versioned, "versioned", false, "Write an immutable object of its own, with a hash of the content in its name, and point those who use the old one to it: an undo brings the old content back, too")
	flags.BoolVar(&f.force, "force", false, "Remove keys that are in use; who can't do without one is not rolled")
}

func (f *setConfigFlags) validate(flags *pflag.FlagSet) error {
	if err := oneOf("roll", f.roll, string(secrets.RollAuto), string(secrets.RollAll), string(secrets.RollNone)); err != nil {
		return err
	}
	return f.releaseFlags.validate(flags)
}

const setSecretExample = `  # Change one key, and roll those who use it: if that fails, the old value comes back with the old pods
  kubectl app set secret db --from-env=NEW_PASSWORD=password

  # Remove a key; refused if anybody uses it
  kubectl app set secret db OLD_PASSWORD-

  # Who would be rolled? Nothing is written
  kubectl app set secret db --generate=password=32 --dry-run=server

  # As an immutable version of its own: rollout undo brings the old one back
  kubectl app set secret db --from-env=NEW_PASSWORD=password --versioned

  # Only the write; pods read it when they start next
  kubectl app set secret db --from-file=ca.crt --roll=none`

func newSetSecret(env *Env) *cobra.Command {
	return newSetConfig(env, string(workload.SecretReference), &cobra.Command{
		Use:   "secret NAME [KEY=VALUE | KEY=- | KEY-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Short: "Change keys of a Secret, and roll those who use them, as one release",
		Long: `Change some keys of a Secret; all others stay. The workloads that would go on with the old values are
restarted as one release, watched to a verdict. If it fails, the old values are restored, and the workloads
rolled back.

KEY- removes a key: refused while somebody uses it, unless with --force. KEY=- takes a value from stdin.
Two people's edits don't eat each other: if someone has changed the same key meanwhile, nothing is written.
No value is ever shown.`,
		Example: setSecretExample,
	})
}

const setConfigMapExample = `  # Change a key, remove another, and roll those who read them when they start
  kubectl app set configmap settings LOG_LEVEL=debug OLD-

  # The keys of a .env file; whoever uses the ConfigMap gets new pods
  kubectl app set configmap settings --from-dotenv=.env --roll=all

  # In a script: one JSON object on stdout, the exit code says how it ended
  kubectl app set configmap settings LOG_LEVEL=info -o result`

func newSetConfigMap(env *Env) *cobra.Command {
	return newSetConfig(env, string(workload.ConfigMapReference), &cobra.Command{
		Use:     "configmap NAME [KEY=VALUE | KEY=- | KEY-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Aliases: []string{"cm"},
		Short:   "Change keys of a ConfigMap, and roll those who use them, as one release",
		Long: `Change some keys of a ConfigMap; all others stay. The workloads that would go on with the old values are
restarted as one release, watched to a verdict. If it fails, the old values are restored, and the workloads
rolled back.

KEY- removes a key: refused while somebody uses it, unless with --force. KEY=- takes a value from stdin.
Two people's edits don't eat each other: if someone has changed the same key meanwhile, nothing is written.`,
		Example: setConfigMapExample,
	})
}

func newSetConfig(env *Env, kind string, cmd *cobra.Command) *cobra.Command {
	var flags setConfigFlags
	out := newOutput("restarted")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := flags.change(cmd, env, out, kind, args)
		if err != nil {
			return err
		}
		return s.run(cmd.Context())
	}
	flags.add(cmd.Flags())
	// Of kubectl's formats only the name: an object would show every value.
	cmd.Flags().StringVarP(out.print.OutputFormat, "output", "o", "", "Output format. One of: (name, result); result is the outcome of the whole transaction as JSON.")
	return cmd
}
