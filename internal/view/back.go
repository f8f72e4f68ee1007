package view

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// backParts say where the rollback of one workload goes, or went.
func (s *sheet) backParts(release, back *rollout.WorkloadState) []string {
	if release.Created() {
		return []string{s.Yellow(s.Glyphs.Back) + " " + deletionWord(back.Outcome)}
	}
	target, former := "to what was", ""
	if n := backRevision(release.RevisionFrom, back.RevisionTo, back.Outcome); n > 0 {
		target = fmt.Sprintf("to revision %d", n)
		if before := release.RevisionFrom; before > 0 && before != n {
			former = fmt.Sprintf("(was %d)", before)
		}
	}
	verb, why := backWords(back.Outcome, "it was", "it is")
	if release.Scale != nil {
		return []string{s.Yellow(s.Glyphs.Back) + " " + verb + " to " + replicas(release.Scale.From)}
	}
	before, _ := workload.ChangedImages(release.ImagesFrom, release.ImagesTo)
	return []string{s.Yellow(s.Glyphs.Back) + " " + verb + " " + target, former, images(before), s.Faint(why)}
}

// deletionWord says how far the deletion of what a release has created is.
func deletionWord(o rollout.Outcome) string {
	switch o {
	case "":
		return "deleting it, and waiting until its pods are gone"
	case rollout.Succeeded:
		return "deleted, and its pods are gone"
	}
	return "not deleted"
}

// backOfAll says the same of several workloads.
func (s *sheet) backOfAll(all []rollout.WorkloadState) []string {
	verb, why := backWords(backOutcome(all), "they were", "they are")
	return []string{s.Yellow(s.Glyphs.Back) + " " + verb + " " + workload.Plural(len(all), "workload", "workloads"), s.Faint(why)}
}

// backWords are those of a rollback and of what makes it right: that this was serving before.
func backWords(o rollout.Outcome, were, are string) (verb, why string) {
	switch o {
	case rollout.Succeeded, rollout.Unchanged:
		return "rolled back", are + " serving again"
	case "":
		return "rolling back", were + " serving before"
	case rollout.Interrupted:
		return "rolling back", "written, no longer watched"
	default:
		return "could not roll back", ""
	}
}

// backOutcome is that of the workload that needs a person most; open while any is.
func backOutcome(all []rollout.WorkloadState) rollout.Outcome {
	outcome := rollout.Succeeded
	for i := range all {
		switch o := all[i].Outcome; o {
		case "":
			return ""
		case rollout.Succeeded, rollout.Unchanged:
		default:
			outcome = o
		}
	}
	return outcome
}

// backRevision is the number of what a rollback restores: once it is back, the one that history shows.
func backRevision(from, to int64, o rollout.Outcome) int64 {
	if to > 0 && o == rollout.Succeeded {
		return to
	}
	return from
}
