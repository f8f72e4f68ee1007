package view

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
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
	rollout.Undecided:      "undecided",
}

// backTarget is what a rollback restores.
func backTarget(revision int64, of map[string]string) string {
	switch image := images(of); {
	case revision == 0:
		return image
	case image == "":
		return fmt.Sprintf("revision %d", revision)
	default:
		return fmt.Sprintf("revision %d (%s)", revision, image)
	}
}
