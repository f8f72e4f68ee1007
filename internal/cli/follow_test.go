package cli

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/watch"
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
