package diagnosis

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A look at a cluster that keeps no event any more: what the status and the template still tell.
func TestWithoutEvents(t *testing.T) {
	const probed = `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  startTime: "2026-01-01T11:58:00Z"
  containerStatuses:
  - name: web
    restartCount: RESTARTS
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: CODE, reason: Completed, startedAt: "START", finishedAt: "END"}}
`
	run := func(restarts, code, start, end string) string {
		return strings.NewReplacer("RESTARTS", restarts, "CODE", code, "START", "2026-01-01T11:"+start+"Z", "END", "2026-01-01T11:"+end+"Z").Replace(probed)
	}
	const unmounted = `
metadata: {creationTimestamp: "2026-01-01T11:58:00Z"}
status:
  conditions: [{type: PodReadyToStartContainers, status: "False"}]
  containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]
`
	const unready = `
metadata: {creationTimestamp: "2026-01-01T11:58:00Z"}
status:
  conditions: [{type: Ready, status: "False", REASON}, {type: ContainersReady, status: "True"}]
  containerStatuses: [{name: web, ready: true, started: true, state: {running: {startedAt: "2026-01-01T11:58:00Z"}}}]
`
	reason := func(text string) string { return strings.ReplaceAll(unready, "REASON", text) }
	volume := workload.Reference{Kind: workload.ConfigMapReference, Name: "conf", Use: workload.UseVolume, Field: "etc"}
	key, optional := volume, volume
	key.Key, optional.Optional = "app.yml", true
	for _, tt := range []struct {
		name, pod string
		absent    []workload.Reference
		cause     Cause
		says      string
	}{
		{"runs as long as the probe allows, without back-off", run("4", "0", "59:00", "59:15"), nil, LivenessFailing, "each run ended after 15s"},
		{"stopped by SIGTERM", run("4", "143", "59:10", "59:26"), nil, LivenessFailing, ""},
		{"an exit code of its own", run("4", "1", "59:00", "59:15"), nil, CrashLoop, ""},
		{"a run of another length", run("4", "0", "59:00", "59:04"), nil, CrashLoop, ""},
		{"the back-off of a crash", run("3", "0", "59:23", "59:38"), nil, CrashLoop, ""},
		{"earlier runs were shorter", run("4", "0", "58:20", "58:35"), nil, CrashLoop, ""},
		{"one restart proves nothing", run("1", "0", "58:16", "58:31"), nil, CrashLoop, ""},
		{"a ConfigMap that is not there", unmounted, []workload.Reference{volume}, ConfigMapMissing, `configmap "conf" not found, and volume etc needs it`},
		{"a key that is not there", unmounted, []workload.Reference{key}, ConfigMapKeyMissing, `configmap "conf" has no key "app.yml"`},
		{"the node controller alone sets Ready to False without a reason", reason("lastTransitionTime: null"), nil, NodeLost, "node node-1"},
		{"the kubelet gives a reason", reason("reason: ReadinessGatesNotReady, message: no gate"), nil, ReadinessFailing, "no gate"},
		{"an optional one is no cause", unmounted, []workload.Reference{optional}, PodSandboxFailed, ""},
		{"a missing account does not keep a pod that is there from starting", unmounted, []workload.Reference{{Kind: workload.ServiceAccountReference, Name: "x", Use: workload.UseIdentity}}, PodSandboxFailed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, 1, FailFastAuto).pods(podFrom(t, tt.pod))
			w.Final, w.UnderWay, w.Absent = true, true, tt.absent
			got := Look(w.Input, History{}).Problems
			if len(got) != 1 || got[0].Cause != tt.cause || !strings.Contains(got[0].Message, tt.says) {
				t.Fatalf("%+v", got)
			}
			if got[0].Source.Kind != "Pod" || got[0].Source.Name != "web-1" || got[0].Source.Field == "" {
				t.Errorf("shown by %+v", got[0].Source)
			}
			if first := Look(watch(t, 1, FailFastAuto).pods(podFrom(t, tt.pod)).Input, History{}); tt.absent != nil && !first.Wants.References[shop] {
				t.Errorf("wants %+v", first.Wants)
			}
		})
	}
}

