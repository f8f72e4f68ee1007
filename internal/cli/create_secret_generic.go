package cli

import (
	"context"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

const createSecretGenericExample = `  # From literals, as kubectl does; the second time it updates, and shows what changed by key
  kubectl app create secret generic db --from-literal=username=app --from-literal=password=changeme

  # From a variable of this process, so that no value stands in the shell's history
  kubectl app create secret generic db --from-env DATABASE_URI

  # From what another command prints
  printf %s "$DATABASE_URI" | kubectl app create secret generic db DATABASE_URI=-

  # From .env files as docker compose reads them; the later one wins
  kubectl app create secret generic app --from-dotenv .env --from-dotenv .env.production

  # A random password that nobody has seen
  kubectl app create secret generic db --generate password=32

  # Into a repository, in place of the cluster: secretGenerator in kustomization.yaml names the file
  kubectl app create secret generic app --from-env-file k8s/.env --to-kustomization k8s

  # The manifest, to look at it
  kubectl app create secret generic db --from-literal=username=app --dry-run=client -o yaml`

func newCreateSecretGeneric(env *Env) *cobra.Command {
	var sources sourceFlags
	var flags creationFlags
	var secretType string
	out := newObjectOutput()
	cmd := &cobra.Command{
		Use:   "generic NAME [KEY=VALUE | KEY=-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Short: "Create or update a Secret from literals, files, .env files, variables, stdin, a prompt, or at random",
		Long: `Create a Secret, as kubectl create secret generic does. If it is there already, update it and show by
key what changed; keys that others have set stay. No value is ever shown.

KEY=- takes the value from stdin.`,
		Example: createSecretGenericExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newCreation(env, &flags, out, args, sources.strict)
			if err != nil {
				return err
			}
			return c.fill(cmd.Context(), &sources, args[1:], true, func(ctx context.Context, entries []secrets.Entry) error {
				return c.writeSecret(ctx, corev1.SecretType(secretType), entries)
			})
		},
	}
	sources.add(cmd.Flags())
	flags.add(cmd.Flags())
	cmd.Flags().StringVar(&secretType, "type", "", "The type of secret to create")
	out.add(cmd)
	return cmd
}

// secret makes a Secret of entries.
func (f *creationFlags) secret(t corev1.SecretType, entries []secrets.Entry) build {
	return func(m secrets.Meta) (cluster.Content, error) {
		s, err := secrets.NewSecret(m, t, entries)
		if err == nil && f.appendHash {
			err = secrets.AppendSecretHash(s)
		}
		return cluster.Content{Secret: s}, err
	}
}
