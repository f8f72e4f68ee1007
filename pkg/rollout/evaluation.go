package rollout

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// evaluation is one step of one workload.
type evaluation struct {
	policy Policy
	now    time.Time
	was    WorkloadState
	next   *WorkloadState

	seen      diagnosis.Observed
	revision  *workload.Revision
	diagnosis *diagnosis.Diagnosis // nil where nothing was looked at
	runs      runsBefore
	rolling   bool // of a scale: another template is rolled out

	wake     diagnosis.Alarm
	advanced bool // there was progress
	soakNews
}

func (e *evaluation) evaluate(seen diagnosis.Observed, ok bool) {
	if !ok || seen.Workload == nil && !e.was.memory.begun && (e.next.Target.UID == "" || e.unseen()) {
		e.checkTimeout()
		return
	}
	e.seen = seen
	if message := e.superseded(); message != "" {
		e.decide(Superseded, message)
		return
	}
	if !e.attach() {
		e.next.Counts = Counts{Desired: seen.Workload.Desired, Old: seen.Workload.Total, Terminating: seen.Workload.Terminating}
		e.checkTimeout()
		return
	}
	e.seen, e.runs = e.next.Target.sinceChange(e.seen)
	e.next.memory.populated = e.was.memory.populated || seen.Workload.Desired > 0
	e.observe()
	e.look()
	e.count()
	e.verdict()
	e.next.memory.begun = true
}

// maxUnseen is how long a watch may need to see a workload that was created.
const maxUnseen = 10 * time.Second

// unseen tells whether a workload that was created may be missing because the watch has not seen it yet.
func (e *evaluation) unseen() bool {
	return e.next.Target.isNew() && !e.wake.Passed(e.next.memory.watched.Add(maxUnseen))
}

// observe finds our revision and its pods.
func (e *evaluation) observe() {
	if e.isScale() {
		e.seen, e.rolling = e.next.Target.mergeRevisions(e.seen)
		e.revision = &e.seen.Revisions[0]
		return
	}
	e.revision = e.currentRevision()
	if left := e.left(); left != nil && e.next.RevisionFrom == 0 {
		e.next.RevisionFrom = left.Number
	}
	if r := e.revision; r != nil {
		e.next.RevisionTo, e.next.RevisionName = r.Number, r.Name
		if e.next.RevisionFrom > r.Number { // an earlier revision is used again, and not numbered anew yet
			e.next.RevisionTo = 0
		}
	}
	if e.next.RevisionFrom == 0 && e.next.Target.Baseline == nil {
		e.next.attachedFrom(e.seen.Revisions, e.revision)
	}
	e.remember()
}

// look diagnoses the new pods.
func (e *evaluation) look() {
	in := diagnosis.Input{
		Observed: e.seen, Now: e.now, Since: e.next.memory.watched, Revision: e.revision,
		Populated: e.next.memory.populated, UnderWay: e.next.Target.Baseline == nil, Deletable: e.mayDelete, FailFast: e.policy.FailFast,
	}
	if in.Once = e.policy.Once; in.Once && e.revision != nil {
		if v := VerdictOf(e.revision); v != nil && v.Outcome == VerdictFailed {
			in.Judged = &diagnosis.JudgedFailed{Cause: v.Cause, At: v.At}
		}
	}
	if !e.was.CompleteSince.IsZero() {
		in.Soak = e.policy.Soak
	}
	e.diagnosis = diagnosis.Look(in, e.was.memory.history)
	e.runs.restore(e.diagnosis.Wants.Logs)
	e.next.memory.history = e.diagnosis.History
	e.next.Findings = e.diagnosis.Findings()
	for i := range e.next.Findings {
		e.next.Findings[i].AllPods = e.isScale()
	}
	e.next.Blocking = e.blocking()
}

// blocking are the pods that hold up the update and may be deleted, while no such pod is on its way out: the next one waits for that.
func (e *evaluation) blocking() []PodRef {
	if !e.next.Target.Unblocks || slices.ContainsFunc(e.seen.Pods, func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil && e.discarded(p) != nil }) {
		return nil
	}
	var all []PodRef
	for _, pod := range e.diagnosis.Blocking {
		if e.mayDelete(pod) {
			all = append(all, PodRef{pod.Namespace, pod.Name, pod.UID, pod.ResourceVersion})
		}
	}
	return all
}

// mayDelete tells whether this command deletes a pod where it holds up the update: it is of the revision that is taken back,
// or of one that failed, and then the pod itself is broken. The verdict may be old, and a pod that runs may become ready.
func (e *evaluation) mayDelete(pod *corev1.Pod) bool {
	r := e.discarded(pod)
	return e.next.Target.Unblocks && r != nil && (r == e.left() || diagnosis.Broken(pod))
}

// discarded is the revision of a pod, if it is taken back or failed and is not the new one; nil else.
func (e *evaluation) discarded(pod *corev1.Pod) *workload.Revision {
	t, left := &e.next.Target, e.left()
	for i := range e.seen.Revisions {
		r := &e.seen.Revisions[i]
		if r == e.revision || !r.Owns(pod) || t.Template != nil && workload.SameTemplate(&r.Template, t.Template) {
			continue
		}
		if v := VerdictOf(r); r == left || v != nil && v.Outcome == VerdictFailed {
			return r
		}
	}
	return nil
}

// left is the revision that is taken back; nil if none is.
func (e *evaluation) left() *workload.Revision {
	t := &e.next.Target
	if !t.TakesBack || t.Baseline == nil {
		return nil
	}
	for i := range e.seen.Revisions {
		if r := &e.seen.Revisions[i]; r != e.revision && workload.SameTemplate(&r.Template, &t.Baseline.Workload.Template) {
			return r
		}
	}
	return nil
}
