package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// reveal prints one value as it is. It is the only place that ever does.
func (e *Env) reveal(ctx context.Context, c *cluster.Cluster, ref workload.Ref, key string) error {
	content, err := config.New(c).ReadObject(ctx, ref)
	if err != nil {
		return err
	}
	value, known := content.Data()[key]
	if !known {
		return noKey(ref, key, slices.Sorted(maps.Keys(content.Data())))
	}
	if e.Term.Out.IsTerminal() {
		if !printable(value) {
			return release.RefusedError{Err: fmt.Errorf("%s: the value of %s (%s) is not plain text and could disturb this terminal: write it to a file with > FILE", ref, key, secrets.Size(len(value)))}
		}
		if err := page.Warning(e.Term, fmt.Sprintf("the value of %s in %s is shown on this terminal, which may keep it", key, ref)); err != nil {
			return fmt.Errorf("writing a warning: %w", err)
		}
	}
	if _, err := e.Term.Out.Write(value); err != nil {
		return fmt.Errorf("writing the value of %s: %w", key, err)
	}
	return nil
}

func noKey(ref workload.Ref, key string, known []string) error {
	missing := &secrets.NoKeyError{Key: key, Nearest: workload.Nearest(key, known)}
	return &cluster.Error{
		Reason: cluster.NotFound, Object: ref.String(), Nearest: missing.Nearest, Err: missing,
		Message: fmt.Sprintf("%s: %v", ref, missing),
		Next:    []string{"kubectl app get " + ref.String() + " -n " + ref.Namespace},
	}
}

// printable is text that no terminal takes for a command: whoever wrote the object may have meant one.
func printable(value []byte) bool {
	for rest := value; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return false
		}
		rest = rest[size:]
	}
	return true
}
