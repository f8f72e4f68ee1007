package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

func newVersion(env *Env) *cobra.Command {
	var client bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of this plugin and of the Kubernetes libraries in it",
		Example: `  # Print the versions
  kubectl app version --client`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(env.Term.Out, versionText())
			return err
		},
	}
	// There is nothing of ours in a cluster that could have another version: the flag is kubectl's.
	cmd.Flags().BoolVar(&client, "client", true, "If true, show only the client's version (kubectl app has no server part)")
	return cmd
}

func versionText() string {
	text := "kubectl-app " + version + "\n"
	if commit != "" {
		text += fmt.Sprintf("commit %s of %s\n", commit, date)
	}
	return text + "kubernetes " + kubernetesVersion() + "\n"
}

// kubernetesVersion is that of client-go, as built in.
func kubernetesVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, dep := range info.Deps {
		if dep.Path == "k8s.io/client-go" {
			return dep.Version
		}
	}
	return "unknown"
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q", cmd.CommandPath(), redact.Argument(args[0]))
	}
	return nil
}
