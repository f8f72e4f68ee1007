package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const createSecretTLSExample = `  # From a certificate and its key, in PEM; a pair that does not match is refused
  kubectl app create secret tls web --cert=tls.crt --key=tls.key`

func newCreateSecretTLS(env *Env) *cobra.Command {
	var flags creationFlags
	var certificate, key string
	var strict bool
	out := newObjectOutput()
	cmd := &cobra.Command{
		Use:   "tls NAME --cert=FILE --key=FILE",
		Short: "Create or update a TLS Secret from a certificate and its key",
		Long: `Create a TLS Secret, as kubectl create secret tls does. Both files are PEM. The server's own certificate comes
first in the certificate file.`,
		Example: createSecretTLSExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newCreation(env, &flags, out, args, strict)
			switch {
			case err != nil:
				return err
			case certificate == "" || key == "":
				return usagef("--cert and --key are both needed")
			case len(args) > 1:
				return usagef("a TLS Secret takes only --cert and --key: remove the arguments after the name")
			}
			entries, err := env.tlsEntries(cmd.Context(), certificate, key)
			if err == nil {
				err = c.tell(secrets.Lint(secrets.Draft{Kind: workload.SecretReference, Type: corev1.SecretTypeTLS, Entries: entries}))
			}
			if err != nil {
				return c.ended(cmd.Context(), nothingWritten, err)
			}
			return c.writeSecret(cmd.Context(), corev1.SecretTypeTLS, entries)
		},
	}
	cmd.Flags().StringVar(&certificate, "cert", "", "Path to PEM encoded public key certificate.")
	cmd.Flags().StringVar(&key, "key", "", "Path to private key associated with given certificate.")
	addStrict(cmd.Flags(), &strict)
	flags.add(cmd.Flags())
	out.add(cmd)
	return cmd
}

func (e *Env) tlsEntries(ctx context.Context, certificate, key string) ([]secrets.Entry, error) {
	m := e.sources()
	first, certificateErr := m.File(ctx, certificate)
	second, keyErr := m.File(ctx, key)
	if certificateErr != nil {
		certificateErr = fmt.Errorf("--cert: %w", certificateErr)
	}
	if keyErr != nil {
		keyErr = fmt.Errorf("--key: %w", keyErr)
	}
	if err := errors.Join(certificateErr, keyErr); err != nil {
		return nil, err
	}
	return []secrets.Entry{
		{Key: corev1.TLSCertKey, Value: first, Origin: secrets.Origin{Kind: secrets.File, Name: certificate}},
		{Key: corev1.TLSPrivateKeyKey, Value: second, Origin: secrets.Origin{Kind: secrets.File, Name: key}},
	}, nil
}
