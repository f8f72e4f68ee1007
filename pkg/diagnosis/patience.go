package diagnosis

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// FailFast says how soon evidence decides.
type FailFast string

// Auto gives each grade its patience, Strict none, Off leaves all to the deadline.
const (
	FailFastAuto   FailFast = "auto"
	FailFastStrict FailFast = "strict"
	FailFastOff    FailFast = "off"
)

// weigh dates each problem by the first appearance of its cause on any new pod, and marks those that have outlasted their
// patience. It sets the alarm for the next one.
func (ev *evidence) weigh(all []Problem, policy FailFast, outage bool) {
	for i := range all {
		k := &all[i]
		k.since, k.fatalSince = ev.history.causes[k.causeKey].first, ev.history.causes[k.causeKey].fatal
		k.Decided = ev.outlasted(k, policy, outage)
	}
}

func (ev *evidence) outlasted(p *Problem, policy FailFast, outage bool) bool {
	if policy == FailFastOff || p.Grade != Failing {
		p.Decision = Decision{}
	}
	switch {
	case policy == FailFastOff, p.Grade == Waiting, p.vague:
		return false
	case policy == FailFastStrict:
		return true
	case p.Grade == Failing:
		return p.rounds >= FailingRestarts || outage
	}
	patience := p.patience
	if p.Affected == nil {
		// The controller doubles the time between attempts: the last refusal is confirmed only after as much time again.
		patience = max(patience, p.fatalSince.Sub(p.since))
	}
	end := p.fatalSince.Add(patience)
	if e := p.exemplar; e.byEvent && e.span < p.patience {
		// The kubelet tries ever more rarely: the cause may be gone before the next event.
		end = end.Add(p.patience)
	}
	if !ev.now.Before(end) {
		return true
	}
	ev.wake.Set(end)
	p.Decision = Decision{Time: end}
	return false
}

// outage tells whether no pod serves any more: no pod of another revision is ready, and every new pod has failed after it
// had been ready. Then there is no patience. Evicted pods are replaced and do not count.
func (d *Diagnosis) outage() bool {
	failed := map[*corev1.Pod]bool{}
	for i := range d.Problems {
		if d.Problems[i].Grade != Failing || d.Problems[i].Cause == Evicted {
			continue
		}
		for _, pod := range d.Problems[i].Affected {
			if d.History.fell[pod.UID] && !Ended(pod) && !endedBefore(pod, d.in.Since) {
				failed[pod] = true
			}
		}
	}
	return len(failed) > 0 && len(failed) == d.survey.of && d.in.SettledElse(d.in.Revision) == 0 && !slices.ContainsFunc(d.in.Pods, d.servesOld)
}

// outageNear tells whether the next crash may be an outage: all pods that had been ready have crashed since.
func (d *Diagnosis) outageNear() bool {
	m := &d.History
	return len(m.fell) > 0 && len(d.in.Settled) == 0 && !slices.ContainsFunc(d.in.Pods, func(pod *corev1.Pod) bool {
		return d.servesOld(pod) || pod.DeletionTimestamp == nil && IsReady(pod) && !m.fell[pod.UID]
	})
}

func (d *Diagnosis) servesOld(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && IsReady(pod) && !d.in.Revision.Owns(pod)
}

// minServed is the shortest run that counts as serving. Without a readiness probe a container is ready as soon as it runs.
const minServed = 2 * time.Second

// fellFromReady tells by the pod's own times whether it was ready before one of its containers ended: Ready is False and
// has changed since the first status, or Ready is True since before that end.
func fellFromReady(pod *corev1.Pod) bool {
	ready := podCondition(pod, corev1.PodReady)
	if ready == nil {
		return false
	}
	changed := ready.LastTransitionTime.Time
	for ref := range containers(pod) {
		ended, _ := ref.crash()
		if ended == nil || ended.FinishedAt.Sub(ended.StartedAt.Time) < minServed {
			continue
		}
		if ready.Status == corev1.ConditionTrue {
			return changed.Before(ended.FinishedAt.Time)
		}
		// Both times of a first status are taken in one go, and have no fractions.
		return pod.Status.StartTime != nil && changed.Sub(pod.Status.StartTime.Time) > time.Second
	}
	return false
}

// endedBefore tells whether all crashes of a pod came before a moment, after runs so long that the rollout was not the
// cause.
func endedBefore(pod *corev1.Pod, moment time.Time) bool {
	for ref := range containers(pod) {
		ended, _ := ref.crash()
		if ended != nil && (!ended.FinishedAt.Time.Before(moment) || ended.FinishedAt.Sub(ended.StartedAt.Time) < BackOffReset) {
			return false
		}
	}
	return true
}
