package release

import (
	"errors"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Patience and soak stand still while the server is away, from when it fell silent until it is back.
func TestTakeAcrossAnOutage(t *testing.T) {
	now := noon
	f := &follower{now: func() time.Time { return now }}
	state := rollout.State{Workloads: []rollout.WorkloadState{{Phase: rollout.Soaking, CompleteSince: noon}}}
	step := func(at time.Duration, u watch.Update) []rollout.Event {
		now = noon.Add(at)
		return f.take(u, &state)
	}
	if news := step(time.Second, watch.Update{Snapshot: rollout.Snapshot{}}); len(news) != 0 {
		t.Errorf("news: %v", news)
	}
	if news := step(8*time.Second, watch.Update{Unreachable: noon.Add(5 * time.Second), Trouble: errors.New("refused")}); len(news) != 1 {
		t.Errorf("news of the outage: %v", news)
	}
	if since := state.Workloads[0].CompleteSince; !since.Equal(noon) {
		t.Errorf("complete since %s already", since.Sub(noon))
	}
	if news := step(65*time.Second, watch.Update{Snapshot: rollout.Snapshot{}}); len(news) != 1 {
		t.Errorf("news of its end: %v", news)
	}
	if since := state.Workloads[0].CompleteSince; !since.Equal(noon.Add(time.Minute)) {
		t.Errorf("complete since %s", since.Sub(noon))
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
