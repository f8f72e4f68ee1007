package watch

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scope is a set of targets of one kind in one namespace that share three streams: one workload with what its
// selector matches, or all the targets where there are many.
type scope struct {
	kind      *workload.Kind
	namespace string
	targets   []*target

	workloads *running
	// children are the streams of revisions and Pods, and matching the selectors that they follow.
	children []*running
	matching string
	stale    bool // a selector has changed since children was brought up to date
}

func scopes(targets []*target) []*scope {
	type place struct{ namespace, kind string }
	in := map[place][]*target{}
	var order []place
	for _, t := range targets {
		p := place{t.ref.Namespace, t.ref.Kind}
		if in[p] == nil {
			order = append(order, p)
		}
		in[p] = append(in[p], t)
	}
	var all []*scope
	for _, p := range order {
		kind, targets := workload.KindNamed(p.kind), in[p]
		if len(targets) > workload.MaxByName {
			all = append(all, &scope{kind: kind, namespace: p.namespace, targets: targets})
			continue
		}
		for _, t := range targets {
			all = append(all, &scope{kind: kind, namespace: p.namespace, targets: []*target{t}})
		}
	}
	return all
}

func (s *scope) start(ctx context.Context, w *Watcher) {
	s.stale = true
	name := ""
	if len(s.targets) == 1 {
		name = s.targets[0].ref.Name
	}
	f := &feed[workload.API]{
		mask: func(o workload.API) { w.options.Redactor.Workload(s.object(o)) }, trim: trimWorkload, route: s.named,
		set: func(t *target, o workload.API) {
			selector := s.object(o).Selector()
			s.stale = s.stale || !equality.Semantic.DeepEqual(t.selector, selector)
			now := s.read(o)
			w.urgent = w.urgent || decisive(t.workload, now)
			if t.workload == nil || t.workload.UID != now.UID {
				t.revisions = nil // they were another's
			}
			t.object, t.selector, t.workload = o, selector, now
			if s.kind.History == nil && s.kind.Scalable() {
				t.revisions = nil // it is its own
			}
			if p, ok := o.(*corev1.Pod); ok {
				t.pods.Put(p)
				t.revisions = nil // it is its own
			}
		},
		unset: func(t *target, uid types.UID) (held workload.API) {
			if t.object != nil && t.object.GetUID() == uid {
				held, w.urgent = t.object, true
				t.object, t.workload, t.revisions = nil, nil, nil
				t.pods.Delete(uid)
			}
			return held
		},
	}
	s.workloads = run(ctx, w, objects(w.clients, &s.kind.Resource, s.namespace, name), f, w.fail)
}

func (s *scope) object(o workload.API) workload.Object { return workload.Object{API: o, Kind: s.kind} }

// read reads a workload with its pods, where it has a number of them.
func (s *scope) read(o workload.API) *workload.Workload {
	if s.kind.Scalable() {
		return s.object(o).Running()
	}
	return s.object(o).Workload()
}

func (s *scope) named(o workload.API) []*target {
	for i, t := range s.targets {
		if t.ref.Name == o.GetName() {
			return s.targets[i : i+1]
		}
	}
	return nil
}

// follow starts the streams of revisions and Pods once the selectors are known, and anew when
// they are others; the caller holds the lock.
func (s *scope) follow(ctx context.Context, w *Watcher) {
	if !s.kind.Releasable() && !s.kind.Scalable() || !s.stale || (s.matching == "" && !s.ready()) {
		return
	}
	s.stale = false
	m := newMatcher(s.targets)
	if m.key == s.matching {
		return
	}
	for _, c := range s.children {
		c.stop()
	}
	s.matching = m.key
	kin := siblings{}
	podFeed := &feed[*corev1.Pod]{
		mask: w.options.Redactor.Pod, trim: func(p *corev1.Pod) { trimPod(p); kin.share(p) },
		route: func(p *corev1.Pod) []*target { return m.match(p.Labels) },
		set: func(t *target, p *corev1.Pod) {
			t.pods.Put(p)
			w.urgent = w.urgent || p.DeletionTimestamp == nil && t.workload != nil && t.workload.Complete() // the last one that a verdict waits for
		},
		unset: func(t *target, uid types.UID) *corev1.Pod { return t.pods.Delete(uid) },
	}
	s.children = nil
	if s.kind.Releasable() {
		s.children = append(s.children, s.followRevisions(ctx, w, m))
	}
	s.children = append(s.children, run(ctx, w, pods(w.clients, s.namespace, m.query), podFeed, func(err error) {
		if !apierrors.IsForbidden(err) {
			w.fail(err)
			return
		}
		// In this order: the first snapshot says what is missing in it.
		w.forbid(s.namespace, podList)
		podFeed.forgo()
	}))
}

func (s *scope) followRevisions(ctx context.Context, w *Watcher, m *matcher) *running {
	return run(ctx, w, labelled(w.clients, &s.kind.History.Resource, s.namespace, m.query), &feed[workload.API]{
		mask:  func(o workload.API) { w.options.Redactor.Revision(s.kind.History, o) },
		trim:  trimRevision,
		route: func(o workload.API) []*target { return m.match(o.GetLabels()) },
		set:   func(t *target, o workload.API) { t.history[o.GetUID()], t.revisions = o, nil },
		unset: func(t *target, uid types.UID) workload.API {
			t.revisions = nil
			return take(t.history, uid)
		},
	}, w.fail)
}

// ready tells whether no more selectors are to be expected for now.
func (s *scope) ready() bool {
	synced, _ := s.workloads.state()
	return synced || !slices.ContainsFunc(s.targets, func(t *target) bool { return t.selector == nil })
}

// synced tells whether all that there is has been listed.
func (s *scope) synced() bool {
	return !slices.ContainsFunc(s.streams(), func(r *running) bool { synced, _ := r.state(); return !synced })
}

func (s *scope) streams() []*running {
	return append([]*running{s.workloads}, s.children...)
}
