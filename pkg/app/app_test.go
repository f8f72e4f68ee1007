package app_test

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// deployment is the app of the tables: two ready pods of one revision, web-a and web-b.
const deployment = `
metadata: {name: web, namespace: shop, uid: d, generation: 1}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      serviceAccountName: shop
      containers:
      - name: web
        image: web:1.0
        ports: [{name: http, containerPort: 8080}]
        resources: {requests: {cpu: 500m}}
        env:
        - {name: A, valueFrom: {secretKeyRef: {name: db, key: password}}}
        - {name: B, valueFrom: {secretKeyRef: {name: extra, key: b, optional: true}}}
      volumes:
      - {name: tls, secret: {secretName: mtls}}
      - {name: data, persistentVolumeClaim: {claimName: data}}
status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2}
`

func parse[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := yaml.UnmarshalStrict([]byte(text), &v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return v
}

// around reads a namespace from the YAML of its objects.
func around(t *testing.T, text string) *app.Around {
	t.Helper()
	a := &app.Around{Named: map[workload.Ref]app.Named{}}
	for _, doc := range strings.Split(text, "\n---\n") {
		kind := parse[metav1.TypeMeta](t, kindOf(doc)).Kind
		switch kind {
		case "Service":
			a.Services = append(a.Services, parse[corev1.Service](t, doc))
		case "EndpointSlice":
			a.Slices = append(a.Slices, parse[discoveryv1.EndpointSlice](t, doc))
		case "Ingress":
			a.Ingresses = append(a.Ingresses, parse[networkingv1.Ingress](t, doc))
		case "HTTPRoute":
			var r app.HTTPRoute // of which only a part is read
			if err := yaml.Unmarshal([]byte(doc), &r); err != nil {
				t.Fatal(err)
			}
			a.HTTPRoutes = append(a.HTTPRoutes, r)
		case "HorizontalPodAutoscaler":
			a.Autoscalers = append(a.Autoscalers, parse[autoscalingv2.HorizontalPodAutoscaler](t, doc))
		case "PodDisruptionBudget":
			a.Budgets = append(a.Budgets, parse[policyv1.PodDisruptionBudget](t, doc))
		case "NetworkPolicy":
			a.Policies = append(a.Policies, parse[networkingv1.NetworkPolicy](t, doc))
		case "ResourceQuota":
			a.Quotas = append(a.Quotas, parse[corev1.ResourceQuota](t, doc))
		case "Event":
			e := parse[corev1.Event](t, doc)
			a.Warnings = append(a.Warnings, &e)
		case "":
		default:
			t.Fatalf("kind %q", kind)
		}
	}
	return a
}

// kindOf is the line of a document that names its kind.
func kindOf(doc string) string {
	for line := range strings.Lines(doc) {
		if strings.HasPrefix(line, "kind:") {
			return line
		}
	}
	return "{}"
}

// observed is the app of the tables with its pods, and what why says of it.
func observed(t *testing.T, why chain.Report, pods ...*corev1.Pod) app.Observed {
	t.Helper()
	d := parse[appsv1.Deployment](t, deployment)
	object, _ := workload.ObjectOf(&d)
	revisions := []workload.Revision{
		{Name: "web-old", UID: "old", Number: 1, Key: workload.RevisionKey{Owner: "old"}},
		{Name: "web-new", UID: "new", Number: 2, Key: workload.RevisionKey{Owner: "new"}, Template: d.Spec.Template},
	}
	return app.Observed{Object: object, Revisions: revisions, Pods: pods, Why: why}
}

func twoReady() []*corev1.Pod {
	a, b := podtest.Ready("web-a"), podtest.Ready("web-b")
	for _, p := range []*corev1.Pod{a, b} {
		p.Labels = map[string]string{"app": "web", "tier": "front", "pod-name": p.Name}
	}
	return []*corev1.Pod{a, b}
}

// problems lists what is wrong, as "service/web NoReadyEndpoint!"; what is severe has the mark.
func problems(a *app.App) []string {
	var all []string
	add := func(of workload.Ref, problems []app.Problem) {
		for _, p := range problems {
			text := of.String() + " " + string(p.Code)
			if p.Severe {
				text += "!"
			}
			all = append(all, text)
		}
	}
	for _, s := range a.Services {
		add(s.Object, s.Problems)
	}
	for _, r := range a.Routes {
		add(r.Object, r.Problems)
	}
	for _, h := range a.Autoscalers {
		add(h.Object, h.Problems)
	}
	for _, b := range a.Budgets {
		add(b.Object, b.Problems)
	}
	for _, r := range a.References {
		add(r.Object, r.Problems)
	}
	for _, n := range a.NetworkPolicies {
		add(n.Object, n.Problems)
	}
	for _, q := range a.Quotas {
		add(q.Object, q.Problems)
	}
	return all
}

const (
	service = `
kind: Service
metadata: {name: front, namespace: shop}
spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
kind: EndpointSlice
metadata: {name: front-x, namespace: shop, labels: {kubernetes.io/service-name: front}}
addressType: IPv4
endpoints:
- {addresses: [10.0.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: web-a}}
- {addresses: [10.0.0.2], targetRef: {kind: Pod, name: web-b}}
---
kind: EndpointSlice
metadata: {name: front-6, namespace: shop, labels: {kubernetes.io/service-name: front}}
addressType: IPv6
endpoints:
- {addresses: ["fd00::1"], conditions: {ready: true}, targetRef: {kind: Pod, name: web-a}}
`
	ingress = `
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  tls: [{hosts: [shop.example.com], secretName: shop-tls}]
  rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: front, port: {number: 80}}}}]}}]
status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}
`
	route = `
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  hostnames: [shop.example.org]
  parentRefs: [{name: public}]
  rules: [{matches: [{path: {value: /api}}], backendRefs: [{name: front, port: 80}, {name: other, port: 80, weight: 10}]}]
status: {parents: [{parentRef: {name: public}, conditions: [{type: Accepted, status: "True"}]}]}
`
	autoscaler = `
kind: HorizontalPodAutoscaler
metadata: {name: load, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 4
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
status:
  currentReplicas: 2
  desiredReplicas: 2
  currentMetrics: [{type: Resource, resource: {name: cpu, current: {averageUtilization: 45, averageValue: 90m}}}]
  conditions: [{type: AbleToScale, status: "True"}, {type: ScalingActive, status: "True"}, {type: ScalingLimited, status: "False"}]
`
	budget = `
kind: PodDisruptionBudget
metadata: {name: one, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
status: {disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2}
`
	policy = `
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
`
	quota = `
kind: ResourceQuota
metadata: {name: small, namespace: shop}
status: {hard: {requests.cpu: "1", pods: "10"}, used: {requests.cpu: "1", pods: "2"}}
`
)

// What is wrong around an app whose pods are ready. Each row changes one thing.
func TestAround(t *testing.T) {
	both := service + "---" + ingress
	for _, tt := range []struct {
		name, objects, from, to string
		want                    []string
	}{
		{name: "nothing around it"},
		{name: "a Service with its endpoints", objects: service},
		{name: "a Service of other pods", objects: service, from: "selector: {app: web}", to: "selector: {app: api}"},
		{name: "a Service whose endpoints are made by hand", objects: service, from: "selector: {app: web}, ", to: ""},
		{name: "a Service of one pod, by a label that its controller gave", objects: service, from: "selector: {app: web}", to: "selector: {pod-name: web-a}"},
		{name: "a Service of another name", objects: service, from: "type: ClusterIP", to: "type: ExternalName"},
		{name: "no endpoint, though its pods are ready", objects: strings.Split(service, "---")[0], want: []string{"service/front NoReadyEndpoint"}},
		{name: "a port that no container names", objects: service, from: "targetPort: http", to: "targetPort: web", want: []string{"service/front PortNotFound!"}},
		{name: "a pod of another workload", objects: service, from: "name: web-b", to: "name: other", want: []string{"service/front SelectsOtherPods"}},
		{name: "an Ingress with an address", objects: both},
		{name: "an Ingress of another Service", objects: both, from: "service: {name: front", to: "service: {name: api"},
		{name: "an Ingress without an address", objects: both, from: "status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}", to: "", want: []string{"ingress/shop NoAddress"}},
		{name: "a port that the Service lacks", objects: both, from: "port: {number: 80}", to: "port: {number: 8080}", want: []string{"ingress/shop BackendPortMissing!"}},
		{name: "a route with its Gateway", objects: service + "---" + route},
		{name: "a route that its Gateway refuses", objects: service + "---" + route, from: `status: "True"`, to: `status: "False"`, want: []string{"httproute/shop RouteRejected!"}},
		{name: "a route whose refusal is of an earlier generation", objects: service + "---" + strings.Replace(route, "name: shop,", "name: shop, generation: 2,", 1), from: `status: "True"`, to: `status: "False", observedGeneration: 1`},
		{name: "a route to another port", objects: service + "---" + route, from: "{name: front, port: 80}", to: "{name: front, port: 81}", want: []string{"httproute/shop BackendPortMissing!"}},
		{name: "an autoscaler that works", objects: autoscaler},
		{name: "an autoscaler of another Deployment", objects: autoscaler, from: "name: web}", to: "name: api}"},
		{name: "an autoscaler of another kind", objects: autoscaler, from: "kind: Deployment", to: "kind: StatefulSet"},
		{name: "an autoscaler without numbers", objects: autoscaler, from: `{type: ScalingActive, status: "True"}`, to: `{type: ScalingActive, status: "False", reason: FailedGetResourceMetric}`, want: []string{"horizontalpodautoscaler/load ScalingInactive!"}},
		{name: "an autoscaler that waits for its first numbers", objects: autoscaler, from: `{type: ScalingActive, status: "True"}`, to: `{type: ScalingActive, status: "False", lastTransitionTime: "2026-01-01T12:59:00Z"}`, want: []string{"horizontalpodautoscaler/load ScalingInactive"}},
		{name: "an autoscaler at its maximum", objects: autoscaler, from: `{type: ScalingLimited, status: "False"}`, to: `{type: ScalingLimited, status: "True", reason: TooManyReplicas}`, want: []string{"horizontalpodautoscaler/load AtMaximum"}},
		{name: "an autoscaler at its minimum", objects: autoscaler, from: `{type: ScalingLimited, status: "False"}`, to: `{type: ScalingLimited, status: "True", reason: TooFewReplicas}`},
		{name: "an autoscaler of a workload that has started again", objects: autoscaler, from: `{type: ScalingActive, status: "True"}`, to: `{type: ScalingActive, status: "False", reason: ScalingDisabled}`},
		{name: "a paused autoscaler at its maximum", objects: strings.Replace(autoscaler, `{type: ScalingLimited, status: "False"}`, `{type: ScalingLimited, status: "True", reason: TooManyReplicas}`, 1), from: "name: load, namespace: shop}", to: `name: load, namespace: shop, annotations: {kubectl-app.dev/paused-autoscaler: '{"replicas":4,"maxReplicas":4}'}}`},
		{name: "two autoscalers", objects: autoscaler + "---" + autoscaler, want: []string{"horizontalpodautoscaler/load SeveralAutoscalers!", "horizontalpodautoscaler/load SeveralAutoscalers!"}},
		{name: "a budget with headroom", objects: budget},
		{name: "a budget of other pods", objects: budget, from: "app: web", to: "app: api"},
		{name: "a budget of no pods", objects: budget, from: ", selector: {matchLabels: {app: web}}", to: ""},
		{name: "a budget without headroom", objects: budget, from: "disruptionsAllowed: 1", to: "disruptionsAllowed: 0", want: []string{"poddisruptionbudget/one NoDisruptionAllowed"}},
		{name: "a budget that can't be computed", objects: budget, from: "expectedPods: 2", to: "expectedPods: 2, conditions: [{type: DisruptionAllowed, status: 'False', reason: SyncFailed, message: m, lastTransitionTime: null}]", want: []string{"poddisruptionbudget/one BudgetNotComputed!"}},
		{name: "two budgets", objects: budget + "---" + strings.ReplaceAll(budget, "app: web", "tier: front"), want: []string{"poddisruptionbudget/one BudgetsConflict!", "poddisruptionbudget/one BudgetsConflict!"}},
		{name: "a policy that lets nothing in, and no Service", objects: policy},
		{name: "a policy that lets nothing in", objects: service + "---" + policy, want: []string{"networkpolicy/deny IngressDenied"}},
		{name: "a policy that lets something in", objects: service + "---" + policy + "---" + policy, from: "spec: {podSelector: {}, policyTypes: [Ingress]}", to: "spec: {podSelector: {}, ingress: [{}]}"},
		{name: "a policy for what goes out", objects: service + "---" + policy, from: "[Ingress]", to: "[Egress]"},
		{name: "a quota without room", objects: quota, want: []string{"resourcequota/small QuotaShort"}},
		{name: "a quota with room", objects: quota, from: `used: {requests.cpu: "1"`, to: `used: {requests.cpu: 500m`},
		{name: "a quota of other pods", objects: quota, from: "status:", to: "spec: {scopes: [BestEffort]}\nstatus:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.from != "" && !strings.Contains(tt.objects, tt.from) {
				t.Fatalf("nothing to change: %q", tt.from)
			}
			objects := tt.objects
			if tt.from != "" {
				objects = strings.Replace(objects, tt.from, tt.to, 1)
			}
			a := app.Look(observed(t, chain.Report{State: chain.NothingFound}, twoReady()...), around(t, objects), now)
			if got := problems(&a); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if a.State != app.Well {
				t.Errorf("state %s", a.State)
			}
		})
	}
}

