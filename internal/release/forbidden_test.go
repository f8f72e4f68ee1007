package release

import (
	"slices"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	webRef = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	apiRef = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "api"}
)

func messages(events []rollout.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.Message)
	}
	return all
}

func TestBlindSpotsAreToldOnce(t *testing.T) {
	blind := func(what ...string) rollout.Snapshot {
		return rollout.Snapshot{webRef: {Forbidden: what}, apiRef: {Forbidden: what}}
	}
	const events = `no permission to read events in namespace "shop": causes that only events show can't be found`
	const logs = `no permission to read logs in namespace "shop": the logs of crashed containers can't be shown`
	f := &follower{now: func() time.Time { return noon }, forbidden: map[unreadable]bool{{"shop", "pods"}: true}}
	for _, step := range []struct {
		name string
		seen rollout.Snapshot
		want []string
	}{
		{"all is seen", blind(), nil},
		{"the preflight has told of the pods", blind("pods"), nil},
		{"two workloads lack the same", blind("logs", "events", "pods"), []string{events, logs}},
		{"and lack it still", blind("logs", "events", "pods"), nil},
		{
			"another namespace is another matter",
			rollout.Snapshot{workload.Ref{Namespace: "till", Name: "web"}: {Forbidden: []string{"pods"}}},
			[]string{`no permission to read pods in namespace "till": no cause can be found, and only the deadline decides`},
		},
	} {
		f.snapshot = step.seen
		if got := messages(f.forbiddenNews()); !slices.Equal(got, step.want) {
			t.Errorf("%s: told %q, want %q", step.name, got, step.want)
		}
	}
}

func TestToldBy(t *testing.T) {
	check := func(name preflight.CheckName, level preflight.Level, object string) preflight.Check {
		return preflight.Check{Check: name, Level: level, Workload: webRef, Object: object}
	}
	told := shownForbidden([]preflight.Check{
		check(preflight.CheckPermission, preflight.Warn, "pods"),
		check(preflight.CheckPermission, preflight.Note, "events"), // a note is not shown
		check(preflight.CheckReference, preflight.Warn, "secret/db"),
	})
	if len(told) != 1 || !told[unreadable{"shop", "pods"}] {
		t.Errorf("told %v, want the pods of shop", told)
	}
}
