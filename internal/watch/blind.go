package watch

import "slices"

// What a watch can do without, as Observed.Blind names it.
const (
	events = "events"
	logs   = "logs"
	// Without the pods there are counts but no causes.
	podList = "pods"
	// claimList is also its name in a URL.
	claimList = "persistentvolumeclaims"
)

// blind holds what may not be read in each namespace.
type blind map[string][]string

func (b blind) in(namespace string) []string { return b[namespace] }

func (b blind) to(namespace, what string) bool { return slices.Contains(b[namespace], what) }

// goBlind notes that something may not be read, once.
func (w *Watcher) goBlind(namespace, what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.blind.to(namespace, what) {
		return
	}
	// A new slice: snapshots hold the old one.
	all := append(slices.Clone(w.blind[namespace]), what)
	slices.Sort(all)
	w.blind[namespace] = all
	for _, t := range w.targets {
		if t.ref.Namespace == namespace {
			t.changed = true
		}
	}
	w.pending = true
	w.poke()
}
