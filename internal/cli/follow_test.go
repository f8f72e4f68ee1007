package cli

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func TestSilenceHasAnEnd(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f := &follower{now: func() time.Time { return now }}
	for _, step := range []struct {
		name   string
		after  time.Duration
		update watch.Update
		news   int
		silent bool
	}{
		{"an answer", 0, watch.Update{}, 0, false},
		{"none any more", time.Second, watch.Update{Unreachable: now}, 1, false},
		{"still none", maxSilence, watch.Update{Unreachable: now}, 0, true},
		{"one again", 0, watch.Update{}, 1, false},
	} {
		now = now.Add(step.after)
		if news := f.take(step.update); len(news) != step.news {
			t.Errorf("%s: %d events, want %d", step.name, len(news), step.news)
		}
		if f.silent() != step.silent {
			t.Errorf("%s: silent %v, want %v", step.name, f.silent(), step.silent)
		}
	}
}

// While the server is away nothing comes but the clock's ticks: they have to end a --timeout.
func TestATimeoutEndsDuringAnOutage(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	state := rollout.State{Started: start, Policy: rollout.Policy{Timeout: time.Minute}}
	for _, test := range []struct {
		name         string
		after        time.Duration
		away, ticked bool
		want         bool
	}{
		{"a change", 0, false, false, true},
		{"a tick alone", 2 * time.Minute, false, true, false},
		{"a change, and the server is away", 10 * time.Second, true, false, false},
		{"a tick, and the server is away", 10 * time.Second, true, true, false},
		{"a tick when the time is over", time.Minute, true, true, true},
	} {
		f := &follower{now: func() time.Time { return start.Add(test.after) }, snapshot: rollout.Snapshot{}}
		if test.away {
			f.unreachable = start
		}
		if got := f.judgeable(&state, test.ticked); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
