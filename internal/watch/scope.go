package watch

import (
	"context"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// scope is a set of targets of one namespace that share three streams: one workload with what its
// selector matches, or all the targets of a namespace that has many.
type scope struct {
	namespace string
	targets   []*target

	deployments *running
	// children are the streams of ReplicaSets and Pods, and matching the selectors that they follow.
	children []*running
	matching string
	stale    bool // a selector has changed since children was brought up to date
}

// few targets of a namespace have streams of their own; more share streams of the whole namespace.
const few = 3

func scopes(targets []*target) []*scope {
	byNamespace := map[string][]*target{}
	var order []string
	for _, t := range targets {
		if byNamespace[t.ref.Namespace] == nil {
			order = append(order, t.ref.Namespace)
		}
		byNamespace[t.ref.Namespace] = append(byNamespace[t.ref.Namespace], t)
	}
	var all []*scope
	for _, namespace := range order {
		targets := byNamespace[namespace]
		if len(targets) > few {
			all = append(all, &scope{namespace: namespace, targets: targets})
			continue
		}
		for _, t := range targets {
			all = append(all, &scope{namespace: namespace, targets: []*target{t}})
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
	f := &feed[*appsv1.Deployment]{
		mask: w.options.Redactor.Deployment, trim: trimDeployment, route: s.named,
		set: func(t *target, d *appsv1.Deployment) {
			s.stale = s.stale || !equality.Semantic.DeepEqual(t.selector, d.Spec.Selector)
			t.deployment, t.selector = d, d.Spec.Selector
		},
		unset: func(t *target, d *appsv1.Deployment) {
			if t.deployment != nil && t.deployment.UID == d.UID {
				t.deployment = nil
			}
		},
		urgent: decisive,
	}
	s.deployments = run(ctx, w, deployments(w.clients, s.namespace, name), f, w.fail)
}

func (s *scope) named(d *appsv1.Deployment) []*target {
	for i, t := range s.targets {
		if t.ref.Name == d.Name {
			return s.targets[i : i+1]
		}
	}
	return nil
}

// follow starts the streams of ReplicaSets and Pods once the selectors are known, and anew when
// they are others; the caller holds the lock.
func (s *scope) follow(ctx context.Context, w *Watcher) {
	if !s.stale || (s.matching == "" && !s.ready()) {
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
		set:   func(t *target, p *corev1.Pod) { t.pods[p.UID] = p },
		unset: func(t *target, p *corev1.Pod) { delete(t.pods, p.UID) },
	}
	s.children = []*running{
		run(ctx, w, replicaSets(w.clients, s.namespace, m.query), &feed[*appsv1.ReplicaSet]{
			mask: w.options.Redactor.ReplicaSet, trim: trimReplicaSet,
			route: func(rs *appsv1.ReplicaSet) []*target { return m.match(rs.Labels) },
			set:   func(t *target, rs *appsv1.ReplicaSet) { t.sets[rs.UID] = rs },
			unset: func(t *target, rs *appsv1.ReplicaSet) { delete(t.sets, rs.UID) },
		}, w.fail),
		run(ctx, w, pods(w.clients, s.namespace, m.query), podFeed, func(err error) {
			if !apierrors.IsForbidden(err) {
				w.fail(err)
				return
			}
			// In this order: the first snapshot says what is missing in it.
			w.goBlind(s.namespace, podList)
			podFeed.forgo()
		}),
	}
}

// ready tells whether no more selectors are to be expected for now.
func (s *scope) ready() bool {
	synced, _ := s.deployments.state()
	return synced || !slices.ContainsFunc(s.targets, func(t *target) bool { return t.selector == nil })
}

// synced tells whether all that there is has been listed.
func (s *scope) synced() bool {
	return !slices.ContainsFunc(s.streams(), func(r *running) bool { synced, _ := r.state(); return !synced })
}

func (s *scope) streams() []*running {
	return append([]*running{s.deployments}, s.children...)
}
