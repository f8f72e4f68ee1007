package rollout

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// judge steps one workload.
type judge struct {
	policy  Policy
	started time.Time
	now     time.Time
	was     WorkloadState
	next    *WorkloadState

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
	if !j.takeUp() {
		j.next.Counts = Counts{Desired: seen.Workload.Desired, Old: seen.Workload.Total, Terminating: seen.Workload.Terminating}
		j.checkTimeout()
		return
	}
	j.observe()
	j.look()
	j.count()
	j.verdict()
	j.next.memory.begun = true
}

// superseded says who else has the object now, if anyone. Replicas changed by an HPA or by `scale`
// make a new generation of the same template, and that is no one's release.
func (j *judge) superseded() string {
	w, t := j.seen.Workload, &j.next.Target
	switch {
	case w == nil:
		return fmt.Sprintf("%s was deleted", t.Name)
	case t.UID != "" && w.UID != t.UID:
		return fmt.Sprintf("%s was deleted and created again", t.Name)
	case t.Template == nil || w.Generation < t.Generation || w.Generation == j.was.memory.checked:
		return ""
	case !workload.SameTemplate(t.Template, &w.Template):
		return fmt.Sprintf("the template was changed by someone else (generation %d, ours was %d)", w.Generation, t.Generation)
	}
	j.next.memory.checked = w.Generation
	return ""
}

// takeUp waits for the generation of our write to be seen. Where the target left it open, what is
// seen first is taken as ours.
func (j *judge) takeUp() bool {
	w, t := j.seen.Workload, &j.next.Target
	if w.Generation < t.Generation {
		return false
	}
	t.UID = w.UID
	if t.Generation == 0 {
		t.Generation = w.Generation
	}
	if t.Template == nil {
		t.Template = w.Template.DeepCopy()
		j.next.ImagesTo = workload.Images(t.Template)
		j.next.memory.checked = w.Generation
	}
	return true
}

// observed tells whether the status speaks of the object as it is, and not of an earlier one.
func (j *judge) observed() bool {
	w := j.seen.Workload
	return w.ObservedGeneration >= w.Generation && w.ObservedGeneration >= j.next.Target.Generation
}

// observe finds our revision and its pods.
func (j *judge) observe() {
	j.revision = j.currentRevision()
	if r := j.revision; r != nil {
		j.next.RevisionTo, j.next.RevisionName = r.Number, r.Name
		if j.was.RevisionFrom > r.Number { // an earlier revision is used again, and not numbered anew yet
			j.next.RevisionTo = 0
		}
		j.next.memory.revision = r.UID
		j.pods = newPods(j.seen.Pods, r.UID)
		j.ailing = ailing(j.pods)
	}
	if j.next.RevisionFrom == 0 && j.next.Target.Before == nil {
		j.next.takeUpFrom(j.seen.Revisions, j.revision)
	}
	j.next.memory = j.next.memory.withPods(j.ailing, j.now)
	if !j.was.memory.begun {
		j.next.memory.past = pastPods(j.ailing)
	}
}

// currentRevision compares templates only until the revision is known: that is the dear part of a
// step.
func (j *judge) currentRevision() *workload.Revision {
	if uid := j.was.memory.revision; uid != "" {
		for i := range j.seen.Revisions {
			if j.seen.Revisions[i].UID == uid {
				return &j.seen.Revisions[i]
			}
		}
	}
	return workload.Current(j.seen.Workload, j.seen.Revisions)
}

// takeUpFrom guesses where a rollout that was taken up came from: the newest other revision that
// still has pods, else the newest.
func (w *WorkloadState) takeUpFrom(all []workload.Revision, current *workload.Revision) {
	for _, r := range all {
		if current != nil && r.UID != current.UID && r.Number < current.Number {
			w.RevisionFrom, w.ImagesFrom = r.Number, workload.Images(&r.Template)
		}
	}
}

// pastPods are the pods that had ended before we looked: a revision that is used again may bring
// some of its earlier days.
func pastPods(pods []*corev1.Pod) map[types.UID]bool {
	var past map[types.UID]bool
	for _, p := range pods {
		if ended(p) {
			past = put(past, p.UID, true)
		}
	}
	return past
}

// look diagnoses the new pods and weighs what was found.
func (j *judge) look() {
	j.clues = &clues{
		now: j.now, wake: alarm{now: j.now}, notes: indexNotes(j.seen.Events), logs: j.seen.Logs, blind: j.seen.Blind,
		template: &j.seen.Workload.Template, revision: j.next.RevisionName, memory: &j.next.memory,
	}
	j.diagnosis = j.clues.diagnose(j.seen.Workload, j.revision, j.ailing, len(j.pods)-len(j.ailing))
	if j.seen.Workload.Paused {
		j.diagnosis.symptoms = append(j.diagnosis.symptoms, j.pausedSymptom()...)
	}
	j.complaints = j.clues.complaints(&j.diagnosis, j.was.Findings)
	j.next.memory.sightings = j.sight()
	j.clues.weigh(j.complaints, j.policy.FailFast)
	slices.SortFunc(j.complaints, byWeight)
	j.next.Findings = findings(j.complaints)
	j.ask()
	j.advise()
	j.wake.set(j.clues.wake.at)
}

// count fills in what a view shows.
func (j *judge) count() {
	w, c := j.seen.Workload, Counts{Desired: j.seen.Workload.Desired, Terminating: j.seen.Workload.Terminating}
	if r := j.revision; r != nil {
		c.Updated, c.Ready, c.Available = r.Total, r.Ready, r.Available
		for i := range j.seen.Revisions {
			if j.seen.Revisions[i].UID != r.UID {
				c.Old += j.seen.Revisions[i].Total
			}
		}
	} else if j.observed() {
		c.Updated, c.Old = w.Updated, max(w.Total-w.Updated, 0)
	} else {
		c.Old = w.Total
	}
	j.next.Counts = c
	j.mark(c)
}