// The numbers of what is around an app that is well.
func TestFacts(t *testing.T) {
	text := strings.Join([]string{service, ingress, route, autoscaler, budget}, "---")
	a := app.Look(observed(t, chain.Report{State: chain.NothingFound, Message: "nothing found: 2 of 2 ready"}, twoReady()...), around(t, text), now)
	for what, pair := range map[string][2]any{
		"message":   {a.Message, "2 of 2 ready"},
		"endpoints": {fmt.Sprint(a.Services[0].Ready, a.Services[0].Endpoints, a.Services[0].Others), "2 2 0"},
		"port":      {a.Services[0].Ports[0], "80 -> http"},
		"hosts":     {fmt.Sprint(a.Routes[0].URLs, a.Routes[1].URLs), "[https://shop.example.com/] [shop.example.org/api]"},
		"targets":   {fmt.Sprint(a.Routes[0].Services, a.Routes[1].Services, a.Routes[1].Through), "[front:80] [front:80] [gateway/public]"},
		"metric":    {fmt.Sprint(a.Autoscalers[0].Metrics, a.Autoscalers[0].Min, a.Autoscalers[0].Max), "[cpu 45% of 80%] 1 4"},
		"budget":    {fmt.Sprintf("%s, %d, %d", a.Budgets[0].Rule, a.Budgets[0].Allowed, a.Budgets[0].Healthy), "maxUnavailable 1, 1, 2"},
		"revision":  {a.Revision.Number, int64(2)},
		"pods":      {fmt.Sprintf("%d %d %s", len(a.Pods), a.Pods[0].Count, a.Pods[0].Phase), "1 2 Ready"},
		"next":      {len(a.Next), 0},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
}

// An object that the template names is there, lacks a key, or is not there; what is optional is no problem.
func TestReferences(t *testing.T) {
	ref := func(kind, name string) workload.Ref { return workload.Ref{Kind: kind, Namespace: "shop", Name: name} }
	present := app.Named{State: app.RefPresent}
	valid := &x509.Certificate{NotAfter: now.Add(90 * 24 * time.Hour)}
	bound := &corev1.PersistentVolumeClaim{Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound}}
	for _, tt := range []struct {
		name  string
		ref   workload.Ref
		named app.Named
		want  string // problems
		state app.RefState
	}{
		{"there", ref("Secret", "db"), present, "[]", app.RefPresent},
		{"there with its key", ref("Secret", "db"), app.Named{State: app.RefPresent, Keys: []string{"password"}, KeysKnown: true}, "[]", app.RefPresent},
		{"without its key", ref("Secret", "db"), app.Named{State: app.RefPresent, Keys: []string{"url"}, KeysKnown: true}, "[secret/db KeyMissing!]", app.RefKeyMissing},
		{"with keys that are not known", ref("Secret", "db"), app.Named{State: app.RefPresent, Keys: []string{"url"}}, "[]", app.RefPresent},
		{"not there", ref("Secret", "db"), app.Named{State: app.RefMissing}, "[secret/db Missing!]", app.RefMissing},
		{"not read", ref("Secret", "db"), app.Named{State: app.RefUnread}, "[]", app.RefUnread},
		{"optional and not there", ref("Secret", "extra"), app.Named{State: app.RefMissing}, "[]", app.RefMissing},
		{"optional without its key", ref("Secret", "extra"), app.Named{State: app.RefPresent, KeysKnown: true}, "[]", app.RefKeyMissing},
		{"a certificate", ref("Secret", "mtls"), app.Named{State: app.RefPresent, TLS: true, Certificate: valid}, "[]", app.RefPresent},
		{"a certificate that is over", ref("Secret", "mtls"), app.Named{State: app.RefPresent, TLS: true, Certificate: &x509.Certificate{NotAfter: now}}, "[secret/mtls CertificateExpired!]", app.RefPresent},
		{"a certificate that ends soon", ref("Secret", "mtls"), app.Named{State: app.RefPresent, TLS: true, Certificate: &x509.Certificate{NotAfter: now.Add(time.Hour)}}, "[secret/mtls CertificateExpiresSoon]", app.RefPresent},
		{"a Secret that is no certificate", ref("Secret", "mtls"), app.Named{State: app.RefPresent, NotTLS: true}, "[]", app.RefPresent},
		{"a bound claim", ref("PersistentVolumeClaim", "data"), app.Named{State: app.RefPresent, Claim: bound}, "[]", app.RefPresent},
		{"a pending claim", ref("PersistentVolumeClaim", "data"), app.Named{State: app.RefPresent, Claim: &corev1.PersistentVolumeClaim{Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}}}, "[persistentvolumeclaim/data ClaimNotBound!]", app.RefPresent},
		{"no ServiceAccount", ref("ServiceAccount", "shop"), app.Named{State: app.RefMissing}, "[serviceaccount/shop Missing!]", app.RefMissing},
		{"a pull secret of the ServiceAccount", ref("Secret", "pull"), app.Named{State: app.RefMissing}, "[secret/pull Missing]", app.RefMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &app.Around{Named: map[workload.Ref]app.Named{tt.ref: tt.named}}
			if tt.ref.Name == "pull" {
				a.Named[ref("ServiceAccount", "shop")] = app.Named{State: app.RefPresent, PullSecrets: []string{"pull"}}
			}
			got := app.Look(observed(t, chain.Report{State: chain.NothingFound}, twoReady()...), a, now)
			if p := fmt.Sprint(problems(&got)); p != tt.want {
				t.Errorf("%s, want %s", p, tt.want)
			}
			i := slices.IndexFunc(got.References, func(r app.Reference) bool { return r.Object == tt.ref })
			if i < 0 || got.References[i].State != tt.state {
				t.Errorf("references %+v, want %s %s", got.References, tt.ref, tt.state)
			}
		})
	}
}

