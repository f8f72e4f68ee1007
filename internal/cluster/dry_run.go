package cluster

import (
	"context"
	"slices"
	"sync"
)

// DryRun lets the API server try a change without storing it. The change that is returned knows what the server makes of
// it; warnings are what the server sent with its answer.
func (c *Cluster) DryRun(ctx context.Context, change Change, fieldManager string) (tried Change, warnings []string, err error) {
	var collected serverWarnings
	written, err := c.apply(withWarnings(ctx, &collected), change, WriteOptions{FieldManager: fieldManager, DryRun: true})
	if err != nil {
		return change, nil, err
	}
	change.predicted = written.Object
	return change, collected.texts, nil
}

// serverWarnings collects the Warning headers of requests (KEP-1693): deprecations, and what
// PodSecurity has against the template.
type serverWarnings struct {
	mu    sync.Mutex
	texts []string
}

func (w *serverWarnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.texts, text) {
		w.texts = append(w.texts, text)
	}
}

type warningsKey struct{}

func withWarnings(ctx context.Context, w *serverWarnings) context.Context {
	return context.WithValue(ctx, warningsKey{}, w)
}

// warningRouter hands a server's warning to the collector of the request's context, if it has one.
// Elsewhere warnings are dropped: they would be printed behind the live view.
type warningRouter struct{}

// HandleWarningHeaderWithContext is called by client-go for each Warning header.
func (warningRouter) HandleWarningHeaderWithContext(ctx context.Context, code int, _ string, text string) {
	if w, ok := ctx.Value(warningsKey{}).(*serverWarnings); ok && code == 299 && text != "" {
		w.add(text)
	}
}
