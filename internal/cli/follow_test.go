package cli

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// While the server is silent there is nothing to judge by, but the user's own patience ends.
func TestJudgeable(t *testing.T) {
	seen := rollout.Snapshot{workload.Ref{Name: "web"}: {Pods: []*corev1.Pod{{}}}}
	silent := noon.Add(time.Second)
	for name, test := range map[string]struct {
		snapshot    rollout.Snapshot
		unreachable time.Time
		ticked      bool
		timeout     time.Duration
		want        bool
	}{
		"nothing seen yet":                 {want: false},
		"news":                             {snapshot: seen, want: true},
		"only the clock moved":             {snapshot: seen, ticked: true, want: false},
		"silent":                           {snapshot: seen, unreachable: silent, want: false},
		"silent, time left":                {snapshot: seen, unreachable: silent, timeout: time.Hour, want: false},
		"silent, and the time has run out": {snapshot: seen, unreachable: silent, ticked: true, timeout: time.Minute, want: true},
		"never answered":                   {unreachable: silent, timeout: time.Minute, want: false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &follower{now: func() time.Time { return noon.Add(time.Minute) }, snapshot: test.snapshot, unreachable: test.unreachable}
			state := rollout.State{Started: noon, Policy: rollout.Policy{Timeout: test.timeout}}
			if got := f.judgeable(&state, test.ticked); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestUntil(t *testing.T) {
	for name, test := range map[string]struct {
		moment time.Time
		want   time.Duration
	}{
		"no moment is set": {time.Time{}, 24 * time.Hour},
		"later":            {noon.Add(time.Second), time.Second},
		"passed":           {noon.Add(-time.Second), 0},
	} {
		if got := until(test.moment, noon); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
