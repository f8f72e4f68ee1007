package view

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// A verdict and a rollback name the images that the change replaced, and no other; where there are
// none, the revision says it.
func TestNamesTheImagesThatChanged(t *testing.T) {
	type images = map[string]string
	for name, test := range map[string]struct {
		from, to         images
		good, back, live string
	}{
		"one of two containers": {
			images{"web": "shop/web:1.0", "log": "log:7"},
			images{"web": "shop/web:2.0", "log": "log:7"},
			"rolled out web:2.0 as revision 4", "the rollout of web:2.0 failed; rolled back to revision 4 (web:1.0) and verified", "web:1.0",
		},
		"both containers": {
			images{"web": "web:1.0", "log": "log:7"},
			images{"web": "web:2.0", "log": "log:8"},
			"rolled out log:8, web:2.0 as revision 4", "the rollout of log:8, web:2.0 failed; rolled back to revision 4 (log:7, web:1.0) and verified", "log:7, web:1.0",
		},
		"no image, but something else": {
			images{"web": "web:1.0"},
			images{"web": "web:1.0"},
			"rolled out as revision 4", "the rollout failed; rolled back to revision 4 and verified", "",
		},
		"a container came": {
			images{"web": "web:1.0"},
			images{"web": "web:1.0", "log": "log:7"},
			"rolled out log:7 as revision 4", "the rollout of log:7 failed; rolled back to revision 4 and verified", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := web()
			w.ImagesFrom, w.ImagesTo = test.from, test.to
			release := rollout.State{Started: start, Outcome: rollout.Succeeded, Workloads: []rollout.WorkloadState{w}}
			want := "deployment/web: " + test.good + " in 0:09"
			if got := verdict(rollout.NewResult(release, nil, start.Add(9*time.Second))); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			release.Outcome, release.Workloads[0].Outcome = rollout.Failed, rollout.Failed
			back := release
			back.Workloads = []rollout.WorkloadState{with(w, func(w *rollout.WorkloadState) { w.Outcome = rollout.Succeeded })}
			want = "deployment/web: " + test.back
			if got := verdict(rollout.NewResult(release, &back, start)); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			s := sheet{Sheet: &layout.Sheet{}}
			if got := s.backParts(&release.Workloads[0], &back.Workloads[0])[2]; got != test.live {
				t.Errorf("while it goes back: %q, want %q", got, test.live)
			}
		})
	}
}
