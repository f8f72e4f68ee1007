package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// intake takes values in from their sources, and looks at them.
type intake struct {
	env    *Env
	strict bool
}

// machine is where values come from.
func (e *Env) machine() *source.Machine {
	return &source.Machine{Terminal: e.Term, Environment: e.Environ(), Random: rand.Reader}
}

// read gives the entries of the sources, checked, for the object that the draft tells of.
func (i intake) read(ctx context.Context, f *sourceFlags, r source.Request, draft secrets.Draft) ([]secrets.Entry, error) {
	entries, found, err := i.env.machine().Read(ctx, r)
	if err == nil {
		err = secrets.Check(entries)
	}
	if err != nil {
		return nil, refused(err)
	}
	if f.trimNewline {
		entries = secrets.TrimNewline(entries)
	}
	draft.Entries = entries
	return entries, i.tell(append(found, secrets.Lint(draft)...))
}

// tell shows what is likely wrong. It is the end if nobody could use the object or, with --strict, for any warning.
func (i intake) tell(found []secrets.Finding) error {
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
		return refusedError{fmt.Errorf("%w\nnothing was written%s", errors.Join(faults...), strict)}
	}
	for _, f := range found {
		write := view.Warning
		if f.Level == secrets.Note {
			write = view.Note
		}
		if err := write(i.env.Term, f.String()); err != nil {
			return fmt.Errorf("writing a warning: %w", err)
		}
	}
	return nil
}
