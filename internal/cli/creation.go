package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/kustomization"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// creation is the way of a Secret or a ConfigMap from its sources to the server: read, check, write,
// say what changed.
type creation struct {
	valueReader
	flags   *creationFlags
	output  *objectOutput
	options config.ApplyOptions
	meta    secrets.Meta
}

// build makes the object of entries that are read and checked.
type build func(secrets.Meta) (config.Object, error)

func newCreation(env *Env, flags *creationFlags, out *objectOutput, args []string, strict bool) (*creation, error) {
	options, err := flags.options()
	if err != nil {
		return nil, usageError{err}
	}
	if err := out.validate(); err != nil {
		return nil, err
	}
	if err := flags.kustomization.validate(flags.dryRun, *out.flags.OutputFormat); err != nil {
		return nil, err
	}
	meta, err := flags.meta(args)
	return &creation{valueReader: valueReader{env: env, strict: strict, kustomize: flags.kustomization.wanted()}, flags: flags, output: out, options: options, meta: meta}, err
}

// read is the value reader's; what is not to go into a repository is refused before anyone is asked for it.
func (c *creation) read(ctx context.Context, f *sourceFlags, r source.Request, draft secrets.Draft) ([]secrets.Entry, error) {
	if c.flags.kustomization.wanted() && draft.Kind == workload.SecretReference {
		if err := plainText(r); err != nil {
			return nil, release.RefusedError{Err: err}
		}
	}
	if !c.flags.kustomization.wanted() && c.flags.dryRun != release.DryRunClient {
		c.users = func(ctx context.Context) []consumers.Consumer {
			return usersOf(ctx, c.env.cluster(), workload.Ref{Kind: string(draft.Kind), Name: c.meta.Name})
		}
	}
	return c.valueReader.read(ctx, f, r, draft)
}

// writeSecret carries a Secret of entries to where it is to go.
func (c *creation) writeSecret(ctx context.Context, t corev1.SecretType, entries []secrets.Entry) error {
	if c.flags.kustomization.wanted() {
		return c.toKustomization(ctx, kustomization.Generator{Kind: workload.SecretReference, Type: string(t)}, entries)
	}
	return c.write(ctx, c.flags.secret(t, entries))
}

// writeConfigMap carries a ConfigMap of entries to where it is to go.
func (c *creation) writeConfigMap(ctx context.Context, entries []secrets.Entry) error {
	if c.flags.kustomization.wanted() {
		return c.toKustomization(ctx, kustomization.Generator{Kind: workload.ConfigMapReference}, entries)
	}
	return c.write(ctx, c.flags.configMap(entries))
}

// fill reads what the command line names, and writes what is made of it.
func (c *creation) fill(ctx context.Context, sources *sourceFlags, arguments []string, draft secrets.Draft, write func(context.Context, []secrets.Entry) error) error {
	request, err := sources.created(arguments)
	if err != nil {
		return err
	}
	entries, err := c.read(ctx, sources, request, draft)
	if err != nil {
		return c.ended(ctx, nothingWritten, err)
	}
	return write(ctx, entries)
}

// write carries the object to the server, as far as --dry-run lets it.
func (c *creation) write(ctx context.Context, build build) error {
	connection := c.env.cluster()
	namespace, explicit, err := connection.Namespace()
	if err != nil {
		return err
	}
	client := c.flags.dryRun == release.DryRunClient
	if !client || explicit {
		c.meta.Namespace = namespace
	}
	object, err := build(c.meta)
	if err != nil {
		return release.Refused(err)
	}
	if client {
		done := config.Applied{After: object}
		return errors.Join(c.show(done), c.output.print(c.env, object.Object(), "created", "client"))
	}
	done, err := config.New(connection).ApplyObject(ctx, object, c.options)
	if err != nil {
		if done.Tried {
			err = refusedByServer(err)
		}
		return c.ended(ctx, object.String()+" was not written", err)
	}
	for _, n := range done.NotSeen {
		err = errors.Join(err, page.Warning(c.env.Term, fmt.Sprintf("no permission to read %s: %s", n.Resource, n.Without)))
	}
	return errors.Join(err, c.show(done), c.output.print(c.env, done.After.Object(), done.Operation(), c.flags.dryRun))
}

const nothingWritten = "nothing was written"

// ended says why nothing was written. After a signal, which requests report as a failure of their own,
// what matters is that.
func (c *creation) ended(ctx context.Context, what string, err error) error {
	var e *cluster.Error
	if ctx.Err() == nil || errors.As(err, &e) && e.Reason == config.UnknownWrite {
		return release.Refused(err)
	}
	return errors.New("interrupted: " + what)
}

// noteRemoved says which verb keeps the keys that it does not name.
func (c *creation) noteRemoved(done config.Applied) error {
	if !slices.ContainsFunc(done.Changes(), func(k secrets.KeyChange) bool { return k.Kind == secrets.Removed }) {
		return nil
	}
	return page.Note(c.env.Term, "create removes the keys that it does not name; to change single keys: "+
		"kubectl app set "+strings.ToLower(done.After.Ref().Kind)+" "+done.After.Ref().Name+c.env.inFlag())
}

// show says on stderr what became of each key, where that is not plain.
func (c *creation) show(done config.Applied) error {
	switch {
	case done.Forbidden:
		return page.Warning(c.env.Term, fmt.Sprintf("no permission to read %s: it is not known whether it existed and what changed", done.After))
	case done.Skipped:
		return page.Warning(c.env.Term, fmt.Sprintf("%s exists already and was not changed (--if-exists=skip)", done.After))
	case c.flags.diff || done.Before.Exists() && done.Operation() == "configured":
		return errors.Join(
			page.Keys(c.env.Term, done.After.String(), done.Changes()),
			page.Meta(c.env.Term, done.Labels(), done.Annotations(), done.Fixed()),
			c.noteRemoved(done),
		)
	}
	return nil
}
