package preflight

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestCheckStrategies: what is never replaced is always said, how the rest is replaced only where it is asked for.
func TestCheckStrategies(t *testing.T) {
	const detail = " has no surge: "
	for name, test := range map[string]struct{ kind, object, plain, detailed string }{
		"a Deployment": {"Deployment", `{spec: {replicas: 3}}`, "", ""},
		"OnDelete": {
			"StatefulSet", `{spec: {replicas: 3, updateStrategy: {type: OnDelete}}}`,
			"statefulset/web has the update strategy OnDelete: a pod is replaced only when it is deleted",
			"statefulset/web has the update strategy OnDelete: a pod is replaced only when it is deleted",
		},
		"a partition above the replicas": {
			"StatefulSet", `{spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 5}}}}`,
			"the partition of statefulset/web is not below its 3 replicas: no pod is replaced",
			"the partition of statefulset/web is not below its 3 replicas: no pod is replaced",
		},
		"a partition, scaled to 0":   {"StatefulSet", `{spec: {replicas: 0, updateStrategy: {rollingUpdate: {partition: 5}}}}`, "", ""},
		"a partition below":          {"StatefulSet", `{spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}}}`, "", "statefulset/web" + detail + "up to 1 of its 3 pods do not serve while they are replaced"},
		"the only pod":               {"StatefulSet", `{spec: {replicas: 1}}`, "", "statefulset/web" + detail + "it does not serve while its pod is replaced"},
		"both at once":               {"StatefulSet", `{spec: {replicas: 2, updateStrategy: {rollingUpdate: {maxUnavailable: 2}}}}`, "", "statefulset/web" + detail + "it does not serve while its 2 pods are replaced"},
		"a DaemonSet":                {"DaemonSet", `{status: {desiredNumberScheduled: 4}}`, "", "daemonset/web" + detail + "each node is without its pod while that pod is replaced"},
		"a DaemonSet with a surge":   {"DaemonSet", `{spec: {updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}}, status: {desiredNumberScheduled: 4}}`, "", ""},
		"a DaemonSet without a node": {"DaemonSet", `{}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := workload.KindNamed(test.kind).Make()
			if err := yaml.UnmarshalStrict([]byte(test.object), o); err != nil {
				t.Fatal(err)
			}
			o.SetName("web")
			object, _ := workload.ObjectOf(o)
			changes := []cluster.Change{{Captured: cluster.Captured{Object: object}}}
			for details, want := range map[bool]string{false: test.plain, true: test.detailed} {
				got := ""
				for _, c := range checkStrategies(changes, details) {
					got += c.Message
				}
				if got != want {
					t.Errorf("details %v: got %q, want %q", details, got, want)
				}
			}
		})
	}
}

// A pod that crashes is in a back-off: that its container waits, and until when, is said before the watch goes silent.
func TestRestartInABackOff(t *testing.T) {
	pod := workload.KindNamed("Pod").Make()
	if err := yaml.UnmarshalStrict([]byte(`{metadata: {name: solo}, spec: {containers: [{name: web, image: "web:1"}]}, status: {containerStatuses: [{
		name: web, image: "", imageID: "", ready: false, restartCount: 4,
		state: {waiting: {reason: CrashLoopBackOff, message: back-off 1m20s restarting failed container=web pod=solo_shop(1)}},
		lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-01T12:00:00Z"}}}]}}`), pod); err != nil {
		t.Fatal(err)
	}
	object, _ := workload.ObjectOf(pod)
	template := *object.Template().DeepCopy()
	template.Spec.Containers[0].Image = "web:2"
	checks := checkStrategies([]cluster.Change{{Captured: cluster.Captured{Object: object}, Edit: cluster.Edit{Template: template}}}, false)
	const want = "pod/solo: container web waits in its back-off until about 12:01:20 UTC; the kubelet may start it with the new image only then"
	if len(checks) != 1 || checks[0].Message != want {
		t.Errorf("%+v", checks)
	}
}
