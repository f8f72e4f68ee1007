package rollout

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// judge steps one workload.
type judge struct {
	policy Policy
	now    time.Time
	was    WorkloadState
	next   *WorkloadState

	seen      diagnosis.Observed
	revision  *workload.Revision
	diagnosis *diagnosis.Diagnosis // nil where nothing was looked at

	wake     diagnosis.Alarm
	advanced bool // there was progress
	soakNews
}

func (j *judge) judge(seen diagnosis.Observed, ok bool) {
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
	}
	if j.next.RevisionFrom == 0 && j.next.Target.Before == nil {
		j.next.attachedFrom(j.seen.Revisions, j.revision)
	}
}

// look diagnoses the new pods.
func (j *judge) look() {
	in := diagnosis.Input{
		Observed: j.seen, Now: j.now, Since: j.next.memory.watched, Revision: j.revision,
		Populated: j.next.memory.populated, UnderWay: j.next.Target.Before == nil, FailFast: j.policy.FailFast,
	}
	if !j.was.CompleteSince.IsZero() {
		in.Soak = j.policy.Soak
	}
	j.diagnosis = diagnosis.Look(in, j.was.memory.history)
	j.next.memory.history = j.diagnosis.History
	j.next.Findings = j.diagnosis.Findings()
	j.next.Blocking = j.blocking()
}

// blocking are the pods of the revision that is left that hold up an ordered update, while none of them is
// on its way out: the next one waits for that.
func (j *judge) blocking() []PodRef {
	var all []PodRef
	for _, pod := range j.diagnosis.Blocking {
		if workload.KeyOf(pod) == j.next.Target.Leaving && !j.leavingNow() {
			all = append(all, PodRef{pod.Namespace, pod.Name, pod.UID})
		}
	}
	return all
}

// leavingNow: a pod of the revision that is left is on its way out.
func (j *judge) leavingNow() bool {
	return slices.ContainsFunc(j.seen.Pods, func(pod *corev1.Pod) bool {
		return pod.DeletionTimestamp != nil && workload.KeyOf(pod) == j.next.Target.Leaving
	})
}

// leavingNumber is the number of the revision that is left; 0 if none is.
func (j *judge) leavingNumber() int64 {
	for i := range j.seen.Revisions {
		if r := &j.seen.Revisions[i]; r.Key == j.next.Target.Leaving {
			return r.Number
		}
	}
	return 0
}
