package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// mostNames is how many workloads a sentence names.
const mostNames = 3

// broken is what went wrong and, of several workloads, where, with the causes on which that rests.
func broken(r rollout.Result) string {
	all := blamed(r)
	images, settings := sameOf(all, newImages), sameOf(all, newSettings)
	text := layout.Join(" ", "the rollout", prefixed("of ", images), settings, "failed")
	if scale := sameOf(all, scaleOf); scale != "" {
		text = "the scale" + scale + " failed"
	}
	if len(r.Workloads) > 1 && images != "" {
		text = images + " failed"
	}
	if r.Outcome == rollout.TimedOut {
		text = "timed out"
		if w := only(r); w == nil || w.Message == "" { // which tells the time
			text += " after " + took(r)
		}
	}
	if w := only(r); w != nil {
		return layout.Join(" ", text, firstCause(w))
	}
	var names []string
	for _, w := range all[:min(len(all), mostNames)] {
		names = append(names, layout.Join(" ", layout.Name(w.Ref), firstCause(w)))
	}
	text += prefixed(" in ", strings.Join(names, ", "))
	if rest := len(all) - len(names); rest > 0 {
		text += fmt.Sprintf(" and %d more", rest)
	}
	return text
}

func firstCause(w *rollout.WorkloadResult) string {
	if len(w.Findings) == 0 {
		return ""
	}
	return "(" + string(w.Findings[0].Cause) + ")"
}

// sameOf is what is said of each workload, or nothing where that differs.
func sameOf(all []*rollout.WorkloadResult, say func(*rollout.WorkloadResult) string) string {
	if len(all) == 0 {
		return ""
	}
	said := say(all[0])
	if slices.ContainsFunc(all, func(w *rollout.WorkloadResult) bool { return say(w) != said }) {
		return ""
	}
	return said
}

// blamed are the workloads that the sentence about a failure names. Without a cause it names none where the
// release has a message: that one tells what failed.
func blamed(r rollout.Result) []*rollout.WorkloadResult {
	all := decisive(r)
	switch {
	case len(all) == 0 && len(r.Workloads) == 1:
		return []*rollout.WorkloadResult{only(r)}
	case len(all) == 0 && r.Message == "":
		return selected(r, guilty)
	}
	return all
}

// decisive are the workloads whose findings decided the release: those that failed, or else ran out of time.
// Without such a workload it is the first with a cause that speaks against it or, failing that, with any.
func decisive(r rollout.Result) []*rollout.WorkloadResult {
	found := func(w *rollout.WorkloadResult) bool { return len(w.Findings) > 0 }
	for _, decides := range []func(*rollout.WorkloadResult) bool{
		func(w *rollout.WorkloadResult) bool { return w.Failed },
		func(w *rollout.WorkloadResult) bool { return w.Outcome == rollout.TimedOut },
	} {
		if all := selected(r, func(w *rollout.WorkloadResult) bool { return found(w) && decides(w) }); len(all) > 0 {
			return all
		}
	}
	all := selected(r, found)
	against := slices.IndexFunc(all, func(w *rollout.WorkloadResult) bool { return w.Findings[0].Grade != diagnosis.Waiting })
	first := max(against, 0)
	return all[first:min(first+1, len(all))]
}

// guilty: this workload, and not another one of its release, is a reason for the outcome.
func guilty(w *rollout.WorkloadResult) bool {
	switch w.Outcome {
	case rollout.Succeeded, rollout.Unchanged:
		return false
	case rollout.RolledBack:
		return w.Failed || len(w.Findings) > 0 && w.Findings[0].Grade != diagnosis.Waiting
	default:
		return true
	}
}

func selected(r rollout.Result, which func(*rollout.WorkloadResult) bool) []*rollout.WorkloadResult {
	var all []*rollout.WorkloadResult
	for i := range r.Workloads {
		if w := &r.Workloads[i]; which(w) {
			all = append(all, w)
		}
	}
	return all
}
