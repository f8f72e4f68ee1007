package release

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// elsewherePatience is how long another job may take from its verdict to its rollback.
const elsewherePatience = 2 * time.Second

// rollbacksElsewhere looks whether the jobs that released what has failed here are rolling it back: they
// come to the same verdict in the same moment. It returns what they do, by the index of the workload.
func (f *follower) rollbacksElsewhere(ctx context.Context, state rollout.State, objects []cluster.Object) map[int]string {
	under := map[int]string{}
	released := 0
	look := func() {
		for i := range state.Workloads {
			w := &state.Workloads[i]
			if r := rollout.RolledBackElsewhere(w, f.snapshot[w.Target.Ref]); r != nil && w.Outcome == rollout.Failed {
				under[i] = fmt.Sprintf("another job or person rolls it back to revision %d", r.Number)
			}
		}
	}
	for i := range state.Workloads {
		if state.Workloads[i].Outcome == rollout.Failed && releasedByUs(objects[i]) {
			released++
		}
	}
	enough := time.NewTimer(elsewherePatience)
	defer enough.Stop()
	for look(); len(under) < released; look() {
		select {
		case <-ctx.Done():
			return under
		case <-enough.C:
			return under
		case update, open := <-f.watcher.Updates():
			if !open {
				return under
			}
			f.take(update, &state)
		}
	}
	return under
}

// releasedByUs tells whether this program wrote the template: then a job may be watching it.
func releasedByUs(o cluster.Object) bool {
	for _, m := range o.GetManagedFields() {
		if m.Manager == cluster.DefaultFieldManager && m.Subresource == "" && m.FieldsV1 != nil && strings.Contains(m.FieldsV1.GetRawString(), `"f:template"`) {
			return true
		}
	}
	return false
}
