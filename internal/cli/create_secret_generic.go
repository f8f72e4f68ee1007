package cli

import (
	"context"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const createSecretGenericExample = `  # From literals, as with kubectl; the second run updates it and shows which keys changed
  kubectl app create secret generic db --from-literal=username=app --from-literal=host=db.example.com

  # From an environment variable, so that the value is not in the shell's history
  kubectl app create secret generic db --from-env DATABASE_URI

  # From the output of another command
  printf %s "$DATABASE_URI" | kubectl app create secret generic db DATABASE_URI=-

  # From .env files with the rules of docker compose; the later file wins
  kubectl app create secret generic app --from-dotenv .env --from-dotenv .env.production

  # With a random password that is never shown
  kubectl app create secret generic db --generate password=32

  # Into the secretGenerator of a kustomization.yaml, not into the cluster
  kubectl app create secret generic app --from-env-file k8s/.env --to-kustomization k8s

  # Only print the manifest
  kubectl app create secret generic db --from-literal=username=app --dry-run=client -o yaml`

func newCreateSecretGeneric(env *Env) *cobra.Command {
	var sources sourceFlags
	var flags creationFlags
	var secretType string
	out := newObjectOutput()
	cmd := &cobra.Command{
		Use:   "generic NAME [KEY=VALUE | KEY=-] ... [--from-literal=KEY=VALUE] [--from-file=[KEY=]SOURCE] [--from-env=NAME[=KEY]]",
		Short: "Create or update a Secret from literals, files, .env files, variables, stdin, a prompt, or random values",
		Long: `Create a Secret, as kubectl create secret generic does. If it exists, update it and show which keys changed.
Keys that other managers set are kept. No value is ever shown.

KEY=- reads the value from standard input.`,
		Example: createSecretGenericExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newCreation(env, &flags, out, args, sources.strict)
			if err != nil {
				return err
			}
			draft := secrets.Draft{Kind: workload.SecretReference, Type: corev1.SecretType(secretType)}
			return c.fill(cmd.Context(), &sources, args[1:], draft, func(ctx context.Context, entries []secrets.Entry) error {
				return c.writeSecret(ctx, draft.Type, entries)
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
	return func(m secrets.Meta) (config.Object, error) {
		s, err := secrets.NewSecret(m, t, entries)
		if err == nil && f.appendHash {
			err = secrets.AppendSecretHash(s)
		}
		return config.Object{Secret: s}, err
	}
}
