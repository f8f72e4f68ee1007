package rollout

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Verdict is what a rollout of a revision proved. The set is closed.
type Verdict string

// Good: it was verified, soak included. Complete: its pods were up, but nobody watched a soak. Failed: the annotation has
// the cause.
const (
	VerdictGood     Verdict = "good"
	VerdictComplete Verdict = "complete"
	VerdictFailed   Verdict = "failed"
)

// maxVerdictMessage keeps the annotation small, whatever a container wrote.
const maxVerdictMessage = 256

// VerdictAnnotation is the value of the annotation kubectl-app.dev/verdict on a revision.
type VerdictAnnotation struct {
	// Hash is the pod-template-hash of the revision that it was written for.
	Hash    string          `json:"hash"`
	Outcome Verdict         `json:"outcome"`
	Cause   diagnosis.Cause `json:"cause,omitempty"`
	Message string          `json:"message,omitempty"`
	At      time.Time       `json:"at"`
	By      string          `json:"by,omitempty"`
}

// NewVerdictAnnotation makes the annotation for an outcome; ok is false for an outcome that proves nothing about the
// revision (superseded, interrupted, still progressing when the time ran out).
func NewVerdictAnnotation(hash string, outcome Outcome, findings []diagnosis.Finding, now time.Time, by string) (verdict VerdictAnnotation, ok bool) {
	s := VerdictAnnotation{Hash: hash, At: now.UTC().Truncate(time.Second), By: by}
	switch outcome {
	case Succeeded:
		s.Outcome = VerdictGood
	case Failed, RolledBack, RollbackFailed:
		s.Outcome = VerdictFailed
		if len(findings) > 0 {
			s.Cause, s.Message = findings[0].Cause, shorten(findings[0].PublicMessage())
		}
	default:
		return VerdictAnnotation{}, false
	}
	return s, hash != ""
}

// notOfRevision are causes outside the pods of a revision.
var notOfRevision = []diagnosis.Cause{diagnosis.Paused, diagnosis.BlockedByPod, diagnosis.StuckTerminating, diagnosis.OnDelete}

// DefaultSoak is how long a success has to last before it says that a revision is good.
const DefaultSoak = 15 * time.Second

// VerdictAnnotation makes the annotation for a workload's outcome. ok is false if the outcome proves nothing about the
// revision: without a new pod none has run, and it is not the revision's fault that others hold up its pods.
func (w *WorkloadState) VerdictAnnotation(hash string, now time.Time, by string) (verdict VerdictAnnotation, ok bool) {
	switch {
	case w.Outcome == Succeeded && w.Counts.Updated == 0:
		return VerdictAnnotation{}, false
	case w.Outcome == Failed && len(w.Findings) > 0 && slices.Contains(notOfRevision, w.Findings[0].Cause):
		return VerdictAnnotation{}, false
	}
	verdict, ok = NewVerdictAnnotation(hash, w.Outcome, w.Findings, now, by)
	if verdict.Outcome == VerdictGood && !w.memory.soak.proven(now) {
		verdict.Outcome = VerdictComplete
	}
	return verdict, ok
}

// Over tells whether an annotation replaces the present one, nil if there is none. Complete does not replace good.
func (s VerdictAnnotation) Over(present *VerdictAnnotation) bool {
	return present == nil || s.Outcome != VerdictComplete || present.Outcome != VerdictGood
}

// amendAfter is how old a failed verdict must be before serving pods can prove it wrong.
const amendAfter = diagnosis.BackOffReset

// Amend corrects the verdict on the captured revision by its pods: one that had failed was serving in the end, one that
// had been verified crashed later, or one that nobody has watched crashes. b may be nil.
func (b *Baseline) Amend(now time.Time, by string) (verdict VerdictAnnotation, ok bool) {
	if b == nil || b.Revision == nil || b.Revision.Hash == "" {
		return VerdictAnnotation{}, false
	}
	was := VerdictOf(b.Revision)
	verdict = VerdictAnnotation{Hash: b.Revision.Hash, At: now.UTC().Truncate(time.Second), By: by}
	switch {
	case was == nil && !b.Serving && !b.Workload.OnceComplete() && b.crashesOn():
		verdict.Outcome = VerdictFailed
		verdict.Message = fmt.Sprintf("%d of %d pods crash", b.pods.Crashing, max(b.Revision.Total, b.pods.Crashing))
	case was == nil:
		return VerdictAnnotation{}, false
	case was.Outcome == VerdictFailed && b.Serving && now.Sub(was.At) >= amendAfter:
		verdict.Outcome, verdict.Message = VerdictGood, "was serving when it was replaced"
	case was.Outcome != VerdictFailed && !b.Serving && b.pods.Crashed.After(was.At) && !b.backUp():
		verdict.Outcome = VerdictFailed
		verdict.Message = fmt.Sprintf("%d of %d pods restarted after its rollout was complete", b.pods.Crashing, max(b.Revision.Total, b.pods.Crashing))
	default:
		return VerdictAnnotation{}, false
	}
	return verdict, true
}

// Encode is the annotation's value.
func (s VerdictAnnotation) Encode() string {
	value, err := json.Marshal(s)
	if err != nil { // strings and a time: only a year beyond 9999 can fail
		return ""
	}
	return string(value)
}

// VerdictOf reads the verdict on a revision, or returns nil. An annotation with another hash was copied from another
// revision, by the deployment controller or by `kubectl rollout undo`.
func VerdictOf(r *workload.Revision) *VerdictAnnotation {
	value, ok := r.Annotations[workload.AnnotationVerdict]
	if !ok {
		return nil
	}
	var s VerdictAnnotation
	if err := json.Unmarshal([]byte(value), &s); err != nil || s.Hash == "" || s.Hash != r.Hash {
		return nil
	}
	switch s.Outcome {
	case VerdictGood, VerdictComplete, VerdictFailed:
		return &s
	}
	return nil
}

func shorten(s string) string {
	if len(s) <= maxVerdictMessage {
		return s
	}
	end := maxVerdictMessage
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
