package cli

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A document is printed again when more has changed than the time.
func TestDocumentsOfAWatch(t *testing.T) {
	list := func(says, detail, message string) app.List {
		return app.List{
			Time: time.Now(), Blockers: []app.Blocker{{Object: &workload.Ref{Kind: "Node", Name: "a"}, Says: says}},
			Items: []app.ListItem{{Object: webRef, Summary: app.Summary{Message: message}, Detail: detail}},
		}
	}
	first := list("Ready is False for 3m10s", "node/a: Ready is False for 3m10s", "NodeLost, 1 of 1 pods, for 12s")
	for name, c := range map[string]struct {
		second app.List
		want   int
	}{
		"time has passed":      {list("Ready is False for 3m11s", "node/a: Ready is False for 3m11s", "NodeLost, 1 of 1 pods, for 13s"), 1},
		"another message":      {list("Ready is False for 3m10s", "node/a: Ready is False for 3m10s", "NodeLost, 2 of 2 pods, for 12s"), 2},
		"another blocker":      {list("Ready is Unknown for 1s", "node/a: Ready is False for 3m10s", "NodeLost, 1 of 1 pods, for 12s"), 2},
		"a detail, and no age": {list("Ready is False for 3m10s", "node/b: Ready is False for 3m10s", "NodeLost, 1 of 1 pods, for 12s"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			env := newEnv(strings.NewReader(""), &out, &out, func(string) string { return "" }, time.Now)
			documents := &statusDocuments[app.List]{env: env, format: "json", timeless: timelessList, warner: statusLines[app.List]{env: env}}
			for _, l := range []app.List{first, c.second} {
				if err := documents.Show(l, moment{fresh: true}); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Count(out.String(), `"items"`); got != c.want {
				t.Errorf("%d documents, want %d:\n%s", got, c.want, out.String())
			}
		})
	}
}

// An outage is no refusal: after it the credentials may have to be renewed.
func TestAWatchEndsAfterRefusalsInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &statusWatch[app.List]{}
		for _, look := range []struct {
			reason cluster.Reason
			want   bool
		}{
			{cluster.Unreachable, false},
			{cluster.Unauthorized, false},
			{cluster.Unreachable, false},
			{cluster.Unauthorized, false},
			{cluster.Forbidden, false},
			{cluster.Forbidden, true},
		} {
			if got := w.refused(&cluster.Error{Reason: look.reason}); got != look.want {
				t.Errorf("%s: the watch ends: %t, want %t", look.reason, got, look.want)
			}
			<-time.After(maxRefused/2 + time.Second)
		}
	})
}

func TestLinesSayWhatLimitsTheWatch(t *testing.T) {
	refused := moment{since: time.Now(), trouble: errors.New("no permission"), unread: true}
	silent := moment{since: time.Now(), trouble: errors.New("connection refused")}
	unwatched := moment{unwatched: []watch.Unwatched{{Resource: "events"}, {Resource: "pods"}, {Resource: "widgets.example.com", Cause: "watch is not supported"}}}
	for name, c := range map[string]struct {
		limit moment
		want  []string
	}{
		"it can't be watched": {unwatched, []string{"no permission to watch events, pods: read every 10s", "can't watch widgets.example.com (watch is not supported): read every 10s"}},
		"it is refused":       {refused, []string{"the status can't be read: no permission; still trying", "the status is read again"}},
		"it is silent":        {silent, []string{"the API server does not answer: connection refused; still trying", "the API server answers again"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				lines := &statusLines[app.List]{started: time.Now(), env: newEnv(strings.NewReader(""), &out, &out, func(string) string { return "" }, time.Now)}
				for _, m := range []moment{c.limit, c.limit, {}} {
					if err := lines.warn(m); err != nil {
						t.Fatal(err)
					}
					<-time.After(time.Second)
				}
				got := strings.Split(strings.TrimSpace(out.String()), "\n")
				if len(got) != len(c.want) || !strings.HasSuffix(got[0], c.want[0]) || !strings.HasSuffix(got[1], c.want[1]) ||
					strings.HasPrefix(got[0], "warning") {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		})
	}
}
