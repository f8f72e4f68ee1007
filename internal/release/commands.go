package release

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// App is a command of kubectl app to type about an object. One without rollouts can only be looked at.
func App(verb string, ref workload.Ref) string {
	if k := workload.KindNamed(ref.Kind); k != nil && !k.Releasable() {
		return Kubectl("get", ref)
	}
	return "kubectl app " + verb + " " + named(ref)
}

// Kubectl is a command of kubectl to type about an object.
func Kubectl(verb string, ref workload.Ref) string { return "kubectl " + verb + " " + named(ref) }

func named(ref workload.Ref) string { return ref.String() + " -n " + ref.Namespace }

// Undo is the undo to type after these findings, to a revision; 0 is the revision before. That of a paused workload has
// to resume it.
func Undo(ref workload.Ref, toRevision int64, found ...diagnosis.Finding) string {
	command := App("rollout undo", ref)
	if toRevision > 0 {
		command += fmt.Sprintf(" --to-revision=%d", toRevision)
	}
	if slices.ContainsFunc(found, func(f diagnosis.Finding) bool { return f.Cause == diagnosis.Paused }) {
		command += " --resume"
	}
	return command
}

// UndoAndResume is the undo of a workload that is paused.
func UndoAndResume(ref workload.Ref, toRevision int64) string {
	return Undo(ref, toRevision, diagnosis.Finding{Cause: diagnosis.Paused})
}

// afterCauses are the commands where a failed change stays: those of the cause, then those that lead away from it. Of several
// workloads these come first, and of each cause only the first command.
func afterCauses(found [][]diagnosis.Finding, away []string) []string {
	var next []string
	for _, f := range found {
		switch {
		case len(f) == 0 || len(f[0].Next) == 0:
		case len(found) == 1:
			next = f[0].Next
		default:
			next = append(next, f[0].Next[0])
		}
	}
	if len(found) > 1 {
		return slices.Concat(away, next)
	}
	return slices.Concat(next, away)
}

// once drops the commands that stand before already.
func once(commands []string) []string {
	var kept []string
	for _, c := range commands {
		if !slices.Contains(kept, c) {
			kept = append(kept, c)
		}
	}
	return kept
}
