package watch

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// eventStreams bounds the watches of events: API servers do not cache events, so that each one is a
// watch at etcd. Exemplars beyond it have their turn when others are no longer wanted.
const eventStreams = 24

// wanted is what the engine asked for, and what is under way for it.
type wanted struct {
	diagnosis.Wants
	events map[subject]*running
	claims map[subject]*running
	logs   map[diagnosis.LogKey]bool // asked for once
	slots  chan struct{}             // one for each log request under way
}

// subject is one object whose events are wanted, for a target.
type subject struct {
	target *target
	fields string // selects its events
	claim  string // its name, where the object itself is wanted, too
}

func newWanted() wanted {
	return wanted{
		events: map[subject]*running{}, claims: map[subject]*running{}, logs: map[diagnosis.LogKey]bool{}, slots: make(chan struct{}, logRequests),
	}
}

// Want says what the snapshots should hold beyond the objects. The answers come in later snapshots;
// what is no longer wanted is no longer followed. It returns at once.
func (w *Watcher) Want(wants diagnosis.Wants) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := &w.wanted.Wants
	if maps.Equal(wants.Events, was.Events) && slices.Equal(wants.Logs, was.Logs) && maps.EqualFunc(wants.Claims, was.Claims, slices.Equal) {
		return
	}
	*was = diagnosis.Wants{Events: maps.Clone(wants.Events), Logs: slices.Clone(wants.Logs), Claims: maps.Clone(wants.Claims)}
	w.poke()
}

// fetchWanted starts and stops what the wants call for; the caller holds the lock.
func (w *Watcher) fetchWanted(ctx context.Context) {
	subjects := w.subjects()
	for _, under := range []map[subject]*running{w.wanted.events, w.wanted.claims} {
		for s, r := range under {
			if !slices.Contains(subjects, s) {
				r.stop()
				delete(under, s)
				w.pending = true
			}
		}
	}
	for _, s := range subjects {
		if s.claim != "" && w.wanted.claims[s] == nil && !w.forbidden.to(s.target.ref.Namespace, claimList) {
			w.wanted.claims[s] = w.followClaim(ctx, s)
		}
	}
	for _, s := range subjects {
		if len(w.wanted.events) == eventStreams {
			break
		}
		if w.wanted.events[s] == nil && !w.forbidden.to(s.target.ref.Namespace, events) {
			w.wanted.events[s] = w.followEvents(ctx, s)
		}
	}
	for _, key := range w.wanted.Logs {
		if !w.wanted.logs[key] {
			w.wanted.logs[key] = true
			w.fetchLog(ctx, key)
		}
	}
}

// subjects are the objects of the wants, in an order that stays.
func (w *Watcher) subjects() []subject {
	var all []subject
	for _, uid := range slices.Sorted(maps.Keys(w.wanted.Events)) {
		if t := w.holder(uid); t != nil {
			all = append(all, subject{target: t, fields: "involvedObject.uid=" + string(uid)})
		}
	}
	for _, t := range w.targets {
		for _, claim := range w.wanted.Claims[t.ref] {
			all = append(all, subject{t, "involvedObject.kind=PersistentVolumeClaim,involvedObject.name=" + claim, claim})
		}
	}
	return all
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

func (w *Watcher) followEvents(ctx context.Context, s subject) *running {
	to := []*target{s.target}
	return run(ctx, w, eventsOf(w.clients, s.target.ref.Namespace, s.fields), &feed[*corev1.Event]{
		mask: w.options.Redactor.Event, trim: trimEvent, route: func(*corev1.Event) []*target { return to },
		set:   func(t *target, e *corev1.Event) { t.events[e.UID] = e },
		unset: func(t *target, uid types.UID) *corev1.Event { return take(t.events, uid) },
	}, w.orForbidden(s, events))
}

func (w *Watcher) followClaim(ctx context.Context, s subject) *running {
	to := []*target{s.target}
	return run(ctx, w, claimNamed(w.clients, s.target.ref.Namespace, s.claim), &feed[*corev1.PersistentVolumeClaim]{
		mask: func(*corev1.PersistentVolumeClaim) {}, // nothing of what a claim keeps is a text
		trim: trimClaim, route: func(*corev1.PersistentVolumeClaim) []*target { return to },
		set:   func(t *target, c *corev1.PersistentVolumeClaim) { t.claims[c.UID] = c },
		unset: func(t *target, uid types.UID) *corev1.PersistentVolumeClaim { return take(t.claims, uid) },
	}, w.orForbidden(s, claimList))
}

// orForbidden ends a stream whose reads are refused, if the watch can go on without it.
func (w *Watcher) orForbidden(s subject, what string) func(error) {
	return func(err error) {
		if apierrors.IsUnauthorized(err) {
			w.fail(err)
			return
		}
		w.forbid(s.target.ref.Namespace, what)
	}
}