// A pod that is to end, as that of a Job, has a cause only if it failed.
func TestEndedPods(t *testing.T) {
	for _, tt := range []struct {
		name, pod string
		cause     Cause
		field     string
	}{
		{"failed", `
spec: {restartPolicy: Never, containers: [{name: web}]}
status: {phase: Failed, containerStatuses: [{name: web, state: {terminated: {exitCode: 3, reason: Error}}}]}
`, CrashLoop, "status.containerStatuses[web].state.terminated"},
		{"out of memory", `
spec: {restartPolicy: Never, containers: [{name: web}]}
status: {phase: Failed, containerStatuses: [{name: web, state: {terminated: {exitCode: 137, reason: OOMKilled}}}]}
`, OOMKilled, "status.containerStatuses[web].state.terminated"},
		{"one container of two", `
spec: {restartPolicy: Never, containers: [{name: web}, {name: side}]}
status:
  phase: Failed
  containerStatuses:
  - {name: web, state: {terminated: {exitCode: 0, reason: Completed}}}
  - {name: side, state: {terminated: {exitCode: 1, reason: Error}}}
`, CrashLoop, "status.containerStatuses[side].state.terminated"},
		{"succeeded", `
spec: {restartPolicy: Never, containers: [{name: web}]}
status: {phase: Succeeded, containerStatuses: [{name: web, state: {terminated: {exitCode: 0, reason: Completed}}}]}
`, "", ""},
		{"evicted", `
spec: {restartPolicy: Never, containers: [{name: web}]}
status: {phase: Failed, reason: Evicted, message: "The node was low on resource: memory.", containerStatuses: [{name: web, state: {terminated: {exitCode: 137}}}]}
`, Evicted, "status.reason"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, 1, FailFastAuto).pods(podFrom(t, tt.pod))
			w.Final, w.EndedCount = true, true
			var cause Cause
			var field string
			if got := Look(w.Input, History{}).Problems; len(got) > 0 {
				cause, field = got[0].Cause, got[0].Source.Field
			}
			if cause != tt.cause || field != tt.field {
				t.Errorf("%s by %s, want %s by %s", cause, field, tt.cause, tt.field)
			}
		})
	}
}

// A StatefulSet tells of a refused pod only by events: without them its account and the quotas are looked at.
func TestRefusedWithoutEvents(t *testing.T) {
	account := workload.Reference{Kind: workload.ServiceAccountReference, Name: "robot", Use: workload.UseIdentity}
	full := corev1.ResourceQuota{Status: corev1.ResourceQuotaStatus{
		Hard: corev1.ResourceList{"pods": resource.MustParse("1")}, Used: corev1.ResourceList{"pods": resource.MustParse("1")},
	}}
	full.Name = "small"
	room := full
	room.Status.Hard = corev1.ResourceList{"pods": resource.MustParse("2")}
	good, starting := readyPod("web-0"), readyPod("web-0")
	starting.Status.Conditions[1].Status, starting.Status.ContainerStatuses[0].Ready = corev1.ConditionFalse, false
	for _, tt := range []struct {
		name   string
		absent []workload.Reference
		quotas []corev1.ResourceQuota
		first  *corev1.Pod // of two that are wanted
		cause  Cause
		source Source
	}{
		{"no account", []workload.Reference{account}, nil, good, ServiceAccountMissing, Source{"StatefulSet", "web", "spec.template.spec.serviceAccountName"}},
		{"no quota left", nil, []corev1.ResourceQuota{full}, good, QuotaExceeded, Source{"ResourceQuota", "small", "status.used"}},
		{"no quota left, and none needed yet", nil, []corev1.ResourceQuota{full}, starting, "", Source{}},
		{"a quota with room", nil, []corev1.ResourceQuota{room}, good, "", Source{}},
		{"nothing to see", nil, nil, good, "", Source{}},
	} {
		w := watch(t, 2, FailFastAuto)
		w.Workload.Kind = "StatefulSet"
		w.Revision.ByPods, w.Once, w.Final, w.Absent, w.Quotas = true, true, true, tt.absent, tt.quotas
		w.Workload.Strategy.Ordered = true
		w.pods(tt.first)
		var cause Cause
		var source Source
		if got := Look(w.Input, History{}).Problems; len(got) > 0 {
			cause, source = got[0].Cause, got[0].Source
		}
		if cause != tt.cause || source != tt.source {
			t.Errorf("%s: %s by %+v, want %s by %+v", tt.name, cause, source, tt.cause, tt.source)
		}
	}
}