// Without a ServiceAccount and pull secrets of its own, a template gets those of the default one: its pods show them.
func TestDefaultPullSecrets(t *testing.T) {
	account := workload.Ref{Kind: "ServiceAccount", Namespace: "shop", Name: "default"}
	for _, pods := range [][]*corev1.Pod{twoReady(), nil} {
		for _, pod := range pods {
			pod.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "pull"}}
		}
		o := observed(t, chain.Report{State: chain.NothingFound}, pods...)
		spec := o.Object.Template().Spec
		spec.ServiceAccountName = ""
		o.Object.SetTemplate(&corev1.PodTemplateSpec{ObjectMeta: o.Object.Template().ObjectMeta, Spec: spec})
		a := &app.Around{Named: map[workload.Ref]app.Named{{Kind: "Secret", Namespace: "shop", Name: "pull"}: {State: app.RefMissing}}}
		asks := slices.ContainsFunc(app.Needs([]app.Observed{o}, a), func(n app.Need) bool { return n.Ref == account })
		if asks != (pods == nil) {
			t.Errorf("%d pods: it asks for the account: %v", len(pods), asks)
		}
		if pods == nil {
			a.Named[account] = app.Named{State: app.RefPresent, PullSecrets: []string{"pull"}}
		}
		got := app.Look(o, a, now)
		if p := fmt.Sprint(problems(&got)); p != "[secret/pull Missing]" {
			t.Errorf("%d pods: %s", len(pods), p)
		}
	}
}

