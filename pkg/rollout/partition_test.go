package rollout

import (
	"strings"
	"testing"
	"time"
)

// A partition says how many pods are to be replaced: with all others at their revision the rollout is complete. One
// that keeps all of them proves nothing of the new revision.
func TestPartition(t *testing.T) {
	for name, test := range map[string]struct {
		partition int32
		pods      int
		outcome   Outcome
		message   string
		proven    bool
	}{
		"one of three is replaced":         {partition: 2, pods: 1, outcome: Succeeded, proven: true},
		"one of three, and two should be":  {partition: 1, pods: 1},
		"all are kept":                     {partition: 3, outcome: Succeeded, message: "keeps all 3 pods"},
		"more are kept than there are":     {partition: 5, outcome: Succeeded, message: "keeps all 3 pods"},
		"none is kept, and one is missing": {pods: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 3, Policy{})
			for i := range test.pods {
				pod := readyPod("web-new-" + string(rune('0'+i)))
				w.seen.Pods = append(w.seen.Pods, pod)
			}
			d := w.change()
			d.Strategy.InPlace, d.Strategy.Partition = true, test.partition
			n := int32(test.pods)
			d.Updated, d.Total, d.Ready, d.Available = n, 3, 3, 3
			old, current := &w.seen.Revisions[0], &w.seen.Revisions[1]
			old.Total, current.Total, current.Ready, current.Available = 3-n, n, n, n
			w.after(time.Minute).outcome(test.outcome)
			got := &w.state.Workloads[0]
			if !strings.Contains(got.Message, test.message) {
				t.Errorf("message %q", got.Message)
			}
			if v, ok := got.VerdictAnnotation("hash", w.now, "a test"); test.outcome != "" && ok != test.proven {
				t.Errorf("marked %v: %+v", ok, v)
			}
		})
	}
}
