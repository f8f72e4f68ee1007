package podtemplate

import (
	"errors"
	"strings"
	"testing"
)

const twoContainers = `
spec:
  initContainers:
  - {name: migrate, image: a, resources: {}}
  - {name: logs, image: a, restartPolicy: Always, ports: [{containerPort: 2020}], resources: {}}
  containers:
  - {name: web, image: a, ports: [{name: http, containerPort: 8080}], resources: {}, readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 3}}
  - {name: proxy, image: a, ports: [{containerPort: 9090}], resources: {}, livenessProbe: {tcpSocket: {port: 9090}}}`

func seconds(n int32) *int32 { return &n }

func TestProbes(t *testing.T) {
	url := func(text string) *Handler {
		h, err := ParseURL(text)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for name, test := range map[string]struct {
		probes  Probes
		changed []string // of the text: old, new, …
		note    string
	}{
		"the container that declares the port": {
			Probes{Kinds: []ProbeKind{Readiness}, Handler: url("http://:8080/up")},
			[]string{"readinessProbe: {tcpSocket: {port: 8080}", "readinessProbe: {httpGet: {path: /up, port: 8080, scheme: HTTP}"},
			"",
		},
		"by the name of the port, and with times": {
			Probes{Kinds: []ProbeKind{Startup}, Handler: url("http://:http/up"), Timings: Timings{Failure: seconds(30), InitialDelay: seconds(0)}},
			[]string{"readinessProbe:", "startupProbe: {httpGet: {path: /up, port: http, scheme: HTTP}, failureThreshold: 30}, readinessProbe:"},
			"",
		},
		"two probes of a container that is named": {
			Probes{Kinds: []ProbeKind{Readiness, Liveness}, Handler: Exec([]string{"true"}), Containers: "proxy"},
			[]string{"livenessProbe: {tcpSocket: {port: 9090}}", "livenessProbe: {exec: {command: ['true']}}, readinessProbe: {exec: {command: ['true']}}"},
			"",
		},
		"a sidecar": {
			Probes{Kinds: []ProbeKind{Readiness}, Handler: handler(t, "tcp"), Containers: "log*"},
			[]string{"restartPolicy: Always", "readinessProbe: {tcpSocket: {port: 2020}}, restartPolicy: Always"},
			"",
		},
		"only a time, of the container that has the probe": {
			Probes{Kinds: []ProbeKind{Readiness}, Timings: Timings{Timeout: seconds(9), Period: seconds(7), Success: seconds(2)}},
			[]string{"periodSeconds: 3", "periodSeconds: 7, timeoutSeconds: 9, successThreshold: 2"},
			"",
		},
		"the sidecar that declares the port": {
			Probes{Kinds: []ProbeKind{Liveness}, Handler: handler(t, "tcp:2020")},
			[]string{"restartPolicy: Always", "livenessProbe: {tcpSocket: {port: 2020}}, restartPolicy: Always"},
			"",
		},
		"all containers and sidecars": {
			Probes{Kinds: []ProbeKind{Startup}, Handler: Exec([]string{"true"}), Containers: "*"},
			[]string{
				"restartPolicy: Always", "startupProbe: {exec: {command: ['true']}}, restartPolicy: Always",
				"readinessProbe:", "startupProbe: {exec: {command: ['true']}}, readinessProbe:", "livenessProbe:", "startupProbe: {exec: {command: ['true']}}, livenessProbe:",
			},
			"",
		},
		"a time of two probes, each where it is": {
			Probes{Kinds: []ProbeKind{Readiness, Liveness}, Timings: Timings{Timeout: seconds(9)}},
			[]string{"periodSeconds: 3", "periodSeconds: 3, timeoutSeconds: 9", "livenessProbe: {tcpSocket: {port: 9090}}", "livenessProbe: {tcpSocket: {port: 9090}, timeoutSeconds: 9}"},
			"",
		},
		"a startup probe with it keeps a liveness probe from killing at once": {
			Probes{Kinds: []ProbeKind{Liveness, Startup}, Handler: handler(t, "tcp:9090"), Timings: Timings{Failure: seconds(1)}, Containers: "proxy"},
			[]string{"livenessProbe: {tcpSocket: {port: 9090}}", "livenessProbe: {tcpSocket: {port: 9090}, failureThreshold: 1}, startupProbe: {tcpSocket: {port: 9090}, failureThreshold: 1}"},
			"one failed startup probe restarts container proxy, also while it starts: give it a higher --failure-threshold",
		},
		"removed from all": {
			Probes{Kinds: []ProbeKind{Readiness, Liveness}, Remove: true},
			[]string{", readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 3}", "", ", livenessProbe: {tcpSocket: {port: 9090}}", ""},
			"",
		},
		"nothing to remove": {Probes{Kinds: []ProbeKind{Startup}, Remove: true}, nil, ""},
		"a port that is not declared": {
			Probes{Kinds: []ProbeKind{Liveness}, Handler: handler(t, "tcp:8081"), Containers: "web"},
			[]string{"readinessProbe:", "livenessProbe: {tcpSocket: {port: 8081}}, readinessProbe:"},
			"container web of deployment/web declares no port 8081; did you mean 8080?",
		},
		"a liveness probe that kills at once": {
			Probes{Kinds: []ProbeKind{Liveness}, Timings: Timings{Failure: seconds(1)}, Containers: "proxy"},
			[]string{"livenessProbe: {tcpSocket: {port: 9090}}", "livenessProbe: {tcpSocket: {port: 9090}, failureThreshold: 1}"},
			"one failed liveness probe restarts container proxy, also while it starts: give it a startup probe, or a higher --failure-threshold",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes, err := test.probes.Plan(web, templateOf(t, twoContainers))
			if err != nil || strings.Join(notes, "; ") != test.note {
				t.Fatalf("%v, %q, want %q", err, notes, test.note)
			}
			expectTemplate(t, &got, strings.NewReplacer(test.changed...).Replace(twoContainers))
		})
	}
}

