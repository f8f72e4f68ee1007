package view

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// outcomeWords say an outcome to a person, of one workload or of all.
var outcomeWords = map[rollout.Outcome]string{
	rollout.Succeeded:      "rolled out",
	rollout.Unchanged:      "unchanged",
	rollout.Refused:        "refused",
	rollout.Failed:         "failed",
	rollout.RolledBack:     "rolled back",
	rollout.RollbackFailed: "rollback failed",
	rollout.TimedOut:       "timed out",
	rollout.Superseded:     "superseded",
	rollout.Interrupted:    "interrupted",
	rollout.Undecided:      "no verdict",
}

// backTarget is what a rollback restores: the revision, with the images that a change had replaced.
func backTarget(revision int64, change rollout.FromTo[map[string]string]) string {
	before, _ := workload.ChangedImages(change.From, change.To)
	switch image := images(before); {
	case revision == 0:
		return image
	case image == "":
		return fmt.Sprintf("revision %d", revision)
	default:
		return fmt.Sprintf("revision %d (%s)", revision, image)
	}
}

// revisionChange is "revision 3 -> 4", as far as the numbers are known.
func revisionChange(from, to int64) string {
	switch {
	case from == 0 && to == 0:
		return ""
	case from == 0 || from == to:
		return fmt.Sprintf("revision %d", max(from, to))
	case to == 0:
		return fmt.Sprintf("from revision %d", from)
	default:
		return fmt.Sprintf("revision %d -> %d", from, to)
	}
}
