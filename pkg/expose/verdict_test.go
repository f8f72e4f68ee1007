package expose

import (
	"cmp"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func endpointSlices(t *testing.T, texts ...string) (all []discoveryv1.EndpointSlice) {
	t.Helper()
	for _, text := range texts {
		var s discoveryv1.EndpointSlice
		if err := yaml.UnmarshalStrict([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func TestCountEndpoints(t *testing.T) {
	const plain = `{spec: {selector: {app: web}, ports: [{port: 80, protocol: TCP, targetPort: 8080}]}}`
	for name, test := range map[string]struct {
		service         string
		slices          []string
		ready, notReady int
		without         string
	}{
		"none":                                  {service: plain},
		"ready":                                 {plain, []string{`{ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}}, {targetRef: {name: b}, conditions: {ready: false}}]}`}, 1, 1, ""},
		"a pod in two families counts once":     {plain, []string{`{ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}}]}`, `{ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}}]}`}, 1, 0, ""},
		"a slice from before the change":        {plain, []string{`{ports: [{name: "", port: 80}], endpoints: [{targetRef: {name: a}}]}`}, 0, 1, ""},
		"a name that no pod has":                {`{spec: {ports: [{port: 80, protocol: TCP, targetPort: http}]}}`, []string{`{endpoints: [{targetRef: {name: a}}]}`}, 0, 1, "80:http"},
		"a name that pods have":                 {`{spec: {ports: [{port: 80, protocol: TCP, targetPort: http}]}}`, []string{`{ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}}]}`}, 1, 0, ""},
		"not ready, and published all the same": {plain, []string{`{ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}, conditions: {ready: true, serving: false}}]}`}, 0, 1, ""},
		"each port has to have one":             {`{spec: {ports: [{name: a, port: 80, protocol: TCP}, {name: b, port: 81, protocol: TCP, targetPort: b}]}}`, []string{`{ports: [{name: a, port: 80}], endpoints: [{targetRef: {name: a}}]}`}, 0, 1, "b=81:b"},
		"headless without a port":               {`{spec: {clusterIP: None}}`, []string{`{endpoints: [{targetRef: {name: a}}]}`}, 1, 0, ""},
		"made by hand":                          {plain, []string{`{ports: [{name: "", port: 8080}], endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}]}`}, 2, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := CountEndpoints(service(t, test.service), endpointSlices(t, test.slices...))
			if e.Ready != test.ready || e.NotReady != test.notReady || strings.Join(e.Without, " ") != test.without {
				t.Errorf("%+v, want %d ready, %d not, without %q", e, test.ready, test.notReady, test.without)
			}
		})
	}
}

func TestCause(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	why := func(state chain.State, cause diagnosis.Cause, ago time.Duration) *chain.Report {
		since := now.Add(-ago)
		return &chain.Report{State: state, Cause: cause, Time: now, Since: &since, Message: "0 of 3 ready", Chain: []chain.Step{{Says: "container web exited 1", Logs: []string{"starting", "no database"}}}}
	}
	for name, test := range map[string]struct {
		target    Target
		endpoints Endpoints
		service   string
		why       *chain.Report
		noPods    bool
		want      string
		final     bool
		failing   bool
		ready     bool
		fault     error
	}{
		"not asked yet":          {target: Target{Desired: 3}},
		"progressing":            {target: Target{Desired: 3}, why: &chain.Report{State: chain.Progressing, Message: "1 of 3 ready"}, want: "no pod of deployment/web is ready: 1 of 3 ready"},
		"crashing":               {target: Target{Desired: 3}, why: why(chain.Failing, diagnosis.CrashLoop, time.Minute), want: "no pod of deployment/web is ready: CrashLoop (container web exited 1): no database", final: true, failing: true},
		"crashing since now":     {target: Target{Desired: 3}, why: why(chain.Failing, diagnosis.CrashLoop, time.Second), want: "CrashLoop", failing: true},
		"a node may come":        {target: Target{Desired: 3}, why: why(chain.Failing, diagnosis.Unschedulable, time.Hour), want: "Unschedulable", failing: true},
		"no replicas":            {target: Target{Desired: 0}, endpoints: Endpoints{Seen: true}, want: "deployment/web has 0 replicas", final: true, failing: true},
		"no replicas, not seen":  {target: Target{Desired: 0}, want: "deployment/web has 0 replicas", failing: true},
		"pods of others":         {target: Target{Desired: 0}, endpoints: Endpoints{Seen: true, NotReady: 1}},
		"a new DaemonSet":        {target: Target{PerNode: true, Ref: workload.Ref{Kind: "DaemonSet"}}, endpoints: Endpoints{Seen: true}, want: "no node is to run a pod of daemonset/web", failing: true},
		"others are ready":       {target: Target{Desired: 3, Ready: 2}, why: why(chain.Failing, diagnosis.CrashLoop, time.Minute), want: "no endpoint is ready, and deployment/web fails: CrashLoop", failing: true},
		"the watch fails":        {target: Target{Desired: 3}, fault: errors.New("the API server is away"), want: "the API server is away"},
		"no pods of a selector":  {target: Target{Desired: -1, Ready: -1}, noPods: true, want: "the selector app=web matches no pod", final: true, failing: true},
		"no pods yet":            {target: Target{Desired: 3}, noPods: true, want: "the selector app=web matches no pod", failing: true},
		"a name of nobody":       {target: Target{Desired: 3}, endpoints: Endpoints{NotReady: 3, Without: []string{"80:http"}}, why: why(chain.NothingFound, "", 0), want: "no pod of deployment/web has the port that 80:http leads to", final: true, failing: true},
		"no load balancer":       {target: Target{Desired: 3}, endpoints: Endpoints{Ready: 3}, service: "type: LoadBalancer, ", want: "the load balancer has no address"},
		"restarted a moment ago": {target: Target{Desired: 3}, endpoints: Endpoints{Ready: 3}, want: "a container has restarted, and the pods have been ready for less than 5s", ready: true},
	} {
		t.Run(name, func(t *testing.T) {
			test.target.Kind, test.target.Name, test.target.Namespace = cmp.Or(test.target.Kind, "Deployment"), "web", "shop"
			l := Look{
				Target: &test.target, Endpoints: test.endpoints, Why: test.why, NoPods: test.noPods, Err: test.fault,
				Service: service(t, `{metadata: {name: web}, spec: {`+test.service+`selector: {app: web}, ports: [{port: 80}]}}`),
			}
			text, final := l.Cause()
			if !strings.Contains(text, test.want) || (text == "") != (test.want == "") || final != test.final {
				t.Errorf("%q (final %t), want %q (%t)", text, final, test.want, test.final)
			}
			if l.Failing() != test.failing {
				t.Errorf("failing %t", l.Failing())
			}
			if l.Ready() != test.ready || len(l.Next()) == 0 {
				t.Errorf("ready %t, next %v", l.Ready(), l.Next())
			}
		})
	}
}

func TestWays(t *testing.T) {
	for name, test := range map[string]struct{ service, want string }{
		"in the cluster":      {`{ports: [{port: 80}]}`, "http://web.shop.svc/"},
		"https":               {`{ports: [{name: https, port: 443}, {name: http, port: 8000}]}`, "https://web.shop.svc/ http://web.shop.svc:8000/"},
		"no HTTP":             {`{ports: [{port: 5432}, {name: grpc, port: 80}]}`, "web.shop.svc:5432 web.shop.svc:80"},
		"appProtocol decides": {`{ports: [{port: 5432, appProtocol: http}, {port: 80, appProtocol: kubernetes.io/h2c}]}`, "http://web.shop.svc:5432/ web.shop.svc:80"},
		"UDP":                 {`{ports: [{port: 53, protocol: UDP}]}`, "web.shop.svc:53"},
		"headless":            {`{clusterIP: None, ports: [{port: 80, targetPort: 8080}]}`, "http://web.shop.svc:8080/"},
		"nodes":               {`{ports: [{port: 80, nodePort: 30080}]}`, "http://web.shop.svc/ http://192.0.2.1:30080/ http://[2001:db8::1]:30080/"},
		"an external address": {`{externalIPs: [192.0.2.9], ports: [{port: 80}]}`, "http://web.shop.svc/ http://192.0.2.9/"},
	} {
		t.Run(name, func(t *testing.T) {
			s := service(t, `{metadata: {name: web, namespace: shop}, spec: `+test.service+`}`)
			if got := strings.Join(URLs(ServiceWays(s, []string{"192.0.2.1", "2001:db8::1"})), " "); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestRouteWay(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "http://shop.example.org/orders",
		`{spec: {tls: [{hosts: ["*.example.org"], secretName: a}]}}`:                               "https://shop.example.org/orders",
		`{spec: {tls: [{hosts: [api.example.org], secretName: a}]}}`:                               "http://shop.example.org/orders",
		`{status: {loadBalancer: {ingress: [{ip: 127.0.0.1, ports: [{port: 30123}]}]}}}`:           "http://shop.example.org:30123/orders",
		`{status: {loadBalancer: {ingress: [{ip: 192.0.2.1, ports: [{port: 443}, {port: 80}]}]}}}`: "http://shop.example.org/orders",
	} {
		if got := RouteWay(&Route{Host: "shop.example.org", Path: "/orders"}, ingress(t, text)).URL; got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestNodeAddresses(t *testing.T) {
	var nodes []corev1.Node
	for _, text := range []string{
		`{metadata: {name: a}, status: {conditions: [{type: Ready, status: "True"}], addresses: [{type: InternalIP, address: 10.0.0.1}]}}`,
		`{metadata: {name: b}, status: {conditions: [{type: Ready, status: "True"}], addresses: [{type: InternalIP, address: 10.0.0.2}, {type: ExternalIP, address: 192.0.2.2}]}}`,
		`{metadata: {name: c}, status: {conditions: [{type: Ready, status: "Unknown"}], addresses: [{type: InternalIP, address: 10.0.0.3}]}}`,
		`{metadata: {name: d}, status: {conditions: [{type: Ready, status: "True"}], addresses: [{type: InternalIP, address: 10.0.0.1}]}}`,
	} {
		var n corev1.Node
		if err := yaml.UnmarshalStrict([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n)
	}
	if got := strings.Join(NodeAddresses(nodes, nil), " "); got != "192.0.2.2 10.0.0.1" {
		t.Error(got)
	}
	if got := strings.Join(NodeAddresses(nodes, []string{"a"}), " "); got != "10.0.0.1" {
		t.Error(got)
	}
	if got := NodeAddresses(nodes, []string{}); len(got) > 0 {
		t.Error(got)
	}
}

func TestUnsteady(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]bool{
		`{status: {containerStatuses: [{ready: true}]}}`:                                                                                                      false,
		`{status: {containerStatuses: [{ready: true, lastState: {terminated: {finishedAt: "2026-11-01T11:59:30Z"}}}]}}`:                                       true,
		`{status: {containerStatuses: [{state: {terminated: {finishedAt: "2026-11-01T11:59:30Z"}}}]}}`:                                                        true,
		`{status: {containerStatuses: [{ready: true, lastState: {terminated: {finishedAt: "2026-11-01T11:30:00Z"}}}]}}`:                                       false,
		`{metadata: {deletionTimestamp: "2026-11-01T12:00:00Z"}, status: {containerStatuses: [{state: {terminated: {finishedAt: "2026-11-01T11:59:30Z"}}}]}}`: false,
	} {
		var p corev1.Pod
		if err := yaml.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if got := Unsteady([]corev1.Pod{p}, now); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