func TestProbesRefused(t *testing.T) {
	for says, probes := range map[string]Probes{
		"deployment/web has the containers web and proxy: choose with -c which of them gets the probe":                                     {Kinds: []ProbeKind{Readiness}, Handler: handler(t, "tcp:5432")},
		"init container migrate of deployment/web can't have a probe: it ends before the pod is ready":                                     {Kinds: []ProbeKind{Readiness}, Handler: handler(t, "tcp:80"), Containers: "migrate"},
		"container proxy of deployment/web declares no port http; it has 9090":                                                             {Kinds: []ProbeKind{Readiness}, Handler: handler(t, "tcp:http"), Containers: "proxy"},
		"no container of deployment/web has a startup probe to change: say what it asks, with --get-url, --open-tcp, --grpc or -- COMMAND": {Kinds: []ProbeKind{Readiness, Startup}, Timings: Timings{Period: seconds(1)}},
	} {
		_, _, err := probes.Plan(web, templateOf(t, twoContainers))
		if plan := (*PlanError)(nil); !errors.As(err, &plan) || plan.Message != says || plan.Workload != web {
			t.Errorf("%v, want %s", err, says)
		}
	}
	probes := Probes{Kinds: []ProbeKind{Readiness}, Handler: handler(t, "tcp:80"), Containers: "wob"}
	if _, _, err := probes.Plan(web, templateOf(t, twoContainers)); errorText(err) != `no container "wob" in deployment/web; did you mean "web"?` {
		t.Error(err)
	}
}

func TestTimings(t *testing.T) {
	for says, test := range map[string]struct {
		timings Timings
		kind    ProbeKind
	}{
		"": {Timings{InitialDelay: seconds(0), Success: seconds(2)}, Readiness},
		"--initial-delay-seconds=-1 must be at least 0":                                {Timings{InitialDelay: seconds(-1)}, Liveness},
		"--period-seconds=0 must be at least 1":                                        {Timings{Period: seconds(0)}, Liveness},
		"--success-threshold=2 is for the readiness probe: the others succeed at once": {Timings{Success: seconds(2)}, Startup},
	} {
		if got := errorText(test.timings.Check([]ProbeKind{test.kind})); got != says {
			t.Errorf("%q, want %q", got, says)
		}
	}
}
