package watch

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// eventStreams bounds the watches of events: API servers do not cache events, so that each one is a
// watch at etcd. Exemplars beyond it have their turn when others are no longer wanted.
const eventStreams = 24

// wanted is what the engine asked for, and what is under way for it.
type wanted struct {
	rollout.Wants
	events map[types.UID]*running
	logs   map[rollout.LogKey]bool // asked for once
	slots  chan struct{}           // one for each log request under way
}

func newWanted() wanted {
	return wanted{
		events: map[types.UID]*running{}, logs: map[rollout.LogKey]bool{}, slots: make(chan struct{}, logRequests),
	}
}

// Want says what the snapshots should hold beyond the objects. The answers come in later snapshots;
// what is no longer wanted is no longer followed. It returns at once.
func (w *Watcher) Want(wants rollout.Wants) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if maps.Equal(wants.Events, w.wanted.Events) && slices.Equal(wants.Logs, w.wanted.Logs) {
		return
	}
	w.wanted.Wants = rollout.Wants{Events: maps.Clone(wants.Events), Logs: slices.Clone(wants.Logs)}
	w.poke()
}

// fetchWanted starts and stops what the wants call for; the caller holds the lock.
func (w *Watcher) fetchWanted(ctx context.Context) {
	for uid, r := range w.wanted.events {
		if _, still := w.wanted.Events[uid]; !still {
			r.stop()
			delete(w.wanted.events, uid)
			w.pending = true
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(w.wanted.Events)) {
		if len(w.wanted.events) == eventStreams {
			break
		}
		t := w.holder(uid)
		if w.wanted.events[uid] == nil && t != nil && !w.blind.to(t.ref.Namespace, events) {
			w.wanted.events[uid] = w.followEvents(ctx, t, uid)
		}
	}
	for _, key := range w.wanted.Logs {
		if !w.wanted.logs[key] {
			w.wanted.logs[key] = true
			w.fetchLog(ctx, key)
		}
	}
}

// holder returns the target that an object belongs to.
func (w *Watcher) holder(uid types.UID) *target {
	for _, t := range w.targets {
		if t.holds(uid) {
			return t
		}
	}
	return nil
}

func (w *Watcher) followEvents(ctx context.Context, t *target, uid types.UID) *running {
	to := []*target{t}
	return run(ctx, w, eventsOf(w.clients, t.ref.Namespace, string(uid)), &feed[*corev1.Event]{
		trim: trimEvent, route: func(*corev1.Event) []*target { return to },
		set:   func(t *target, e *corev1.Event) { t.events[e.UID] = e },
		unset: func(t *target, e *corev1.Event) { delete(t.events, e.UID) },
	}, func(err error) {
		if apierrors.IsUnauthorized(err) {
			w.fail(err)
			return
		}
		w.goBlind(t.ref.Namespace, events)
	})
}
