package diagnosis

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// maxAsked is how many pods with the same problem have their events read. The other pods share the result.
const maxAsked = 3

// ask fills in Wants with what would explain the problems.
func (d *Diagnosis) ask() {
	m := &d.History
	old := d.before
	m.asked, m.askedLogs = nil, nil
	var candidates [][]*corev1.Pod
	for _, pods := range d.survey.unexplained {
		candidates = append(candidates, pods)
	}
	candidates = append(candidates, d.survey.endedUnexplained, d.probedPods())
	for i := range d.Problems {
		k := &d.Problems[i]
		if k.needsEvents() || d.in.Once && !d.in.Unhurried && k.Grade == Fatal {
			candidates = append(candidates, k.Affected)
		}
		if aboutClaims[k.Cause] {
			d.askClaims(k.Affected)
		}
		d.askLogs(k, old.askedLogs)
	}
	if d.askClaims(d.survey.unexplained[phaseCreating]); len(d.survey.unexplained[phaseCreating]) > 0 {
		d.askReferences()
	}
	d.askNodes()
	if d.in.Unhurried {
		candidates = append(candidates, d.crashedLater())
	}
	for _, pods := range candidates {
		d.askEvents(pods, old.asked)
	}
}

// shownByEvents are the causes whose evidence is in events.
var shownByEvents = map[Cause]bool{
	LivenessFailing: true, StartupFailing: true, ReadinessFailing: true, LifecycleHookFailed: true, Evicted: true, ImageUnauthorized: true,
}

func (p *Problem) needsEvents() bool { return shownByEvents[p.Cause] || p.exemplar.wantsEvents }

// askEvents prefers pods whose events are read already, so that the choice is stable.
func (d *Diagnosis) askEvents(pods []*corev1.Pod, before map[types.UID]time.Time) {
	if slices.Contains(d.in.Forbidden, forbiddenEvents) {
		return
	}
	rank := func(p *corev1.Pod) int {
		if _, ok := before[p.UID]; ok {
			return 0
		}
		return 1
	}
	order := func(a, b *corev1.Pod) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name)) }
	for _, p := range first(maxAsked, pods, order) {
		d.Wants.Events = put(d.Wants.Events, p.UID, p.Name)
		t := since(before, p.UID, d.in.Now)
		d.History.asked = put(d.History.asked, p.UID, t)
		d.evidence.wake.Set(t.Add(eventsTime))
	}
}

// first returns the first n elements in an order, without sorting all.
func first[T any](n int, all []T, order func(a, b T) int) []T {
	var chosen []T
	for _, x := range all {
		if len(chosen) == n && order(x, chosen[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(chosen, x, order)
		chosen = slices.Insert(chosen, at, x)
		chosen = chosen[:min(n, len(chosen))]
	}
	return chosen
}

// aboutClaims are the causes that an unbound claim, or a claim in use, can explain.
var aboutClaims = map[Cause]bool{VolumePending: true, Unschedulable: true, VolumeMountFailed: true}

// askClaims asks for the claims of a few pods and their events, which hold the provisioner's messages.
func (d *Diagnosis) askClaims(pods []*corev1.Pod) {
	var names []string
	for _, p := range first(maxAsked, pods, func(a, b *corev1.Pod) int { return cmp.Compare(a.Name, b.Name) }) {
		for _, name := range claimNames(&d.in.Workload.Template, p) {
			if !slices.Contains(names, name) && len(names) < maxAsked {
				names = append(names, name)
			}
		}
	}
	if names != nil {
		d.Wants.Claims = put(d.Wants.Claims, d.in.Workload.Ref, names)
	}
}

// maxNodes is how many nodes are read.
const maxNodes = 2

// askNodes asks for the nodes of pods that their own status does not explain: one that is lost says nothing of its pods.
func (d *Diagnosis) askNodes() {
	for _, phase := range []podPhase{phaseCreating, phasePulling, phaseUnready} {
		for _, p := range first(maxAsked, d.survey.unexplained[phase], func(a, b *corev1.Pod) int { return cmp.Compare(a.Name, b.Name) }) {
			if len(d.Wants.Nodes) < maxNodes {
				d.Wants.Nodes = put(d.Wants.Nodes, p.Spec.NodeName, true)
			}
		}
	}
	for i := range d.Problems {
		p := &d.Problems[i]
		if p.Cause == StuckTerminating && p.Subject != "" && len(d.Wants.Nodes) < maxNodes {
			d.Wants.Nodes = put(d.Wants.Nodes, p.Subject, true)
		}
		if e := p.exemplar; p.Cause == NodeLost && e != nil && e.pod != nil && e.pod.Spec.NodeName != "" && len(d.Wants.Nodes) < maxNodes {
			d.Wants.Nodes = put(d.Wants.Nodes, e.pod.Spec.NodeName, true)
		}
	}
}

// askReferences asks whether the objects that the template names are there.
func (d *Diagnosis) askReferences() {
	d.Wants.References = put(d.Wants.References, d.in.Workload.Ref, true)
}

// askLogs asks for the log of the last crash of one pod per problem.
func (d *Diagnosis) askLogs(p *Problem, before map[containerKey]time.Time) {
	run := p.exemplar.run
	if run == nil || slices.Contains(d.in.Forbidden, forbiddenLogs) {
		return
	}
	key := containerKey{run.PodUID, run.Container}
	t := since(before, key, d.in.Now)
	d.History.askedLogs = put(d.History.askedLogs, key, t)
	if _, ok := d.evidence.answer(*run, 0); ok {
		return
	}
	d.Wants.Logs = append(d.Wants.Logs, *run)
	d.evidence.wake.Set(t.Add(logTime))
}

// probedPods are a few pods of a soaking rollout whose liveness probe may fail without a restart before the soak ends.
// Only events show such failures.
func (d *Diagnosis) probedPods() []*corev1.Pod {
	if !slowLiveness(d.Pods, d.in.Soak) {
		return nil
	}
	return d.Pods[:min(maxAsked, len(d.Pods))]
}

func slowLiveness(pods []*corev1.Pod, soak time.Duration) bool {
	if len(pods) == 0 {
		return false
	}
	for i := range pods[0].Spec.Containers {
		p := pods[0].Spec.Containers[i].LivenessProbe
		if p == nil {
			continue
		}
		first := time.Duration(p.InitialDelaySeconds) * time.Second
		kill := first + time.Duration(max(1, p.PeriodSeconds)*max(1, p.FailureThreshold))*time.Second
		if first < soak && kill >= soak {
			return true
		}
	}
	return false
}
