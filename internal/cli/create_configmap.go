package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const createConfigMapExample = `  # From literals, as with kubectl; the second run updates it and shows which keys changed
  kubectl app create configmap app --from-literal=LOG_LEVEL=debug --from-literal=COLOR=blue

  # From the files of a directory; the file names are the keys
  kubectl app create configmap app --from-file=conf/

  # From a .env file with the rules of docker compose, and with a hash of the data in the name
  kubectl app create configmap app --from-dotenv .env --append-hash

  # Into the configMapGenerator of a kustomization.yaml, not into the cluster
  kubectl app create configmap app --from-literal=LOG_LEVEL=debug --to-kustomization k8s

  # Check what would change, validated by the server, and change nothing
  kubectl app create configmap app --from-literal=LOG_LEVEL=info --dry-run=server --diff`

func newCreateConfigMap(env *Env) *cobra.Command {
	var sources sourceFlags
	var flags creationFlags
	out := newObjectOutput()
	cmd := &cobra.Command{
		Use:     "configmap NAME [KEY=VALUE | KEY=-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Aliases: []string{"cm"},
		Short:   "Create or update a ConfigMap from literals, files, .env files, variables or stdin",
		Long: `Create a ConfigMap, as kubectl create configmap does. If it exists, update it and show which keys changed.
Keys that other managers set are kept.

KEY=- reads the value from standard input. A value that is not UTF-8 becomes binaryData.`,
		Example: createConfigMapExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newCreation(env, &flags, out, args, sources.strict)
			if err != nil {
				return err
			}
			return c.fill(cmd.Context(), &sources, args[1:], secrets.Draft{Kind: workload.ConfigMapReference}, c.writeConfigMap)
		},
	}
	sources.add(cmd.Flags())
	flags.add(cmd.Flags())
	out.add(cmd)
	return cmd
}

// configMap makes a ConfigMap of entries.
func (f *creationFlags) configMap(entries []secrets.Entry) build {
	return func(m secrets.Meta) (config.Object, error) {
		c, err := secrets.NewConfigMap(m, entries)
		if err == nil && f.appendHash {
			err = secrets.AppendConfigMapHash(c)
		}
		return config.Object{ConfigMap: c}, err
	}
}
