package page

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func ago(d time.Duration) *time.Time {
	at := start.Add(-d)
	return &at
}

// appReports are pages: of an app with nothing around it, with all around it, a sick one, and one of which little may be
// read.
func appReports() map[string]app.StatusReport {
	ref := func(kind, name string) workload.Ref { return workload.Ref{Kind: kind, Namespace: "shop", Name: name} }
	one := func(a app.App) app.StatusReport {
		return app.StatusReport{APIVersion: rollout.APIVersion, Kind: app.StatusKind, Time: start, Apps: []app.App{a}}
	}
	rules := func(n int) *int { return &n }
	bare := app.App{
		Object: ref("Deployment", "worker"), Summary: app.Summary{State: app.Well, Message: "2 of 2 ready"},
		Replicas: app.Replicas{Desired: 2, Updated: 2, Ready: 2, Available: 2, Total: 2}, Images: map[string]string{"worker": "registry.example.com/shop/worker:1.4"},
		Revision: &app.Revision{Number: 1, Name: "worker-5d4f"},
		Pods:     []app.PodGroup{{Count: 2, New: true, Revision: 1, Phase: app.PodReady, Since: ago(49 * time.Hour), Names: []string{"worker-5d4f-a", "worker-5d4f-b"}, Nodes: []string{"node-1"}}},
	}
	whole := bare
	whole.Object, whole.Images = ref("Deployment", "web"), map[string]string{"web": "web:2.0", "proxy": "envoy:1.31"}
	whole.Revision = &app.Revision{Number: 4, Name: "web-7d9f66c4d", Verdict: &rollout.VerdictAnnotation{Hash: "7d9f66c4d", Outcome: rollout.VerdictGood, At: *ago(48 * time.Hour)}}
	whole.Changed = &app.Change{At: ago(49 * time.Hour), By: "kubectl set", Cause: "set image deployment/web web=web:2.0", Owners: []string{"Helm shop"}}
	whole.Pods = []app.PodGroup{{Count: 3, New: true, Revision: 4, Phase: app.PodReady, Since: ago(49 * time.Hour), Restarts: 1, Restarted: ago(50 * time.Hour), Names: []string{"web-7d9f66c4d-a", "web-7d9f66c4d-b", "web-7d9f66c4d-c"}, Nodes: []string{"node-1", "node-2"}}}
	whole.Services = []app.Service{{Object: ref("Service", "web"), Type: "LoadBalancer", Ports: []string{"80 -> http", "443 -> https"}, EndpointCount: &app.EndpointCount{Ready: 3, Endpoints: 3}, Addresses: []string{"203.0.113.7"}}}
	whole.Routes = []app.Route{
		{Object: ref("Ingress", "shop"), URLs: []string{"https://shop.example.com/", "https://shop.example.com/api"}, Services: []string{"web:80"}, Through: []string{"class nginx"}, Certificates: []app.Certificate{{Secret: "shop-tls", Expires: ago(-70 * 24 * time.Hour)}}},
		{Object: ref("HTTPRoute", "shop"), URLs: []string{"shop.example.org/"}, Services: []string{"web:80 (weight 90)"}, Through: []string{"gateway/public"}},
	}
	whole.Autoscalers = []app.Autoscaler{{Object: ref("HorizontalPodAutoscaler", "web"), Min: 2, Max: 10, Current: 3, Desired: 4, Metrics: []string{"cpu 92% of 80%"}}}
	whole.Budgets = []app.Budget{{Object: ref("PodDisruptionBudget", "web"), Rule: "minAvailable 2", Allowed: 1, Healthy: 3, Expected: 3}}
	whole.References = []app.Reference{
		{Object: ref("Secret", "db"), Uses: []string{"env"}, Keys: []string{"password"}, State: app.RefPresent},
		{Object: ref("Secret", "extra"), Uses: []string{"env"}, Optional: true, State: app.RefMissing},
		{Object: ref("Secret", "mtls"), Uses: []string{"volume"}, State: app.RefPresent, Certificate: &app.Certificate{Secret: "mtls", Expires: ago(-70 * 24 * time.Hour)}},
		{Object: ref("ConfigMap", "settings"), Uses: []string{"envFrom"}, State: app.RefPresent},
		{Object: ref("PersistentVolumeClaim", "data"), Uses: []string{"volume"}, State: app.RefPresent, Detail: "Bound 10Gi"},
		{Object: ref("ServiceAccount", "shop"), Uses: []string{"serviceAccountName"}, State: app.RefPresent},
	}
	whole.NetworkPolicies = []app.Policy{{Object: ref("NetworkPolicy", "web"), Ingress: rules(2), Egress: rules(0)}}
	sick := whole
	sick.Summary = app.Summary{State: app.Failing, Cause: diagnosis.CrashLoop, Since: ago(4 * time.Minute), Message: "CrashLoop, 2 of 2 new pods, for 4m"}
	sick.Revision = &app.Revision{Number: 5, Name: "web-6bd87b9ff4", Replaces: []int64{4}, Verdict: &rollout.VerdictAnnotation{Hash: "6bd87b9ff4", Outcome: rollout.VerdictFailed, Cause: diagnosis.CrashLoop, At: *ago(2 * time.Minute)}}
	sick.Pods = []app.PodGroup{
		{Count: 2, New: true, Revision: 5, Phase: app.PodUnready, Cause: diagnosis.CrashLoop, Since: ago(4 * time.Minute), Restarts: 9, Restarted: ago(20 * time.Second), Names: []string{"web-6bd87b9ff4-7zmqk", "web-6bd87b9ff4-x2x1v"}},
		{Count: 1, Revision: 4, Phase: app.PodReady, Since: ago(49 * time.Hour), Names: []string{"web-7d9f66c4d-a"}},
		{Count: 1, Revision: 4, Phase: app.PodTerminating, Since: ago(30 * time.Second), Names: []string{"web-7d9f66c4d-b"}},
	}
	sick.Services = []app.Service{{Object: ref("Service", "web"), Type: "ClusterIP", Ports: []string{"80 -> http"}, EndpointCount: &app.EndpointCount{Endpoints: 3}, Problems: []app.Problem{{Code: app.PortNotFound, Severe: true, Message: `no container has a port named "http"`}}}}
	sick.Routes = []app.Route{{
		Object: ref("Ingress", "shop"), URLs: []string{"https://shop.example.com/"}, Services: []string{"web:80"}, Certificates: []app.Certificate{{Secret: "shop-tls", Expires: ago(26 * time.Hour)}},
		Problems: []app.Problem{{Code: app.CertificateOver, Severe: true, Message: "the certificate in secret/shop-tls expired on 2026-03-01"}},
	}}
	sick.Autoscalers = []app.Autoscaler{{Object: ref("HorizontalPodAutoscaler", "web"), Min: 2, Max: 10, Current: 10, Desired: 10, Metrics: []string{"cpu 140% of 80%"}, Limited: "the desired replica count is more than the maximum replica count", Problems: []app.Problem{{Code: app.AtMaximum, Message: "it is at its maximum and would scale further: the desired replica count is more than the maximum replica count"}}}}
	sick.Budgets = []app.Budget{{Object: ref("PodDisruptionBudget", "web"), Rule: "minAvailable 2", Healthy: 1, Expected: 3, Problems: []app.Problem{{Code: app.NoDisruption, Message: "no pod may be evicted: 1 of 3 pods are healthy now"}}}}
	sick.References = []app.Reference{
		{Object: ref("Secret", "db"), Uses: []string{"env", "volume"}, Keys: []string{"password"}, State: app.RefKeyMissing, Problems: []app.Problem{{Code: app.KeyMissing, Severe: true, Message: `has no key "password": a new pod can't start without it`}}},
		{Object: ref("Secret", "shop-tls"), Uses: []string{"volume"}, State: app.RefPresent},
	}
	sick.Quotas = []app.Quota{{Object: ref("ResourceQuota", "small"), Resource: "requests.cpu", Used: "4", Hard: "4", Need: "500m", Problems: []app.Problem{{Code: app.QuotaShort, Message: "one more pod needs 500m of requests.cpu, and nothing is left"}}}}
	sick.Warnings = []app.Warning{{Reason: "BackOff", Kind: "Pod", Objects: 2, Exemplar: "web-6bd87b9ff4-7zmqk", Count: 19, Last: *ago(5 * time.Second), Message: "Back-off restarting failed container web in pod\x1b[31m web-6bd87b9ff4-7zmqk"}}
	sick.Warnings = append(sick.Warnings, app.Warning{
		Reason: "FailedGetResourceMetric", Kind: "HorizontalPodAutoscaler", Objects: 1, Exemplar: "web", Count: 3, Last: *ago(time.Minute),
		Message: "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io); the last of them was tried a minute ago",
	})
	sick.Next = []chain.Command{{Risk: chain.Look, Command: "kubectl app why deployment/web -n shop"}}
	blind := bare
	blind.Summary = app.Summary{State: app.Unknown, Message: "2 of 2 ready by its status; its pods may not be read"}
	blind.Pods = nil
	blind.References = []app.Reference{{Object: ref("Secret", "db"), Uses: []string{"env"}, State: app.RefUnread}}
	blind.NotSeen = []chain.NotSeen{{Resource: "pods", Hides: "every cause in a pod"}, {Resource: "secrets", Hides: "whether the Secrets that it names are there"}}
	blind.Notes = []string{"horizontalpodautoscalers can't be read now, which hides whether an autoscaler scales it: the server is busy", "the API server of httproutes is gone"}
	return map[string]app.StatusReport{
		"bare": one(bare), "whole": one(whole), "sick": one(sick), "blind": one(blind),
		"several": {APIVersion: rollout.APIVersion, Kind: app.StatusKind, Time: start, Apps: []app.App{blind, bare}},
	}
}

func TestApps(t *testing.T) {
	p := printed[app.StatusReport]{
		folder: "app", schema: "status-report.v1alpha1.json", examples: appReports(), asASCII: "blind",
		write: func(out *term.Output, name string, width int, report app.StatusReport) error {
			return Apps(out, report, name == "whole" && width == 200)
		},
	}
	p.golden(t)
	p.inColour(t)
	p.followsSchema(t, app.StatusKind)
	of := func(folder string) map[string][]string { return layouttest.Constants(t, "../../pkg/"+folder) }
	ours := of("app")
	p.namesConstants(t, map[string][]string{
		"state": ours["State"], "problemCode": ours["ProblemCode"], "referenceState": ours["RefState"],
		"risk": of("diagnosis/chain")["Risk"], "cause": of("diagnosis")["Cause"],
	})
	for _, phase := range ours["PodPhase"] {
		if podPhaseWord[app.PodPhase(phase)] == "" {
			t.Errorf("phase %s has no word", phase)
		}
	}
}
