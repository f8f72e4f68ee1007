package view

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// backParts say where the rollback of one workload goes, or went.
func (s *sheet) backParts(release, back *rollout.WorkloadState) []string {
	target := "to what was"
	if release.RevisionFrom > 0 {
		target = fmt.Sprintf("to revision %d", release.RevisionFrom)
	}
	verb, why := backWords(statusOf(back), "it was", "it is")
	before, _ := workload.ChangedImages(release.ImagesFrom, release.ImagesTo)
	return []string{s.Yellow(s.glyphs.Back) + " " + verb + " " + target, images(before), s.Faint(why)}
}

// backOfAll says the same of several workloads.
func (s *sheet) backOfAll(all []rollout.WorkloadState) []string {
	verb, why := backWords(worst(all), "they were", "they are")
	return []string{s.Yellow(s.glyphs.Back) + " " + verb + " " + plural(len(all), "workload", "workloads"), s.Faint(why)}
}

// backWords are those of a rollback and of what makes it right: that this was serving before.
func backWords(st status, were, are string) (verb, why string) {
	switch st {
	case done:
		return "rolled back", are + " serving again"
	case failed:
		return "could not roll back", ""
	default:
		return "rolling back", were + " serving before"
	}
}
