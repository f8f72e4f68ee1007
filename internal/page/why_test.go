package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func whyReports() map[string]chain.Report {
	ref := func(kind, name string) workload.Ref { return workload.Ref{Kind: kind, Namespace: "shop", Name: name} }
	begun := start.Add(-4 * time.Minute)
	report := func(object workload.Ref, state chain.State, cause diagnosis.Cause, message string, steps ...chain.Step) chain.Report {
		return chain.Report{
			APIVersion: "kubectl-app.dev/v1alpha1", Kind: chain.ReportKind, Object: object, Time: start, State: state, Cause: cause,
			Message: message, Chain: append([]chain.Step{}, steps...), Pods: []chain.PodReport{},
		}
	}
	web := ref("Deployment", "web")
	secret := report(web, chain.Failing, diagnosis.SecretMissing, "SecretMissing, 1 of 1 new pods, for 4m",
		chain.Step{Object: ref("Secret", "db-credentials"), Says: "does not exist"},
		chain.Step{Object: ref("Pod", "web-7d9f66c4d-x2x1v"), Cause: diagnosis.SecretMissing, Says: "container web", Field: "status.containerStatuses[web].state.waiting", Message: `secret "db-credentials" not found`},
		chain.Step{Object: ref("ReplicaSet", "web-7d9f66c4d"), Says: "revision 4: 0 of 1 ready", Field: "status.readyReplicas"},
		chain.Step{Object: web, Says: "3 of 3 ready, 1 updated, 3 old pods serve", Field: "status.conditions[Progressing]", Message: `ReplicaSet "web-7d9f66c4d" has timed out progressing.`})
	secret.Since = &begun
	secret.Also = []string{"CrashLoop 1 of 3 pods of revision 3 web-6b457cf75b-ttmck"}
	secret.Next = []chain.Command{
		{Risk: chain.Safe, Command: "kubectl app create secret generic db-credentials --prompt=password -n shop"},
		{Risk: chain.Look, Command: "kubectl describe pod web-7d9f66c4d-x2x1v -n shop"},
		{Risk: chain.Risky, Command: "kubectl edit deployment/web -n shop"},
	}
	secret.Pods, secret.PodsTotal = []chain.PodReport{{Namespace: "shop", Name: "web-7d9f66c4d-x2x1v", UID: "a", Cause: diagnosis.SecretMissing}}, 4
	secret.Changes = &chain.Changes{Since: start.Add(-time.Hour), From: chain.NothingFound, Sick: []string{"pod/web-7d9f66c4d-x2x1v"}, Recovered: []string{"pod/web-6b457cf75b-ttmck"}}
	crash := report(ref("Job", "migrate"), chain.Failing, diagnosis.CrashLoop, "CrashLoop, BackoffLimitExceeded, 0 succeeded, 2 failed (backoffLimit 1)",
		chain.Step{Object: ref("Pod", "migrate-lfd6r"), Cause: diagnosis.CrashLoop, Says: "container migrate exited 1", Field: "status.containerStatuses[migrate].state.terminated", Message: "panic: DATABASE_URI is not set", Logs: []string{"starting\x1b[31m", "panic: DATABASE_URI is not set"}},
		chain.Step{Object: ref("Job", "migrate"), Says: "0 succeeded, 2 failed (backoffLimit 1)", Field: "status.conditions[Failed]", Message: "BackoffLimitExceeded: Job has reached the specified backoff limit"})
	crash.NotSeen = []chain.NotSeen{{Resource: "events", Hides: "causes that only events show: failed mounts, probes, refused pods", Next: []string{"kubectl auth can-i list events -n shop"}}}
	crash.Notes = []string{"the clock of the API server is 3m0s ahead of that of this machine: times here are the API server's"}
	return map[string]chain.Report{
		"secret": secret, "crash": crash,
		"nothing": report(web, chain.NothingFound, "", "nothing found: 3 of 3 ready"),
		"moved":   chain.Moved(web, "was changed: generation 4 -> 5", start),
		"waiting": report(web, chain.Progressing, diagnosis.Unschedulable, "Unschedulable, 1 of 3 pods, for 20s",
			chain.Step{Object: ref("Pod", "web-1"), Cause: diagnosis.Unschedulable, Field: "status.conditions[PodScheduled]", Message: "0/4 nodes are available: 4 Insufficient cpu; the pod asks for cpu 500"}),
	}
}

func TestWhy(t *testing.T) {
	for name, report := range whyReports() {
		for _, width := range []int{0, 40, 80, 200} {
			t.Run(fmt.Sprint(name, width), func(t *testing.T) {
				terminal, _, out, errOut := term.Fake(&term.Screen{Width: width, Height: 24, ASCII: name == "waiting" && width == 40})
				if err := Why(terminal.Out, report); err != nil {
					t.Fatal(err)
				}
				layouttest.Golden(t, fmt.Sprintf("why/%s-%d", name, width), out.String())
				for line := range strings.Lines(out.String()) {
					if width > 0 && term.Width(strings.TrimRight(line, "\n")) > width {
						t.Errorf("wider than %d: %q", width, line)
					}
				}
				if errOut.Len() > 0 || strings.Contains(out.String(), "\x1b") {
					t.Errorf("on stderr %q, on stdout %q", errOut, out)
				}
			})
		}
	}
}

// Colour changes no text.
func TestWhyInColour(t *testing.T) {
	for name, report := range whyReports() {
		write := func(color bool) string {
			terminal, _, out, _ := term.Fake(&term.Screen{Width: 80, Height: 24, Color: color})
			if err := Why(terminal.Out, report); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		with := strings.Split(write(true), "\n")
		for i, want := range strings.Split(write(false), "\n") {
			if got := strings.TrimRight(term.Clean(with[i]), " "); got != want {
				t.Errorf("%s: %q, without colour %q", name, got, want)
			}
		}
	}
}

func TestWhyReportsFollowTheirSchema(t *testing.T) {
	schema := layouttest.Compile(t, "why-report.v1alpha1.json")
	for _, report := range whyReports() {
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		if report.APIVersion != "" { // the command sets it
			layouttest.Validate(t, schema, text)
		}
		changed := bytes.Replace(text, []byte(`"kind":"WhyReport"`), []byte(`"kind":"WhyReport","extra":1`), 1)
		var value any
		if err := json.Unmarshal(changed, &value); err != nil || schema.Validate(value) == nil {
			t.Errorf("an unknown field is taken: %v", err)
		}
	}
}

func TestWhySchemaNamesEveryConstant(t *testing.T) {
	constants, causes := layouttest.Constants(t, "../../pkg/diagnosis/chain"), layouttest.Constants(t, "../../pkg/diagnosis")
	for set, want := range map[string][]string{"state": constants["State"], "risk": constants["Risk"], "cause": causes["Cause"]} {
		got := layouttest.Enum(t, "why-report.v1alpha1.json", set)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, the code has %v", set, got, want)
		}
	}
	for _, state := range constants["State"] {
		if _, named := stateName[chain.State(state)]; !named {
			t.Errorf("state %s has no word", state)
		}
	}
}
