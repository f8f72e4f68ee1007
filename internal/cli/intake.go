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

// read gives the entries of the sources, checked. A Secret encodes its values itself.
func (i intake) read(ctx context.Context, f *sourceFlags, r source.Request, encoded bool) ([]secrets.Entry, error) {
	entries, notes, err := i.env.machine().Read(ctx, r)
	if err == nil {
		err = secrets.Check(entries)
	}
	if err != nil {
		return nil, refused(err)
	}
	if f.trimNewline {
		entries = secrets.TrimNewline(entries)
	}
	return entries, i.lint(append(notes, secrets.Lint(entries, encoded)...))
}

// lint shows what is likely wrong; with --strict that is the end.
func (i intake) lint(found []secrets.Finding) error {
	if len(found) > 0 && i.strict {
		faults := make([]error, 0, len(found))
		for _, f := range found {
			faults = append(faults, errors.New(f.String()))
		}
		return refusedError{fmt.Errorf("%w\nnothing was written (--strict)", errors.Join(faults...))}
	}
	for _, f := range found {
		if err := view.Warning(i.env.Term, f.String()); err != nil {
			return fmt.Errorf("writing a warning: %w", err)
		}
	}
	return nil
}
