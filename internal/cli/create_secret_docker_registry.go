package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const createSecretDockerRegistryExample = `  # The password from an environment variable, not from the command line
  kubectl app create secret docker-registry pull --docker-server=ghcr.io --docker-username=me --docker-password-env=TOKEN

  # The password from stdin, as docker login takes it
  printf %s "$TOKEN" | kubectl app create secret docker-registry pull --docker-username=me --docker-password-stdin

  # From the file that docker login has written
  kubectl app create secret docker-registry pull --from-file=config.json`

// dockerFlags are kubectl's, and two ways for the password that leave it out of the command line.
type dockerFlags struct {
	files             []string
	server            string
	username          string
	email             string
	password          string
	passwordStdin     bool
	passwordVariable  string
	passwordPrompting bool
	strict            bool
}

func newCreateSecretDockerRegistry(env *Env) *cobra.Command {
	var docker dockerFlags
	var flags creationFlags
	out := newObjectOutput()
	cmd := &cobra.Command{
		Use:     "docker-registry NAME --docker-username=USER --docker-password-stdin [--docker-server=SERVER] [--from-file=[KEY=]FILE]",
		Short:   "Create or update a Secret for pulling images from a registry",
		Long:    "Create a Secret with which the kubelet logs in to a registry, as kubectl create secret docker-registry does.",
		Example: createSecretDockerRegistryExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newCreation(env, &flags, out, args, docker.strict)
			if err == nil {
				err = docker.validate(args)
			}
			if err == nil && flags.kustomization.wanted() && len(docker.files) == 0 {
				err = usagef("--to-kustomization takes a login from --from-file=config.json: a password would go into the repository in plain text")
			}
			if err != nil {
				return err
			}
			entry, err := docker.entry(cmd.Context(), env.sources())
			entries := []secrets.Entry{entry}
			if err == nil {
				found := secrets.Lint(secrets.Draft{Kind: workload.SecretReference, Type: corev1.SecretTypeDockerConfigJson, Entries: entries})
				if err = c.tell(found); err == nil && len(found) > 0 {
					err = c.keepLogins(cmd.Context(), entry.Value)
				}
			}
			if err != nil {
				return c.ended(cmd.Context(), nothingWritten, err)
			}
			return c.writeSecret(cmd.Context(), corev1.SecretTypeDockerConfigJson, entries)
		},
	}
	docker.add(cmd.Flags())
	flags.add(cmd.Flags())
	out.add(cmd)
	return cmd
}

// keepLogins refuses to write a login that no kubelet can use over one that works, unless --force says so.
func (c *creation) keepLogins(ctx context.Context, next []byte) error {
	if c.flags.remove || c.flags.dryRun == release.DryRunClient || c.flags.kustomization.wanted() {
		return nil
	}
	connection := c.env.cluster()
	namespace, _, err := connection.Namespace()
	if err != nil {
		return err
	}
	ref := workload.Ref{Kind: string(workload.SecretReference), Namespace: namespace, Name: c.meta.Name}
	old, err := config.New(connection).ReadObject(ctx, ref)
	if err != nil {
		return nil //nolint:nilerr // it is not there, or can't be read: the write tells
	}
	spoiled := secrets.SpoiledLogins(old.Data()[corev1.DockerConfigJsonKey], next)
	if len(spoiled) == 0 {
		return nil
	}
	return release.RefusedError{Err: fmt.Errorf("%s: the login of %s works now, but the new one would not: correct it, or add --force to write it anyway", ref, strings.Join(spoiled, ", "))}
}

func (f *dockerFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.username, "docker-username", "", "Username for Docker registry authentication")
	flags.StringVar(&f.password, "docker-password", "", "Password for Docker registry authentication. It stays in the shell's history")
	flags.BoolVar(&f.passwordStdin, "docker-password-stdin", false, "Read the password from stdin")
	flags.StringVar(&f.passwordVariable, "docker-password-env", "", "Read the password from this environment variable")
	flags.BoolVar(&f.passwordPrompting, "docker-password-prompt", false, "Ask for the password twice, without showing it")
	flags.StringVar(&f.email, "docker-email", "", "Email for Docker registry")
	flags.StringVar(&f.server, "docker-server", secrets.DefaultRegistry, "Server location for Docker registry")
	addStrict(flags, &f.strict)
	flags.StringSliceVar(&f.files, "from-file", nil, "A config.json of docker, or "+corev1.DockerConfigJsonKey+"=FILE")
}

func (f *dockerFlags) validate(args []string) error {
	if len(args) > 1 {
		return usagef("a docker-registry Secret takes only flags: remove the arguments after the name")
	}
	ways := 0
	for _, given := range []bool{f.password != "", f.passwordStdin, f.passwordVariable != "", f.passwordPrompting} {
		if given {
			ways++
		}
	}
	switch {
	case len(f.files) == 1 && ways == 0 && f.username == "":
		return nil
	case len(f.files) > 0:
		return usagef("--from-file takes one config.json, and can't be combined with --docker-username and the password")
	case f.server == "" || strings.ContainsAny(f.server, " \t\r\n"):
		return usagef("--docker-server takes the name of a registry, such as ghcr.io")
	case f.username == "" || ways == 0:
		return usagef("give --from-file, or --docker-username and the password: --docker-password-stdin, --docker-password-env, --docker-password-prompt or --docker-password")
	case ways > 1:
		return usagef("the password is given in %d ways: keep one of them", ways)
	case f.passwordVariable != "":
		_, err := f.variable()
		return err
	}
	return nil
}

const passwordKey = "password"

func (f *dockerFlags) variable() (secrets.VariableSource, error) {
	v, err := secrets.ParseVariableName(f.passwordVariable, "--docker-password-env", passwordKey)
	if err != nil {
		return v, usageError{err}
	}
	return v, nil
}

// entry is the one key of the Secret.
func (f *dockerFlags) entry(ctx context.Context, m *source.Reader) (secrets.Entry, error) {
	if len(f.files) > 0 {
		return f.config(ctx, m)
	}
	password, err := f.secret(ctx, m)
	if err != nil {
		return secrets.Entry{}, err
	}
	return secrets.Login{Server: f.server, Username: f.username, Email: f.email, Password: password}.Entry()
}

func (f *dockerFlags) secret(ctx context.Context, m *source.Reader) (secrets.Entry, error) {
	switch {
	case f.passwordVariable != "":
		v, err := f.variable()
		if err != nil {
			return secrets.Entry{}, err
		}
		return v.Entry(m.Environment)
	case f.passwordPrompting:
		return m.Ask(ctx, passwordKey)
	case f.passwordStdin:
		// As docker login does: what echo adds is no part of a password.
		e, err := m.Stdin(ctx, passwordKey)
		return secrets.TrimNewline([]secrets.Entry{e})[0], err
	}
	return secrets.Entry{Key: passwordKey, Value: []byte(f.password), Origin: secrets.Origin{Kind: secrets.Literal, Name: "--docker-password"}}, nil
}

func (f *dockerFlags) config(ctx context.Context, m *source.Reader) (secrets.Entry, error) {
	path, named := strings.CutPrefix(f.files[0], corev1.DockerConfigJsonKey+"=")
	content, err := m.FileOf(ctx, secrets.FileSource{Key: corev1.DockerConfigJsonKey, Path: path, Named: named})
	e := secrets.Entry{Key: corev1.DockerConfigJsonKey, Value: content, Origin: secrets.Origin{Kind: secrets.File, Name: path}}
	return e, err
}
