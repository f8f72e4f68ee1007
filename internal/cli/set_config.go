package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// setConfigFlags are those of set secret and set configmap: where values come from, who is rolled, and
// how that is watched.
type setConfigFlags struct {
	sourceFlags
	releaseFlags
	roll      consumers.Roll
	force     bool
	versioned bool
}

func (f *setConfigFlags) add(flags *pflag.FlagSet) {
	f.sourceFlags.add(flags)
	f.releaseFlags.add(flags)
	addChoice(flags, &f.roll, "roll", consumers.RollAuto, `Which workloads to restart: "auto" (those that still run with the old values), "all" (all that use the object) or "none"`,
		consumers.RollAuto, consumers.RollAll, consumers.RollNone)
	flags.BoolVar(&f.versioned, "versioned", false, "Write a new immutable object with a hash in its name, and make the workloads refer to it; rollout undo goes back to the old one")
	flags.BoolVar(&f.force, "force", false, "Remove keys even if workloads use them; workloads that need a removed key are not restarted")
}

const setSecretExample = `  # Change one key and restart the workloads that use it; if that fails, restore the old value
  kubectl app set secret db --from-env=NEW_PASSWORD=password

  # Remove a key; refused if a workload uses it
  kubectl app set secret db OLD_PASSWORD-

  # Which workloads would be restarted? Nothing is written
  kubectl app set secret db --generate=password=32 --dry-run=server

  # Write a new immutable Secret; rollout undo goes back to the old one
  kubectl app set secret db --from-env=NEW_PASSWORD=password --versioned

  # Write only; pods read the new value when they next start
  kubectl app set secret db --from-file=ca.crt --roll=none`

func newSetSecret(env *Env) *cobra.Command {
	return newSetConfig(env, string(workload.SecretReference), &cobra.Command{
		Use:   "secret NAME [KEY=VALUE | KEY=- | KEY-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Short: "Change keys of a Secret and restart the workloads that use them",
		Long: `Change some keys of a Secret; all other keys stay. The workloads that still run with the old values are
restarted, and the rollout is watched. If it fails, the old values are restored and the workloads are rolled
back.

KEY- removes a key. This is refused while a workload uses the key, unless you add --force. KEY=- reads the
value from standard input. If someone else changes the same key at the same time, nothing is written.
No value is ever shown.`,
		Example: setSecretExample,
	})
}

const setConfigMapExample = `  # Change a key, remove another, and restart the workloads that read them at start
  kubectl app set configmap settings LOG_LEVEL=debug OLD-

  # Set the keys of a .env file and restart all workloads that use the ConfigMap
  kubectl app set configmap settings --from-dotenv=.env --roll=all

  # In a script: one JSON object on stdout, the exit code says how it ended
  kubectl app set configmap settings LOG_LEVEL=info -o result`

func newSetConfigMap(env *Env) *cobra.Command {
	return newSetConfig(env, string(workload.ConfigMapReference), &cobra.Command{
		Use:     "configmap NAME [KEY=VALUE | KEY=- | KEY-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Aliases: []string{"cm"},
		Short:   "Change keys of a ConfigMap and restart the workloads that use them",
		Long: `Change some keys of a ConfigMap; all other keys stay. The workloads that still run with the old values are
restarted, and the rollout is watched. If it fails, the old values are restored and the workloads are rolled
back.

KEY- removes a key. This is refused while a workload uses the key, unless you add --force. KEY=- reads the
value from standard input. If someone else changes the same key at the same time, nothing is written.`,
		Example: setConfigMapExample,
	})
}

func newSetConfig(env *Env, kind string, cmd *cobra.Command) *cobra.Command {
	var flags setConfigFlags
	out := newOutput("restarted")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if flags.versioned { // the templates are changed
			out.print.NamePrintFlags.Operation = "updated"
		}
		s, err := flags.change(cmd, env, out, kind, args)
		if err != nil {
			return err
		}
		return s.run(cmd.Context())
	}
	flags.add(cmd.Flags())
	// Of kubectl's formats only the name: an object would show every value.
	cmd.Flags().StringVarP(out.print.OutputFormat, "output", "o", "", "Output format. One of: (name, result); result is the outcome of the whole transaction as JSON.")
	printsResult(cmd.Flags())
	return cmd
}
