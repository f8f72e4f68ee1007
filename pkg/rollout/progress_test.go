package rollout

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestDeadlineOfALateWatch: a rollout that is attached to late has what is left of its deadline, not all of it.
func TestDeadlineOfALateWatch(t *testing.T) {
	progressing := func(status, reason string, ago time.Duration) workload.Condition {
		return workload.Condition{Type: "Progressing", Status: status, Reason: reason, LastUpdate: epoch.Add(-ago)}
	}
	for name, test := range map[string]struct {
		world     *world
		condition workload.Condition
		left      time.Duration
	}{
		"progress four minutes ago":          {foundWorld(t), progressing("True", "ReplicaSetUpdated", 4*time.Minute), 6 * time.Minute},
		"complete since four minutes":        {foundWorld(t), progressing("True", "NewReplicaSetAvailable", 4*time.Minute), 10 * time.Minute},
		"the server's clock is ahead":        {foundWorld(t), progressing("True", "ReplicaSetUpdated", -time.Minute), 10 * time.Minute},
		"no word of progress":                {foundWorld(t), workload.Condition{}, 10 * time.Minute},
		"our own, whose condition is of old": {newWorld(t, 3, release), progressing("True", "ReplicaSetUpdated", 4*time.Minute), 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := test.world
			w.change().Conditions = []workload.Condition{test.condition}
			w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(0)
			if left := w.state.Workloads[0].Deadline.Sub(epoch); left != test.left {
				t.Errorf("%s left, want %s", left, test.left)
			}
			w.after(test.left - time.Second).outcome("").after(grace + maxExplaining + time.Second).after(maxExplaining).outcome(Failed)
		})
	}
}
