package rollout

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// StampOutcome is what a rollout of a revision proved.
type StampOutcome string

// Good: it was verified, soak included. Complete: its pods were up, and nobody has looked for longer,
// which proves nothing. Bad: it failed, and the stamp says of what.
const (
	StampGood     StampOutcome = "good"
	StampComplete StampOutcome = "complete"
	StampBad      StampOutcome = "failed"
)

// maxStampMessage keeps the annotation small, whatever a container wrote.
const maxStampMessage = 256

// Stamp is a verdict written on its revision, in the annotation kubectl-app.dev/verdict.
type Stamp struct {
	// Hash is the pod-template-hash of the revision that it was written for.
	Hash    string          `json:"hash"`
	Outcome StampOutcome    `json:"outcome"`
	Cause   diagnosis.Cause `json:"cause,omitempty"`
	Message string          `json:"message,omitempty"`
	At      time.Time       `json:"at"`
	By      string          `json:"by,omitempty"`
}

// StampFor makes the stamp of a verdict; ok is false for an outcome that proves nothing about the
// revision (superseded, interrupted, still progressing when the time ran out).
func StampFor(hash string, outcome Outcome, findings []diagnosis.Finding, now time.Time, by string) (stamp Stamp, ok bool) {
	s := Stamp{Hash: hash, At: now.UTC().Truncate(time.Second), By: by}
	switch outcome {
	case Succeeded:
		s.Outcome = StampGood
	case Failed, RolledBack, RollbackFailed:
		s.Outcome = StampBad
		if len(findings) > 0 {
			s.Cause, s.Message = findings[0].Cause, shorten(findings[0].PublicMessage())
		}
	default:
		return Stamp{}, false
	}
	return s, hash != ""
}

// DefaultSoak is how long a success has to last before it says that a revision is good.
const DefaultSoak = 15 * time.Second

// Stamp makes the stamp of a workload's verdict, if that says anything about its revision: at 0
// replicas no pod has run, and that somebody has paused the workload is not the revision's fault.
func (w *WorkloadState) Stamp(hash string, now time.Time, by string) (stamp Stamp, ok bool) {
	switch {
	case w.Outcome == Succeeded && w.Counts.Desired == 0:
		return Stamp{}, false
	case w.Outcome == Failed && len(w.Findings) > 0 && w.Findings[0].Cause == diagnosis.Paused:
		return Stamp{}, false
	}
	stamp, ok = StampFor(hash, w.Outcome, w.Findings, now, by)
	if stamp.Outcome == StampGood && !w.memory.soak.proven(now) {
		stamp.Outcome = StampComplete
	}
	return stamp, ok
}

// Over tells whether a stamp says more than the one that stands there, nil if there is none: what was
// verified once is not forgotten for a passing look.
func (s Stamp) Over(standing *Stamp) bool {
	return standing == nil || s.Outcome != StampComplete || standing.Outcome != StampGood
}

// amendAfter is how old a bad stamp must be before what serves can prove it wrong.
const amendAfter = diagnosis.BackOffReset

// Amend makes the stamp of a revision whose pods, when the next change came, proved its verdict wrong. One
// that had failed was serving all the same: there was no node for it, say, until long after. One that had
// been verified crashed later. Nil is no capture.
func (b *Before) Amend(now time.Time, by string) (stamp Stamp, ok bool) {
	if b == nil || b.Revision == nil {
		return Stamp{}, false
	}
	was := StampOf(b.Revision)
	if was == nil {
		return Stamp{}, false
	}
	stamp = Stamp{Hash: was.Hash, At: now.UTC().Truncate(time.Second), By: by}
	switch {
	case was.Outcome == StampBad && b.Serving && now.Sub(was.At) >= amendAfter:
		stamp.Outcome, stamp.Message = StampGood, "was serving when it was replaced"
	case was.Outcome != StampBad && !b.Serving && b.pods.Crashed.After(was.At) && !b.backUp():
		stamp.Outcome = StampBad
		stamp.Message = fmt.Sprintf("%d of %d pods restarted after its rollout was complete", b.pods.Crashing, max(b.Revision.Total, b.pods.Crashing))
	default:
		return Stamp{}, false
	}
	return stamp, true
}

// Encode is the annotation's value.
func (s Stamp) Encode() string {
	value, err := json.Marshal(s)
	if err != nil { // strings and a time: only a year beyond 9999 can fail
		return ""
	}
	return string(value)
}

// StampOf reads a revision's stamp, or returns nil. A stamp that names another hash was copied there
// with the other annotations, by the deployment controller or by `kubectl rollout undo`.
func StampOf(r *workload.Revision) *Stamp {
	value, ok := r.Annotations[workload.AnnotationVerdict]
	if !ok {
		return nil
	}
	var s Stamp
	if err := json.Unmarshal([]byte(value), &s); err != nil || s.Hash == "" || s.Hash != r.Hash {
		return nil
	}
	switch s.Outcome {
	case StampGood, StampComplete, StampBad:
		return &s
	}
	return nil
}

func shorten(s string) string {
	if len(s) <= maxStampMessage {
		return s
	}
	end := maxStampMessage
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
