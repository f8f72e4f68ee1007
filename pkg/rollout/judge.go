package rollout

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// judge steps one workload.
type judge struct {
	policy Policy
	now    time.Time
	was    WorkloadState
	next   *WorkloadState

	seen       Observed
	revision   *workload.Revision
	pods       []*corev1.Pod // of the new revision
	ailing     []*corev1.Pod // those of them that the quick look does not clear
	clues      *clues
	diagnosis  diagnosis
	complaints []complaint

	wants    Wants
	wake     alarm
	advanced bool // there was progress
	soakNews
}

func (j *judge) judge(seen Observed, ok bool) {
	if !ok || (seen.Workload == nil && !j.was.memory.begun && j.next.Target.UID == "") {
		j.checkTimeout()
		return
	}
	j.seen = seen
	if message := j.superseded(); message != "" {
		j.decide(Superseded, message)
		return
	}
	if !j.attach() {
		j.next.Counts = Counts{Desired: seen.Workload.Desired, Old: seen.Workload.Total, Terminating: seen.Workload.Terminating}
		j.checkTimeout()
		return
	}
	j.next.memory.populated = j.was.memory.populated || seen.Workload.Desired > 0
	j.observe()
	j.look()
	j.count()
	j.verdict()
	j.next.memory.begun = true
}

// observe finds our revision and its pods.
func (j *judge) observe() {
	j.revision = j.currentRevision()
	if j.next.RevisionFrom == 0 {
		j.next.RevisionFrom = j.leavingNumber()
	}
	if r := j.revision; r != nil {
		j.next.RevisionTo, j.next.RevisionName = r.Number, r.Name
		if j.next.RevisionFrom > r.Number { // an earlier revision is used again, and not numbered anew yet
			j.next.RevisionTo = 0
		}
		j.next.memory.revision = r.UID
		j.pods = newPods(j.seen.Pods, r)
		j.ailing = ailing(j.pods)
	}
	if j.next.RevisionFrom == 0 && j.next.Target.Before == nil {
		j.next.attachedFrom(j.seen.Revisions, j.revision)
	}
	j.next.memory = j.next.memory.withPods(j.ailing, j.now)
	if !j.was.memory.begun {
		j.next.memory.past = pastPods(j.ailing, j.next.Target.Before == nil)
	}
}

// pastPods are the pods that had ended before we looked: a revision that is used again may bring
// some of its earlier days. Those that a kubelet refused tell of a rollout that was found under way.
func pastPods(pods []*corev1.Pod, underWay bool) map[types.UID]bool {
	var past map[types.UID]bool
	for _, p := range pods {
		if ended(p) && (!underWay || !rejectedByKubelet(p)) {
			past = put(past, p.UID, true)
		}
	}
	return past
}

// look diagnoses the new pods and weighs what was found.
func (j *judge) look() {
	j.clues = &clues{
		now: j.now, wake: alarm{now: j.now}, notes: indexNotes(j.seen.Events), logs: j.seen.Logs, claims: j.seen.Claims, blind: j.seen.Blind,
		template: &j.seen.Workload.Template, revision: j.next.RevisionName, memory: &j.next.memory,
		revisions: j.seen.Revisions, pods: j.seen.Pods,
		leaving: slices.ContainsFunc(j.seen.Pods, func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil }),
	}
	j.diagnosis = j.clues.diagnose(j.seen.Workload, j.revision, j.ailing, len(j.pods)-len(j.ailing))
	if j.seen.Workload.Paused {
		j.diagnosis.symptoms = append(j.diagnosis.symptoms, j.pausedSymptom()...)
	}
	j.lack()
	if found, ok := j.refusedCreation(); ok {
		j.diagnosis.symptoms = append(j.diagnosis.symptoms, found)
	}
	j.diagnosis.symptoms = append(j.diagnosis.symptoms, j.heldUp()...)
	j.complaints = j.clues.complaints(&j.diagnosis, j.was.Findings)
	j.next.memory.sightings = j.sight()
	j.clues.weigh(j.complaints, j.policy.FailFast, j.outage())
	if j.outageNear() { // it decides sooner than the restarts, and nobody knows when
		for i := range j.complaints {
			if j.complaints[i].Grade == Failing {
				j.complaints[i].decision = Decision{}
			}
		}
	}
	slices.SortFunc(j.complaints, byWeight)
	j.next.Findings = findings(j.complaints)
	j.ask()
	j.advise()
	j.wake.set(j.clues.wake.at)
}