// A Service that selects the pods of an earlier revision alone.
func TestServiceOfOldPods(t *testing.T) {
	old := podtest.ReadyOf("old", "web-o")
	old.Labels = map[string]string{"app": "web", "release": "one"}
	a := around(t, strings.Replace(service, "selector: {app: web}", "selector: {release: one}", 1))
	got := app.Look(observed(t, chain.Report{State: chain.NothingFound}, append(twoReady(), old)...), a, now)
	if p := fmt.Sprint(problems(&got)); p != "[service/front SelectsOnlyOldPods!]" {
		t.Error(p)
	}
}

// What could not be read is not counted as none.
func TestEndpointsUnread(t *testing.T) {
	for _, tt := range []struct {
		name, around, pods string
		want               string
	}{
		{name: "all is read", want: "2 of 2, 0 others"},
		{name: "no EndpointSlices", around: "endpointslices", want: "not known"},
		{name: "no pods", pods: "pods", want: "2 of 2, 0 others"},
	} {
		a, pods, why := around(t, service), twoReady(), chain.Report{State: chain.NothingFound}
		if tt.around != "" {
			a.NotSeen, a.Slices = []chain.NotSeen{{Resource: tt.around}}, nil
		}
		if tt.pods != "" {
			why.NotSeen, pods = []chain.NotSeen{{Resource: tt.pods}}, nil
		}
		looked := app.Look(observed(t, why, pods...), a, now)
		if p := problems(&looked); len(p) > 0 {
			t.Errorf("%s: %q", tt.name, p)
		}
		got := "not known"
		if c := looked.Services[0].EndpointCount; c != nil {
			got = fmt.Sprintf("%d of %d, %d others", c.Ready, c.Endpoints, c.Others)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// The certificate of an Ingress is held against the hosts that lead here.
func TestCertificates(t *testing.T) {
	certificate := func(end time.Duration, names ...string) app.Named {
		return app.Named{State: app.RefPresent, TLS: true, Certificate: &x509.Certificate{NotAfter: now.Add(end), DNSNames: names}}
	}
	const year = 365 * 24 * time.Hour
	for _, tt := range []struct {
		name  string
		named app.Named
		hosts string
		want  string
	}{
		{"fits", certificate(year, "shop.example.com"), "", "[]"},
		{"fits by a wildcard", certificate(year, "*.example.com"), "", "[]"},
		{"fits a wildcard", certificate(year, "*.example.com"), `"*.example.com"`, "[]"},
		{"is for another host", certificate(year, "www.example.com"), "", "[ingress/shop CertificateOtherHost!]"},
		{"is too narrow for a wildcard", certificate(year, "shop.example.com"), `"*.example.com"`, "[ingress/shop CertificateOtherHost!]"},
		{"is over, for a wildcard of TLS hosts", certificate(-time.Hour, "*.example.com"), "wildcard", "[ingress/shop CertificateExpired!]"},
		{"is over", certificate(-time.Hour, "shop.example.com"), "", "[ingress/shop CertificateExpired!]"},
		{"ends soon", certificate(time.Hour, "shop.example.com"), "", "[ingress/shop CertificateExpiresSoon]"},
		{"is missing", app.Named{State: app.RefMissing}, "", "[ingress/shop CertificateMissing!]"},
		{"is of another type", app.Named{State: app.RefPresent, NotTLS: true}, "", "[ingress/shop SecretTypeNotTLS]"},
		{"can't be parsed", app.Named{State: app.RefPresent, TLS: true, Broken: true}, "", "[ingress/shop CertificateUnreadable!]"},
		{"was not read", app.Named{State: app.RefUnread}, "", "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := service + "---" + ingress
			switch tt.hosts {
			case "":
			case "wildcard":
				text = strings.Replace(text, "hosts: [shop.example.com]", `hosts: ["*.example.com"]`, 1)
			default:
				text = strings.ReplaceAll(text, "shop.example.com", tt.hosts)
			}
			a := around(t, text)
			a.Named[workload.Ref{Kind: "Secret", Namespace: "shop", Name: "shop-tls"}] = tt.named
			got := app.Look(observed(t, chain.Report{State: chain.NothingFound}, twoReady()...), a, now)
			if p := fmt.Sprint(problems(&got)); p != tt.want {
				t.Errorf("%s, want %s", p, tt.want)
			}
		})
	}
}

// Pods are grouped by revision and by what they do; since when is what is true of the whole group.
func TestPodGroups(t *testing.T) {
	young, old := podtest.Ready("web-a"), podtest.ReadyOf("old", "web-b")
	young.Status.Conditions[len(young.Status.Conditions)-1].LastTransitionTime = *podtest.At(600)
	crash, leaving := podtest.Crashed("web-c", 3, 1), podtest.ReadyOf("old", "web-d")
	leaving.DeletionTimestamp = podtest.At(120)
	why := chain.Report{State: chain.Failing, Cause: "CrashLoop", Pods: []chain.PodReport{{UID: string(crash.UID), Name: "web-c", Cause: "CrashLoop"}}}
	a := app.Look(observed(t, why, young, old, crash, leaving, podtest.Ready("web-e")), &app.Around{}, now)
	var got []string
	for _, g := range a.Pods {
		got = append(got, fmt.Sprintf("%d %v %d %s%s", g.Count, g.New, g.Revision, g.Phase, g.Cause))
	}
	want := []string{"1 true 2 NotReadyCrashLoop", "2 true 2 Ready", "1 false 1 Ready", "1 false 1 Terminating"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if at := a.Pods[1].Since; at == nil || !at.Equal(podtest.At(600).Time) {
		t.Errorf("both are ready since %v", at)
	}
	if a.Pods[0].Restarts != 3 || !slices.Equal(a.Revision.Replaces, []int64{1}) {
		t.Errorf("restarts %d, replaces %v", a.Pods[0].Restarts, a.Revision.Replaces)
	}
	if len(a.Next) == 0 || a.Next[0].Command != "kubectl app why deployment/web -n shop" {
		t.Errorf("next %v", a.Next)
	}
}

// Warnings are grouped by reason and kind. Those about other objects are no business of the app.
func TestWarnings(t *testing.T) {
	event := func(name, reason, about string, count, at int) string {
		return fmt.Sprintf("kind: Event\nmetadata: {name: %s, namespace: shop, creationTimestamp: null}\nreason: %s\nmessage: m%d\ncount: %d\ninvolvedObject: %s\nlastTimestamp: %q\n",
			name, reason, at, count, about, podtest.Epoch.Add(time.Duration(at)*time.Second).Format(time.RFC3339))
	}
	pods := twoReady()
	pod := func(i int) string {
		return fmt.Sprintf("{kind: Pod, namespace: shop, name: %s, uid: %s}", pods[i].Name, pods[i].UID)
	}
	text := strings.Join([]string{
		event("a", "Unhealthy", pod(0), 3, 10), event("b", "Unhealthy", pod(1), 4, 20), event("c", "BackOff", pod(0), 1, 30),
		event("d", "Unhealthy", "{kind: Pod, namespace: shop, name: other, uid: x}", 9, 40),
		event("e", "Sync", "{kind: Service, namespace: shop, name: front, uid: s}", 1, 5),
		event("f", "FailedGetScale", "{kind: HorizontalPodAutoscaler, namespace: shop, name: load, uid: h}", 1, 5),
		strings.TrimSpace(service) + "\n", strings.Replace(autoscaler, `{type: ScalingActive, status: "True"}`, `{type: ScalingActive, status: "False"}`, 1),
	}, "---\n")
	a := app.Look(observed(t, chain.Report{State: chain.NothingFound}, pods...), around(t, text), now)
	var got []string
	for _, w := range a.Warnings {
		got = append(got, fmt.Sprintf("%s %s %d of %d: %s", w.Reason, w.Kind, w.Count, w.Objects, w.Message))
	}
	want := []string{"BackOff Pod 1 of 1: m30", "Unhealthy Pod 7 of 2: m20", "Sync Service 1 of 1: m5"} // those of the autoscaler are its problem
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What is named is needed once; an Ingress and a ServiceAccount add to it.
func TestNeeds(t *testing.T) {
	o := observed(t, chain.Report{}, twoReady()...)
	names := func(needs []app.Need) (all []string) {
		for _, n := range needs {
			text := n.Ref.String()
			if n.TLS {
				text += " tls"
			}
			all = append(all, text+strings.Join(n.Keys, ","))
		}
		slices.Sort(all)
		return all
	}
	first := []string{"persistentvolumeclaim/data", "secret/dbpassword", "secret/extrab", "secret/mtls tls", "serviceaccount/shop"}
	if got := names(app.Needs([]app.Observed{o, o}, &app.Around{})); !slices.Equal(got, first) {
		t.Errorf("%q, want %q", got, first)
	}
	a := around(t, service+"---"+ingress)
	a.Named[workload.Ref{Kind: "ServiceAccount", Namespace: "shop", Name: "shop"}] = app.Named{State: app.RefPresent, PullSecrets: []string{"pull"}}
	if got := names(app.Needs([]app.Observed{o}, a)); len(got) != 7 || !slices.Contains(got, "secret/pull") || !slices.Contains(got, "secret/shop-tls tls") {
		t.Errorf("%q", got)
	}
}

// A change-cause that an older revision has, too, is not that of the last change.
func TestChangeCause(t *testing.T) {
	for old, want := range map[string]string{"set image web=web:0.9": "set image web=web:1.0", "set image web=web:1.0": ""} {
		o := observed(t, chain.Report{State: chain.NothingFound})
		o.Object.SetAnnotations(map[string]string{workload.AnnotationChangeCause: "set image web=web:1.0"})
		o.Revisions[0].Annotations = map[string]string{workload.AnnotationChangeCause: old}
		got := ""
		if a := app.Look(o, &app.Around{}, now); a.Changed != nil {
			got = a.Changed.Cause
		}
		if got != want {
			t.Errorf("after %q: %q, want %q", old, got, want)
		}
	}
}

func TestReportOrder(t *testing.T) {
	well, sick := observed(t, chain.Report{State: chain.NothingFound}), observed(t, chain.Report{State: chain.Failing})
	r := app.NewReport("v1", []app.Observed{well, sick}, &app.Around{NotSeen: []chain.NotSeen{{Resource: "services"}}}, now)
	if r.Apps[0].State != app.Failing || r.Apps[1].State != app.Well || r.Kind != app.StatusKind {
		t.Errorf("%+v", r)
	}
	if len(r.Apps[1].NotSeen) != 1 {
		t.Errorf("not seen %v", r.Apps[1].NotSeen)
	}
}

// A manager's time is that of its last write to any field: a pause, too. One that only removes fields is not named. The
// revision is as old as its template.
func TestWhenTheTemplateWasChanged(t *testing.T) {
	for name, test := range map[string]struct {
		old, current, wrote time.Duration // ago
		numbers             string        // that the current one had before
		want                time.Duration
		by                  string
	}{
		"written":                               {old: time.Hour, current: time.Minute, wrote: time.Minute, want: time.Minute, by: "kubectl set"},
		"paused later":                          {old: time.Hour, current: 3 * time.Minute, wrote: time.Second, want: 3 * time.Minute, by: "kubectl set"},
		"a variable was removed later":          {old: time.Hour, current: 3 * time.Minute, wrote: 10 * time.Minute, want: 3 * time.Minute},
		"an old revision is in use again":       {old: 3 * time.Minute, current: time.Hour, wrote: time.Second, want: time.Second, by: "kubectl set"},
		"the youngest revision is in use again": {old: time.Hour, current: 3 * time.Minute, wrote: time.Second, numbers: "2", want: time.Second, by: "kubectl set"},
		"the controller has not caught up":      {old: time.Hour, wrote: time.Second, want: time.Second, by: "kubectl set"},
	} {
		o := observed(t, chain.Report{State: chain.NothingFound})
		o.Object.SetManagedFields([]metav1.ManagedFieldsEntry{{
			Manager: "kubectl-set", Operation: "Update", Time: &metav1.Time{Time: now.Add(-test.wrote)}, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:paused":{},"f:template":{}}}`),
		}})
		o.Revisions[0].Created, o.Revisions[1].Created = now.Add(-test.old), now.Add(-test.current)
		o.Revisions[1].Annotations = map[string]string{workload.AnnotationRevisionHistory: test.numbers}
		a := app.Look(o, &app.Around{}, now)
		if a.Changed == nil || a.Changed.At == nil || now.Sub(*a.Changed.At) != test.want || a.Changed.By != test.by {
			t.Errorf("%s: %+v, want %s ago by %q", name, a.Changed, test.want, test.by)
		}
	}
}