// A pod whose kubelet has never said a word: its node tells.
func TestPodOfALostNode(t *testing.T) {
	const silent = `
metadata: {creationTimestamp: "2026-01-01T11:50:00Z"}
spec: {nodeName: node-1}
status: {phase: Pending, conditions: [{type: PodScheduled, status: "True"}]}
`
	node := func(ready corev1.ConditionStatus) *corev1.Node {
		return &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready, Message: "no word"}}}}
	}
	for _, tt := range []struct {
		name  string
		nodes map[string]*corev1.Node
		cause Cause
		says  string
	}{
		{"not read", nil, "", ""},
		{"lost", map[string]*corev1.Node{"node-1": node(corev1.ConditionUnknown)}, NodeLost, "node node-1: Ready is Unknown: no word"},
		{"deleted", map[string]*corev1.Node{"node-1": nil}, NodeLost, "node node-1: there is no node of that name"},
		{"well", map[string]*corev1.Node{"node-1": node(corev1.ConditionTrue)}, "", ""},
	} {
		w := watch(t, 1, FailFastAuto).pods(podFrom(t, silent))
		w.Once, w.UnderWay = true, true
		if asked := Look(w.Input, History{}).Wants.Nodes; !asked["node-1"] {
			t.Errorf("%s: asked for nodes %v", tt.name, asked)
		}
		w.Final, w.Nodes = true, tt.nodes
		var got Finding
		for _, p := range Look(w.Input, History{}).Problems {
			got = p.Finding
		}
		if got.Cause != tt.cause || !strings.Contains(got.Message, tt.says) {
			t.Errorf("%s: %s %s", tt.name, got.Cause, got.Message)
		}
	}
}

// A pod that the node controller set to unready is the node's fault only while the node is not Ready: a node that answers
// again is not lost, whatever its kubelet has not reported yet and whatever an old event says.
func TestPodOfANodeThatIsBack(t *testing.T) {
	const unready = `
metadata: {creationTimestamp: "2026-01-01T11:50:00Z"}
spec: {nodeName: node-1}
status:
  phase: Running
  conditions:
  - {type: PodScheduled, status: "True"}
  - {type: ContainersReady, status: "True"}
  - {type: Ready, status: "False", lastTransitionTime: "2026-01-01T11:52:00Z"}
  containerStatuses: [{name: web, ready: true, started: true, state: {running: {startedAt: "2026-01-01T11:50:01Z"}}}]
`
	node := func(ready corev1.ConditionStatus) map[string]*corev1.Node {
		return map[string]*corev1.Node{"node-1": {Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready, Message: "no word"}}}}}
	}
	for _, tt := range []struct {
		name  string
		nodes map[string]*corev1.Node
		cause Cause
		says  string
	}{
		{"not read", nil, NodeLost, "node node-1: it does not answer"},
		{"lost", node(corev1.ConditionUnknown), NodeLost, "node node-1"},
		{"back", node(corev1.ConditionTrue), ReadinessFailing, "node node-1 is Ready again, but its kubelet has not set the pod Ready"},
	} {
		w := watch(t, 1, FailFastAuto).pods(podFrom(t, unready))
		w.Once, w.UnderWay = true, true
		if asked := Look(w.Input, History{}).Wants.Nodes; !asked["node-1"] {
			t.Errorf("%s: asked for nodes %v", tt.name, asked)
		}
		w.Final, w.Nodes = true, tt.nodes
		var got Finding
		for _, p := range Look(w.Input, History{}).Problems {
			got = p.Finding
		}
		if got.Cause != tt.cause || !strings.Contains(got.Message, tt.says) {
			t.Errorf("%s: %s %s", tt.name, got.Cause, got.Message)
		}
	}
}
