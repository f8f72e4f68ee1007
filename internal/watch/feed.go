package watch

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// object is what the API serves: workloads and what holds their revisions (as workload.API), *corev1.Pod,
// *corev1.Event, *corev1.PersistentVolumeClaim.
type object interface {
	comparable
	runtime.Object
	metav1.Object
}

// feed is the sink of one stream: it masks and trims objects, and puts them into the caches of the targets that
// they belong to.
type feed[T object] struct {
	w     *Watcher
	mask  func(T)
	trim  func(T)
	route func(T) []*target // none: the object is none of ours
	set   func(*target, T)
	// unset returns the object as far as the target held it.
	unset func(*target, types.UID) T

	// The watcher's lock guards what follows.
	places  map[types.UID]place
	seen    map[types.UID]bool // while a list is under way
	synced  bool               // listed once
	stopped bool               // nothing more counts: its stream was cancelled
	waiting waiting
}

// place is where an object is in the caches.
type place struct {
	version string // its resourceVersion
	targets []*target
}

func (f *feed[T]) relist() {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.seen = map[types.UID]bool{}
}

func (f *feed[T]) put(obj runtime.Object) {
	o, ok := obj.(T)
	if !ok {
		return
	}
	f.arrived(o)
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	if f.stopped {
		return
	}
	if f.seen != nil {
		f.seen[o.GetUID()] = true
	}
	before, known := f.places[o.GetUID()]
	targets := f.route(o)
	switch {
	case known && len(targets) == 0: // relabelled: it is someone else's now
		f.remove(o.GetUID(), o)
		return
	case len(targets) == 0:
		return
	case known && before.version == o.GetResourceVersion() && slices.Equal(before.targets, targets):
		return // listed again, unchanged
	}
	for _, t := range before.targets {
		if !slices.Contains(targets, t) {
			f.unset(t, o.GetUID())
			t.changed = true
		}
	}
	f.places[o.GetUID()] = place{o.GetResourceVersion(), targets}
	for _, t := range targets {
		f.set(t, o)
		t.changed = true
	}
	f.w.changed(change(known), o)
}

// arrived makes an object what snapshots and records may hold.
func (f *feed[T]) arrived(o T) {
	f.mask(o)
	f.trim(o)
}

func change(known bool) string {
	if known {
		return Modified
	}
	return Added
}

func (f *feed[T]) drop(obj runtime.Object) {
	o, ok := obj.(T)
	if !ok {
		return
	}
	f.arrived(o)
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	if _, known := f.places[o.GetUID()]; known && !f.stopped {
		f.remove(o.GetUID(), o)
	}
}

// remove takes an object out of the caches; last is how it was, nil if that is not known.
func (f *feed[T]) remove(uid types.UID, last T) {
	var none T
	for _, t := range f.places[uid].targets {
		held := f.unset(t, uid)
		t.changed = true
		if last == none {
			last = held
		}
	}
	delete(f.places, uid)
	f.w.changed(Deleted, last)
}

func (f *feed[T]) listed() {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	if f.stopped {
		return
	}
	for uid := range f.places {
		if !f.seen[uid] {
			var unknown T
			f.remove(uid, unknown)
		}
	}
	f.seen, f.synced = nil, true
	f.w.poke()
}

func (f *feed[T]) asked() {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	if f.waiting.begin() {
		f.w.poke()
	}
}

func (f *feed[T]) answered() {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	if f.waiting.end() {
		f.w.poke()
	}
}

func (f *feed[T]) failed(err error) {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.waiting.fail(err)
}

// forgo gives up a stream that the watch can do without: nobody has to wait for it, and what it
// brought must not stand for how things are.
func (f *feed[T]) forgo() {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.clear()
	f.synced, f.waiting, f.w.pending = true, waiting{}, true
	f.w.poke()
}

// stop takes everything out again that this feed has put in; the caller holds the lock.
func (f *feed[T]) stop() {
	f.clear()
	f.stopped = true
}

func (f *feed[T]) clear() {
	for uid, p := range f.places {
		for _, t := range p.targets {
			f.unset(t, uid)
			t.changed = true
		}
	}
	clear(f.places)
}

// state tells whether it has been listed, and what it waits for.
func (f *feed[T]) state() (synced bool, waits waiting) { return f.synced, f.waiting }
