package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// valueReader takes values in from their sources, and looks at them.
type valueReader struct {
	env    *Env
	strict bool
	// kustomize is to read the files as well: it knows fewer rules.
	kustomize bool
	// users finds who uses the object; nil where no cluster is asked.
	users func(context.Context) []consumers.Consumer
	// warn shows a warning; nil for stderr alone.
	warn func(text string)
	// events: stderr takes nothing else.
	events bool
}

// sources is where values come from.
func (e *Env) sources() *source.Reader {
	return &source.Reader{Terminal: e.Term, Environment: e.Environ(), Random: rand.Reader}
}

// read gives the entries of the sources, checked, for the object that the draft tells of.
func (i valueReader) read(ctx context.Context, f *sourceFlags, r source.Request, draft secrets.Draft) ([]secrets.Entry, error) {
	entries, found, err := i.env.sources().Read(ctx, r)
	if err == nil {
		err = secrets.Check(entries)
	}
	if err != nil {
		return nil, i.hinted(release.Refused(err))
	}
	if f.trimNewline {
		entries = secrets.TrimNewline(entries)
	}
	draft.Entries = entries
	if i.users != nil && secrets.NeedsUsers(entries) {
		draft.Variables = consumers.Variables(i.users(ctx))
	}
	return entries, i.tell(append(found, secrets.Lint(draft)...))
}

// hinted names the flag that may read what --from-env-file does not.
func (i valueReader) hinted(err error) error {
	if i.kustomize || !errors.Is(err, secrets.ErrDotenvSyntax) {
		return err
	}
	return hintedError{err, []string{dotenvHint}}
}

const dotenvHint = "--from-dotenv in place of --from-env-file: it reads export, quotes, and values of several lines"

// usersOf are those that can be found; of an object that is not there, or may not be read, nobody is known.
func usersOf(ctx context.Context, connection *cluster.Cluster, ref workload.Ref) []consumers.Consumer {
	namespace, _, err := connection.Namespace()
	if err != nil {
		return nil
	}
	ref.Namespace = namespace
	found, _, err := config.New(connection).Consumers(ctx, []workload.Ref{ref})
	if err != nil || len(found) == 0 {
		return nil
	}
	return found[0].Consumers
}

// tell shows what is likely wrong. It is the end if nobody could use the object or, with --strict, for any warning.
func (i valueReader) tell(found []secrets.Finding) error {
	var faults []error
	strict := ""
	found = secrets.Merge(found)
	for _, f := range found {
		if f.Level == secrets.Refuse || f.Level == secrets.Warn && i.strict {
			faults = append(faults, errors.New(f.String()))
		}
		if f.Level == secrets.Warn && i.strict {
			strict = " (--strict)"
		}
	}
	if len(faults) > 0 {
		last := &faults[len(faults)-1]
		*last = fmt.Errorf("%w; nothing was written%s", *last, strict)
		return release.RefusedError{Err: errors.Join(faults...)}
	}
	for _, f := range found {
		if err := i.show(f); err != nil {
			return fmt.Errorf("writing a warning: %w", err)
		}
	}
	return nil
}

func (i valueReader) show(f secrets.Finding) error {
	switch {
	case f.Level == secrets.Note && !i.events:
		return page.Note(i.env.Term, f.String())
	case i.warn != nil:
		i.warn(f.String())
		return nil
	}
	return page.Warning(i.env.Term, f.String())
}
