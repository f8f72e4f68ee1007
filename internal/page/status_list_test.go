package page

import (
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func statusLists() map[string]app.List {
	ref := func(namespace, kind, name string) workload.Ref {
		return workload.Ref{Kind: kind, Namespace: namespace, Name: name}
	}
	item := func(object workload.Ref, state app.State, cause diagnosis.Cause, detail string, ready, desired int32, ago time.Duration, images ...string) app.ListItem {
		since := start.Add(-ago)
		i := app.ListItem{
			Object: object, Summary: app.Summary{State: state, Cause: cause, Since: &since, Message: string(cause)},
			Ready: ready, Desired: desired, Images: map[string]string{}, Detail: detail,
		}
		for n, image := range images {
			i.Images[fmt.Sprintf("c%d", n)] = image
		}
		return i
	}
	secret, node := ref("shop", "Secret", "db-credentials"), ref("", "Node", "lab-2")
	list := func(namespace string) app.List {
		other := namespace
		if other == "" {
			namespace, other = "shop", "logging"
		}
		l := app.List{
			APIVersion: "kubectl-app.dev/v1alpha1", Kind: app.ListKind, Namespace: namespace, Time: start, State: app.Failing,
			Items: []app.ListItem{
				item(ref(namespace, "Deployment", "checkout"), app.Failing, diagnosis.SecretMissing, "secret/db-credentials does not exist", 0, 3, 4*time.Minute, "registry.example.com/shop/checkout:2.4.1"),
				item(ref(namespace, "Deployment", "recommendations-for-customers"), app.Failing, diagnosis.CrashLoop, "panic: DATABASE_URI is not set\x1b[31m", 1, 3, 26*time.Hour, "registry.example.com/shop/recommendations:1.0", "envoy:1.31", "otel:3"),
				item(ref(other, "DaemonSet", "agent"), app.Failing, diagnosis.NodeLost, "node/lab-2 Ready is Unknown for 3m", 3, 4, 3*time.Minute, "agent@sha256:0123456789abcdef"),
				item(ref(namespace, "Job", "import"), app.Progressing, "", "it runs, 0 succeeded, 0 failed (backoffLimit 6), 1 active", 0, 1, 40*time.Second, "import:7"),
				item(ref(namespace, "Deployment", "web"), app.Well, "", "", 3, 3, 90*time.Hour, "web:1.0"),
				item(ref(namespace, "Deployment", "zero"), app.Well, "", "", 0, 0, 0, "web:1.0"),
			},
			Blockers: []app.Blocker{
				{Object: &secret, Cause: diagnosis.SecretMissing, Says: "does not exist", HoldsUp: []workload.Ref{
					ref(namespace, "Deployment", "checkout"), ref(namespace, "Deployment", "orders"), ref(namespace, "Deployment", "payment"), ref(namespace, "StatefulSet", "ledger"),
				}},
				{Object: &node, Cause: diagnosis.NodeLost, Says: "Ready is Unknown for 3m", HoldsUp: []workload.Ref{ref(other, "DaemonSet", "agent")}},
				{Registry: "registry.example.com", Cause: diagnosis.RegistryUnreachable, Says: "does not answer as it should", HoldsUp: []workload.Ref{ref(namespace, "Deployment", "a"), ref(other, "Deployment", "b")}},
			},
			Unlisted: []string{"1 complete job", "3 cronjobs between runs"},
			Next:     []chain.Command{{Risk: chain.Look, Command: "kubectl app why deployment/checkout -n shop"}},
			NotSeen:  []chain.NotSeen{{Resource: "events", Hides: "causes that only events show: failed mounts, probes, refused pods", Next: []string{"kubectl auth can-i list events -n shop"}}},
			Notes:    []string{"the logs of only 48 containers were read: kubectl app why TYPE/NAME reads those of one workload"},
		}
		l.Items[5].Since = nil
		return l
	}
	all := list("")
	all.Namespace = ""
	return map[string]app.List{
		"sick": list("shop"), "all-namespaces": all,
		"well": {
			APIVersion: "kubectl-app.dev/v1alpha1", Kind: app.ListKind, Namespace: "shop", Time: start, State: app.Well,
			Items: []app.ListItem{item(ref("shop", "Deployment", "web"), app.Well, "", "", 3, 3, 90*time.Hour, "web:1.0")},
		},
	}
}

func TestStatusList(t *testing.T) {
	p := printed[app.List]{
		folder: "status-list", schema: "status-list.v1alpha1.json", examples: statusLists(), tooLong: "  look",
		write: func(out *term.Output, _ string, width int, list app.List) error {
			return StatusList(out, list, width == 120)
		},
	}
	p.golden(t)
	p.inColour(t)
	p.followsSchema(t, app.ListKind)
	layouttest.Golden(t, "status-list/wide-120", p.text(t, "sick", term.Screen{Width: 120}))
	states := layouttest.Constants(t, "../../pkg/app")["State"]
	p.namesConstants(t, map[string][]string{"cause": layouttest.Constants(t, "../../pkg/diagnosis")["Cause"], "state": states})
	for _, state := range states {
		if appStateWord[app.State(state)] == "" {
			t.Errorf("state %s has no word", state)
		}
	}
}

func TestUnread(t *testing.T) {
	if got := Unread(nil); got != "" {
		t.Errorf("%q", got)
	}
	got := Unread([]chain.NotSeen{{Resource: "events", Hides: "causes"}, {Resource: "jobs", Hides: "they are not listed"}, {Resource: "cronjobs", Hides: "they are not listed"}})
	if got != "no permission to read events (causes); jobs, cronjobs (they are not listed)" {
		t.Errorf("%q", got)
	}
}
