package watch

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Target is one workload to watch.
type Target struct {
	workload.Ref
	// Selector of the workload's pods, if it is known already: this saves a round trip.
	Selector *metav1.LabelSelector
}

// Options of a watch; the zero value will do.
type Options struct {
	// Interval is the least time between two snapshots; thousands of pods add to it. What a verdict may
	// wait for, as a workload that is complete, goes out at once. 0 means 25 ms.
	Interval time.Duration
	// Tap, if any, sees what the snapshots are made of, in order and before the snapshot: see Record.
	// It is called by one goroutine.
	Tap func(Record)
	// Redactor masks what controllers, the kubelet and programs say, on arrival. It learns from the
	// templates that the watch sees.
	Redactor *redact.Redactor
}

// Update is one piece of news.
type Update struct {
	// Snapshot is nil until everything has been listed once.
	Snapshot rollout.Snapshot
	// Unreachable is since when the server has not answered, so that the snapshot may be behind;
	// zero while it does answer. Trouble says why, in the words of the last attempt.
	Unreachable time.Time
	Trouble     error
}

// Watcher emits snapshots of a release's workloads.
type Watcher struct {
	clients Clients
	options Options
	updates chan Update
	// dirty says that there may be something to do. It holds one token: more would say the same.
	dirty   chan struct{}
	streams sync.WaitGroup
	cancel  context.CancelFunc

	mu        sync.Mutex
	err       error
	scopes    []*scope
	targets   []*target
	pending   bool // a change that no update has shown
	urgent    bool // and one that should be shown at once
	wanted    wanted
	forbidden forbidden
	tape      tape
}

// wholePods is how many serving pods of each revision are kept whole: see diagnosis.PodSet. Records need all.
const wholePods = 50

// Start watches the targets until ctx ends or the watch cannot go on.
func Start(ctx context.Context, clients Clients, targets []Target, options Options) *Watcher {
	if options.Interval == 0 {
		options.Interval = 25 * time.Millisecond
	}
	if options.Redactor == nil {
		options.Redactor = &redact.Redactor{}
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &Watcher{
		clients: clients, options: options, cancel: cancel,
		updates: make(chan Update), dirty: make(chan struct{}, 1),
		wanted: newWanted(), forbidden: forbidden{}, tape: tape{on: options.Tap != nil},
	}
	keep := wholePods
	if w.tape.on {
		keep = math.MaxInt
	}
	for _, t := range targets {
		if k := workload.KindNamed(t.Kind); k == nil || !k.Readable() {
			w.fail(fmt.Errorf("a %s cannot be watched", t.Kind))
			continue
		}
		if !slices.ContainsFunc(w.targets, func(known *target) bool { return known.ref == t.Ref }) {
			w.targets = append(w.targets, newTarget(t, keep))
		}
	}
	w.scopes = scopes(w.targets)
	go w.run(ctx)
	return w
}

// Updates is where the news comes. The context that Start got stops it; the watcher closes it, when
// none of its goroutines is left, and Err then says why. A slow reader gets the newest state and
// not each one. The first snapshot comes when everything has been listed, so that a workload that
// is missing in it does not exist.
func (w *Watcher) Updates() <-chan Update { return w.updates }

// Err is why Updates was closed: nil after the context ended, else the *Error that ended the watch:
// credentials that are no longer accepted, a permission that is missing.
func (w *Watcher) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// fail ends the watch. The first error counts: others follow from it.
func (w *Watcher) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.cancel()
}

func (w *Watcher) finish() {
	w.cancel()
	w.streams.Wait()
	close(w.updates)
}

// changed notes a change of an object; the caller holds the lock.
func (w *Watcher) changed(kind string, obj runtime.Object) {
	w.pending = true
	w.tape.add(kind, obj)
	w.poke()
}

// poke wakes the loop, without ever waiting for it.
func (w *Watcher) poke() {
	select {
	case w.dirty <- struct{}{}:
	default:
	}
}
