package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

const rootLong = `kubectl app finishes what kubectl begins. It checks a change before it is written and watches the rollout.
If the rollout fails, it names the cause, rolls back, and checks that the rollback works.

It has kubectl's own verbs and flags, and needs nothing in the cluster. kubectl app lab, a cluster on your laptop, is
a plugin of its own: app-lab.`

const rootExample = `  # Update an image and watch the rollout; roll back if it fails
  kubectl app set image deployment/web web=web:2.0

  # Change a key of a Secret and restart the workloads that use it; if that fails, restore the old value
  kubectl app set secret db --from-env=PASSWORD=password

  # Attach to a rollout that is in progress
  kubectl app rollout status deployment/web

  # Go back to the last good revision
  kubectl app rollout undo deployment/web`

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-app",
		Short: "Deploy with kubectl, watched, explained and rolled back",
		Long:  rootLong, Example: rootExample,
		Version:       version,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl app"},
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSubcommand,
		RunE:          showHelp,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if klog.V(1).Enabled() { // its lines come in between
				env.Term.Err.Share()
				env.Term.Out.Share()
			}
			return errors.Join(checkConnection(cmd.InheritedFlags()), checkRequestTimeout(*env.Flags.Timeout))
		},
	}
	root.SetIn(env.Term.In)
	root.SetOut(env.Term.Out)
	root.SetErr(env.Term.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate(versionText())
	root.Flags().Bool("version", false, "Print the version")
	setHelp(root, env)
	env.Flags.AddFlags(root.PersistentFlags())
	addVerbosity(root.PersistentFlags())
	root.AddCommand(newCreate(env), newGet(env), newSet(env), newRollout(env), newScale(env), newAutoscale(env), newExpose(env), newStatus(env), newWhy(env), newPrune(env), newReplay(env), newCompletion(env), newVersion(env), newOptions(env), newExitCodes())
	addHelpTopics(root)
	return root
}

// newGroup makes a command that only holds others, as `kubectl set` does.
func newGroup(use, short string, verbs ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{Use: use, Short: short, Args: noSubcommand, RunE: showHelp}
	group.AddCommand(verbs...)
	return group
}

func newSet(env *Env) *cobra.Command {
	return newGroup("set", "Change images, variables, resources, probes, volumes, service accounts, Secrets or ConfigMaps of workloads, and watch the rollout",
		newSetImage(env), newSetEnv(env), newSetResources(env), newSetServiceAccount(env), newSetProbe(env), newSetVolume(env), newSetSecret(env), newSetConfigMap(env))
}

func newRollout(env *Env) *cobra.Command {
	return newGroup("rollout", "Watch, undo, restart, pause, resume and list rollouts",
		newRolloutStatus(env), newRolloutUndo(env), newRolloutHistory(env), newRolloutRestart(env), newRolloutPause(env), newRolloutResume(env))
}

// newExitCodes is a help topic: cobra lists a command that can't run as one.
func newExitCodes() *cobra.Command {
	return &cobra.Command{
		Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp(),
	}
}

// checkConnection finds the content of a key or a certificate in place of its path: client-go's errors would quote it.
func checkConnection(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed && !redact.Quotable(flag.Value.String()) && flag.Name != "token" {
			err = usagef("--%s takes a name or a path, and this looks like the content of a file: give the path", flag.Name)
		}
	})
	return err
}

// checkRequestTimeout comes before the kubeconfig is read with it, which would be blamed.
func checkRequestTimeout(value string) error {
	if _, err := clientcmd.ParseTimeout(value); value != "" && err != nil {
		return usagef("--request-timeout=%s is not a duration: give a number of seconds, or a number with a unit (5s, 2m, 1h)", redact.Argument(value))
	}
	return nil
}

func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }
