package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// verdict is the one sentence about a release.
func verdict(r rollout.Result) string {
	if len(r.Workloads) == 0 && len(r.Autoscalers) > 0 {
		return autoscaled(r)
	}
	who, text := subject(r), r.Message
	if len(r.Workloads) == 1 {
		w := &r.Workloads[0]
		if b := w.Rollback; b != nil && b.Outcome == r.Outcome && (r.Outcome == rollout.Interrupted || r.Outcome == rollout.Superseded) {
			// What ended the way back says more than why it was taken.
			text = cmp.Or(text, w.Rollback.Message)
		}
		text = cmp.Or(text, w.Message)
	}
	text = strings.TrimSuffix(term.Clean(text), ".") // more may follow
	switch r.Outcome {
	case rollout.Succeeded:
		if changed := changedOf(r); len(changed) > 0 {
			r.Workloads = changed
			who = subject(r)
		}
		return layout.Join(": ", who, succeeded(r), text)
	case rollout.Unchanged:
		return layout.Join(": ", who, "nothing to change", text)
	case rollout.Refused:
		return layout.Join(": ", who, "refused, and nothing was changed", text)
	case rollout.Superseded:
		what, rest := supersededText(r)
		return layout.Join("; ", layout.Join(": ", who, what, text), rest, keptBecause(r), objectsEnding(r))
	case rollout.Interrupted:
		return layout.Join("; ", layout.Join(": ", who, "interrupted after "+clock(cmp.Or(r.InterruptedAfter, length(r))), text), keptBecause(r), objectsEnding(r))
	case rollout.Undecided:
		if text == "" && len(r.Workloads) > 1 {
			who, text = undecided(r)
		}
		return layout.Join("; ", layout.Join(": ", who, cmp.Or(text, "no verdict")), objectsEnding(r))
	default:
		if len(r.Workloads) > 1 && len(blamed(r)) > 0 {
			who = ""
		}
		return layout.Join(": ", who, layout.Join("; ", layout.Join(": ", broken(r), text), ending(r), objectsEnding(r)))
	}
}

// succeeded is what a release has done.
func succeeded(r rollout.Result) string {
	if w := only(r); w != nil && w.Scale != nil {
		return scaledTo(w, took(r))
	}
	all := selected(r, func(w *rollout.WorkloadResult) bool { return w.Outcome != rollout.Unchanged })
	if len(all) > 0 && all[0].Scale != nil {
		return layout.Join(" ", "scaled", sameOf(all, func(w *rollout.WorkloadResult) string { return scaleChange(w.Scale) }), "in "+took(r))
	}
	settings := sameOf(all, newSettings)
	if r.Config != nil {
		settings = newData(r.Config)
	}
	return layout.Join(" ", "rolled out", sameOf(all, newImages), settings, newRevision(r), "in "+took(r))
}

// newData names the Secret or ConfigMap that the new pods have read.
func newData(c *rollout.ConfigResult) string {
	name := layout.Name(c.Ref)
	switch {
	case c.From != "": // a version
		return "with " + name
	case c.State == rollout.ConfigUnchanged:
		return "with the data of " + name
	}
	return "with the new data of " + name
}

// undecided counts the workloads of several that have no verdict, with the message that they share.
func undecided(r rollout.Result) (who, text string) {
	all := selected(r, func(w *rollout.WorkloadResult) bool { return w.Outcome == rollout.Undecided })
	return fmt.Sprintf("%d of %s", len(all), subject(r)), sameOf(all, func(w *rollout.WorkloadResult) string { return term.Clean(w.Message) })
}

// objectsEnding says how the objects were left that a release writes before its workloads.
func objectsEnding(r rollout.Result) string {
	texts := []string{contentEnding(r)}
	for _, a := range r.Autoscalers {
		texts = append(texts, autoscalerEnding(a))
	}
	return layout.Join("; ", texts...)
}

// autoscalerEnding says how an autoscaler was left by a release that was no success.
func autoscalerEnding(a rollout.AutoscalerResult) string {
	switch name := layout.Name(a.Ref); a.State {
	case rollout.ConfigChanged:
		return name + " stays " + a.Change
	case rollout.ConfigRestored:
		return name + " is as it was before"
	case rollout.ConfigNotRestored:
		return name + " is still " + a.Change
	case rollout.ConfigUnknown:
		return "whether " + name + " was changed is not known"
	case rollout.ConfigPlanned, rollout.ConfigSuperseded, rollout.ConfigUnchanged: // nothing to add
	}
	return ""
}

// contentEnding says how the Secret or ConfigMap was left by a release that was no success.
func contentEnding(r rollout.Result) string {
	if r.Config == nil || r.Config.From != "" { // a version changes nothing by being there
		return ""
	}
	object := layout.Name(r.Config.Ref)
	switch r.Config.State {
	case rollout.ConfigChanged:
		return object + " keeps the new data; an undo does not restore the old data"
	case rollout.ConfigUnchanged:
		return object + " already had this data; an undo does not restore older data"
	case rollout.ConfigRestored:
		return object + " has its old data again"
	case rollout.ConfigNotRestored:
		return object + " still has the new data"
	case rollout.ConfigUnknown:
		return "whether " + object + " was changed is not known"
	case rollout.ConfigPlanned, rollout.ConfigSuperseded: // nothing to add
	}
	return ""
}

// supersededText names those of several workloads that are someone else's now: the others may well have
// been rolled back.
func supersededText(r rollout.Result) (what, rest string) {
	if r.Config != nil && r.Config.State == rollout.ConfigSuperseded {
		return "someone else changed " + layout.Name(r.Config.Ref) + " too", "that change stays"
	}
	if len(r.Workloads) == 1 {
		return "another change superseded this one", "nothing more was done"
	}
	var theirs []string
	for i := range r.Workloads {
		if w := &r.Workloads[i]; w.Outcome == rollout.Superseded {
			theirs = append(theirs, layout.Name(w.Ref))
		}
	}
	return "another change superseded this one in " + strings.Join(theirs, ", "), "nothing more was done there"
}

// subject is the workload, or how many there are; the sentence about a failure of several names those that failed.
func subject(r rollout.Result) string {
	if len(r.Workloads) == 1 {
		return layout.Name(r.Workloads[0].Ref)
	}
	return workload.Plural(len(r.Workloads), "workload", "workloads")
}

// changedOf leaves out the workloads that were as wanted.
func changedOf(r rollout.Result) []rollout.WorkloadResult {
	return slices.DeleteFunc(slices.Clone(r.Workloads), func(w rollout.WorkloadResult) bool { return w.Outcome == rollout.Unchanged })
}

func newRevision(r rollout.Result) string {
	if len(r.Workloads) == 1 && r.Workloads[0].Revision.To > 0 {
		revision := r.Workloads[0].Revision
		if revision.Restores > 0 && revision.Restores != revision.To {
			return fmt.Sprintf("as revision %d (was %d)", revision.To, revision.Restores)
		}
		return fmt.Sprintf("as revision %d", revision.To)
	}
	return ""
}

// only is the workload of a release that has one.
func only(r rollout.Result) *rollout.WorkloadResult {
	if len(r.Workloads) != 1 {
		return nil
	}
	return &r.Workloads[0]
}

// newImages are those that came with the change: others run as before, and are no news.
func newImages(w *rollout.WorkloadResult) string {
	if w == nil {
		return ""
	}
	_, after := workload.ChangedImages(w.Images.From, w.Images.To)
	return images(after)
}

// newSettings is "with env DATABASE_URI set, cpu request 100m -> 1000".
func newSettings(w *rollout.WorkloadResult) string {
	if w == nil {
		return ""
	}
	told := slices.DeleteFunc(slices.Clone(w.Changes), workload.TemplateChange.IsRestart) // nothing that the new pods have
	return prefixed("with ", layout.Join(", ", envChange(w.Env), templateChange(told, len(w.Images.To) > 1)))
}

// ending is the state that a failed release was left in.
func ending(r rollout.Result) string {
	target, back := "", (*rollout.RollbackResult)(nil)
	if len(r.Workloads) == 1 {
		w := &r.Workloads[0]
		revision := w.Revision.From
		if back = w.Rollback; back != nil {
			revision = backRevision(revision, back.Revision.To, back.Outcome)
		}
		target = prefixed(" to ", backTo(w, revision))
	}
	if w := only(r); w != nil && w.Created {
		return createdEnding(r.Outcome, back)
	}
	switch r.Outcome {
	case rollout.RolledBack:
		return "rolled back" + target + " and verified"
	case rollout.RollbackFailed:
		return layout.Join(": ", "the rollback"+target+" failed too", rollbackCause(back))
	default:
		if back != nil && back.Outcome == rollout.Undecided { // another job's
			return back.Message
		}
		return left(r)
	}
}

// createdEnding is the state that a failed first release was left in.
func createdEnding(outcome rollout.Outcome, back *rollout.RollbackResult) string {
	switch {
	case outcome == rollout.RolledBack:
		return "deleted, and its pods are gone"
	case back != nil:
		return layout.Join(": ", "not deleted", rollbackCause(back))
	}
	return "kept, so that you can look at it"
}

// left is how a failed release was left where nothing went back.
func left(r rollout.Result) string {
	paused, all := 0, len(r.Workloads)
	for i := range r.Workloads {
		if r.Workloads[i].Paused {
			paused++
		}
	}
	switch {
	case paused == 0:
		return layout.Join("; ", wentBack(r), cmp.Or(keptBecause(r), "not rolled back"))
	case all == 1:
		return "the rollout is paused"
	case paused == all:
		return "all rollouts are paused"
	default:
		return fmt.Sprintf("%d of the rollouts are paused", paused)
	}
}

func keptBecause(r rollout.Result) string {
	return prefixed("not rolled back: ", term.Clean(r.NotRolledBack))
}

// wentBack names the workloads of a release that went back, where others did not.
func wentBack(r rollout.Result) string {
	back := selected(r, func(w *rollout.WorkloadResult) bool { return w.Outcome == rollout.RolledBack })
	var names []string
	for _, w := range back[:min(len(back), mostNames)] {
		names = append(names, layout.Name(w.Ref))
	}
	if rest := len(back) - len(names); rest > 0 {
		names = append(names, fmt.Sprintf("%d more", rest))
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ", ") + " rolled back"
}

func rollbackCause(b *rollout.RollbackResult) string {
	switch {
	case b == nil:
		return ""
	case len(b.Findings) > 0:
		return string(b.Findings[0].Cause)
	default:
		return term.Clean(b.Message)
	}
}
