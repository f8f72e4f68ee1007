package watch

import "slices"

// Entries of Observed.Forbidden: a watch goes on without them.
const (
	events = "events"
	logs   = "logs"
	// Without the pods there are counts but no causes.
	podList = "pods"
	// claimList is also its name in a URL.
	claimList = "persistentvolumeclaims"
)

// forbidden holds what may not be read, by namespace.
type forbidden map[string][]string

func (f forbidden) in(namespace string) []string { return f[namespace] }

func (f forbidden) to(namespace, what string) bool { return slices.Contains(f[namespace], what) }

// forbid records that something may not be read.
func (w *Watcher) forbid(namespace, what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.forbidden.to(namespace, what) {
		return
	}
	// A new slice: snapshots hold the old one.
	all := append(slices.Clone(w.forbidden[namespace]), what)
	slices.Sort(all)
	w.forbidden[namespace] = all
	for _, t := range w.targets {
		if t.ref.Namespace == namespace {
			t.changed = true
		}
	}
	w.pending = true
	w.poke()
}
