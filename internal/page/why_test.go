package page

import (
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
	moved := chain.Moved(web, "was changed: generation 4 -> 5", start)
	moved.APIVersion = "kubectl-app.dev/v1alpha1" // the command sets it
	service := ref("Service", "web")
	doors := report(service, chain.Failing, "", "pod/web-7d9f66c4d-x2x1v listens on 127.0.0.1:8080 only",
		chain.Step{Object: ref("Pod", "web-7d9f66c4d-x2x1v"), Says: "listens on 127.0.0.1:8080 only", Message: "dial tcp 10.88.0.3:8080: connect: connection refused"})
	doors.Doors = []chain.Door{
		{Door: "loopback", Object: ref("Pod", "web-7d9f66c4d-x2x1v"), Address: "127.0.0.1:8080", Result: "Answered", Status: 200, Says: "200 OK"},
		{Door: "pod", Object: ref("Pod", "web-7d9f66c4d-x2x1v"), Address: "10.88.0.3:8080", Result: "Refused", Says: "refuses the connection", Message: "dial tcp 10.88.0.3:8080: connect: connection refused"},
		{Door: "service", Object: service, Address: "10.96.0.7:80", Result: "Forbidden", Says: "not asked: no permission"},
	}
	node := workload.Ref{Kind: "Node", Name: "node-2"}
	lost := report(node, chain.Failing, diagnosis.NodeLost, "NodeLost, Ready is Unknown for 3m, 3 of 3 pods not ready",
		chain.Step{Object: node, Cause: diagnosis.NodeLost, Says: "Ready is Unknown for 3m", Field: "status.conditions[Ready]", Message: "Kubelet stopped posting node status."},
		chain.Step{Object: web, Says: "2 of 2 pods here not ready", Field: "spec.nodeName"},
		chain.Step{Object: workload.Ref{Kind: "Deployment", Namespace: "billing", Name: "web"}, Says: "1 of 1 pod here not ready", Field: "spec.nodeName"})
	return map[string]chain.Report{
		"doors":  doors,
		"node":   lost,
		"secret": secret, "crash": crash,
		"nothing": report(web, chain.NothingFound, "", "nothing found: 3 of 3 ready"),
		"moved":   moved,
		"waiting": report(web, chain.Progressing, diagnosis.Unschedulable, "Unschedulable, 1 of 3 pods, for 20s",
			chain.Step{Object: ref("Pod", "web-1"), Cause: diagnosis.Unschedulable, Field: "status.conditions[PodScheduled]", Message: "0/4 nodes are available: 4 Insufficient cpu; the pod asks for cpu 500"}),
	}
}

func TestWhy(t *testing.T) {
	p := printed[chain.Report]{
		folder: "why", schema: "why-report.v1alpha1.json", examples: whyReports(), asASCII: "waiting",
		write: func(out *term.Output, _ string, _ int, report chain.Report) error { return Why(out, report) },
	}
	p.golden(t)
	p.inColour(t)
	p.followsSchema(t, chain.ReportKind)
	constants := layouttest.Constants(t, "../../pkg/diagnosis/chain")
	p.namesConstants(t, map[string][]string{
		"state": constants["State"], "risk": constants["Risk"], "cause": layouttest.Constants(t, "../../pkg/diagnosis")["Cause"],
	})
	for _, state := range constants["State"] {
		if _, named := stateName[chain.State(state)]; !named {
			t.Errorf("state %s has no word", state)
		}
	}
}
