// Package diagnosis names what keeps the pods of a workload from serving, with the evidence. It computes only: pods,
// events, logs, claims and what earlier looks have shown come in; findings, what else should be fetched, and the next
// history come out.
package diagnosis

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Input is what one look draws on.
type Input struct {
	Observed // Workload is not nil
	Now      time.Time
	// Since is when the watch began.
	Since time.Time
	// Revision is the one whose pods are looked at; nil while there is none.
	Revision *workload.Revision
	// Populated: the workload has replicas, or had some.
	Populated bool
	// UnderWay: the rollout had begun before the watch, so that pods rejected before the first look belong to it.
	UnderWay bool
	FailFast FailFast
	// Once: no look follows, and none came before. The cluster's own times date each cause, and Judged counts; it is nil
	// without a verdict.
	Once bool
	// Unhurried: no patience is counted, so that no event is asked for only to date a cause.
	Unhurried bool
	// Deletable tells which pods this command deletes itself where they hold up the update; nil: none.
	Deletable func(*corev1.Pod) bool
	Judged    *JudgedFailed
	// Soak is for how long nothing may speak against a complete rollout; 0 while it is not complete.
	Soak time.Duration
	// EndedCount: pods that had ended before count, too, as those of a Job do.
	EndedCount bool
	// Final: no more evidence comes, and no further look.
	Final bool
}

// Diagnosis is the result of one look.
type Diagnosis struct {
	Problems []Problem // the decisive one first
	Wants    Wants
	History  History
	// Pods are those of Observed.Pods that are of the revision and meant to stay. Unhealthy are those of them that have
	// restarted, ended or are not ready.
	Pods, Unhealthy []*corev1.Pod
	// Staying is the number of all pods of the revision that are meant to stay.
	Staying int
	// Of pods should serve, and Ready of them are ready.
	Of, Ready int
	// Complete: the status calls the rollout complete.
	Complete bool
	// NoNode: a DaemonSet had pods, and no node takes those of its template.
	NoNode bool
	// Blocking are pods of other revisions that are not ready, and that an ordered update waits for.
	Blocking []*corev1.Pod
	// Readied is the latest moment at which one of Pods became ready.
	Readied time.Time

	in       *Input
	before   *History
	evidence *evidence
	survey   survey
}

// Look diagnoses the pods of a revision.
func Look(in Input, before History) *Diagnosis {
	d := &Diagnosis{in: &in, before: &before, Pods: newPods(in.Pods, in.Revision)}
	d.Unhealthy = unhealthy(d.Pods)
	d.Staying = len(d.Pods) + int(in.SettledOf(in.Revision).Count)
	d.NoNode = in.Workload.PerNode && in.Workload.Desired == 0 && in.Populated
	d.Complete = d.complete()
	d.History = before.withPods(d.Unhealthy, in.Now)
	if !before.begun && !in.EndedCount {
		d.History.past = pastPods(d.Unhealthy, in.UnderWay)
	}
	if in.Revision != nil {
		d.History.revision = in.Revision.Name
	}
	d.look()
	d.Of, d.Ready = d.survey.of, d.survey.ready
	d.History.livenessFailures, d.History.readied = d.livenessFailures(), d.readied()
	d.Readied = d.History.readied
	d.History.findings = d.Findings()
	d.History.begun = true
	return d
}

// pastPods are the pods that had ended before the first look: a revision that is used again can have some from earlier
// rollouts. Rejected pods belong to a rollout that is under way.
func pastPods(pods []*corev1.Pod, underWay bool) map[types.UID]bool {
	var past map[types.UID]bool
	for _, p := range pods {
		if Ended(p) && (!underWay || !IsRejected(p)) {
			past = put(past, p.UID, true)
		}
	}
	return past
}

// look finds the symptoms, groups them into problems and weighs them.
func (d *Diagnosis) look() {
	in := d.in
	d.evidence = &evidence{
		now: in.Now, final: in.Final, wake: Alarm{Now: in.Now}, events: indexEvents(in.Events), logs: in.Logs, claims: in.Claims, classes: in.Classes, references: in.Absent, nodes: in.Nodes, forbidden: in.Forbidden,
		template: &in.Workload.Template, revision: d.History.revision, history: &d.History,
		revisions: in.Revisions, pods: in.Pods,
		leaving: slices.ContainsFunc(in.Pods, func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil }),
	}
	d.survey = d.evidence.survey(in.Workload, in.Revision, d.Unhealthy, d.Staying-len(d.Unhealthy))
	d.survey.symptoms = append(d.survey.symptoms, d.pausedSymptom()...)
	d.trackMissingPods()
	if found, ok := d.refusedCreation(); ok {
		d.survey.symptoms = append(d.survey.symptoms, found)
	}
	d.survey.symptoms = append(d.survey.symptoms, d.heldUp()...)
	d.Problems = d.evidence.problems(&d.survey, d.before.findings)
	d.History.causes = d.causes()
	d.evidence.weigh(d.Problems, in.FailFast, d.outage())
	for i := range d.Problems {
		d.Problems[i].Decided = d.Problems[i].Decided || d.judged(&d.Problems[i])
	}
	if d.outageNear() { // it decides sooner than the restarts, and nobody knows when
		for i := range d.Problems {
			if d.Problems[i].Grade == Failing {
				d.Problems[i].Decision = Decision{}
			}
		}
	}
	slices.SortFunc(d.Problems, byWeight)
	d.ask()
	d.advise()
}

// Findings of all problems, in their order.
func (d *Diagnosis) Findings() []Finding {
	var all []Finding
	for i := range d.Problems {
		all = append(all, d.Problems[i].Finding)
	}
	return all
}

// Wake is when another look may show more although nothing happens; zero when only a change matters.
func (d *Diagnosis) Wake() time.Time { return d.evidence.wake.At }

// Pending tells whether evidence is on its way.
func (d *Diagnosis) Pending() bool {
	pending := slices.ContainsFunc(d.Problems, func(p Problem) bool { return p.vague })
	for uid := range d.History.asked {
		pending = !d.evidence.sawEvents(uid) || pending
	}
	return pending
}

// observed tells whether the status is about the present generation.
func (in *Input) observed() bool { return in.Workload.ObservedGeneration >= in.Workload.Generation }

// complete tells whether the status calls the rollout complete.
func (d *Diagnosis) complete() bool {
	w := d.in.Workload
	if !d.in.observed() || !w.Complete() {
		return false
	}
	if d.in.Revision != nil && d.in.Revision.ByPods && !slices.Contains(d.in.Forbidden, "pods") && int32(d.Staying) < w.Goal() {
		return false // the status counts pods that are not there, or not new, for a moment
	}
	return !d.NoNode && (w.Desired == 0 || d.in.Revision != nil || len(d.in.Revisions) == 0)
}
