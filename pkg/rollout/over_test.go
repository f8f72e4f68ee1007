package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestOver: when a pod that fails is no longer a failure of the rollout.
func TestOver(t *testing.T) {
	const updated, available = "ReplicaSetUpdated", "NewReplicaSetAvailable"
	stamped := time.Unix(0, 0)
	for name, test := range map[string]struct {
		revision string
		reason   string
		since    time.Time // of the condition
		stale    bool
		soak     time.Duration
		want     string
	}{
		"verified":                           {revision: "2:now:good", reason: available, since: stamped, want: "was verified; its rollout is over"},
		"verified, without a condition":      {revision: "2:now:good", want: "was verified; its rollout is over"},
		"verified once, and in use again":    {revision: "2:now:good", reason: updated, since: stamped.Add(time.Hour)},
		"not verified, under way":            {revision: "2:now", reason: updated, since: epoch.Add(-time.Hour)},
		"not verified, just complete":        {revision: "2:now", reason: available, since: epoch.Add(-10 * time.Second)},
		"not verified, complete for long":    {revision: "2:now", reason: available, since: epoch.Add(-time.Minute), want: "was complete at"},
		"not verified, still in its soak":    {revision: "2:now", reason: available, since: epoch.Add(-time.Minute), soak: time.Hour},
		"complete before the last change":    {revision: "2:now", reason: available, since: epoch.Add(-time.Minute), stale: true},
		"failed while it was rolled out":     {revision: "2:now:failed", reason: updated, since: stamped},
		"complete for a moment, then failed": {revision: "2:now:failed", reason: available, since: stamped.Add(-5 * time.Second)},
		"complete for long, then failed":     {revision: "2:now:failed", reason: available, since: stamped.Add(-time.Hour), want: "was complete at"},
		"the stamp is of another revision":   {revision: "2:now:copied"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workload.Workload{Ref: web, Template: template("web=now"), Desired: 3}
			if test.stale {
				w.Generation = 1
			}
			if test.reason != "" {
				w.Conditions = []workload.Condition{{Type: "Progressing", Status: "True", Reason: test.reason, LastUpdate: test.since}}
			}
			b := Capture(w, revisions("1:a", test.revision), diagnosis.PodCounts{})
			if got := b.Over(test.soak, epoch); (got != "") != (test.want != "") || !strings.Contains(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	if got := (&Baseline{Workload: &workload.Workload{}}).Over(0, epoch); got != "" {
		t.Errorf("without a revision: %q", got)
	}
}
