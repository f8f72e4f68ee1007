package workload

import (
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

func controllerRevision(kind, name, hash, image string, number int64) API {
	cr := &appsv1.ControllerRevision{Revision: number}
	cr.Name, cr.UID, cr.Labels = name, types.UID(name), map[string]string{"controller-revision-hash": hash}
	controller := true
	cr.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: "web", UID: "u", Controller: &controller}}
	cr.Data = runtime.RawExtension{Raw: fmt.Appendf(nil, `{"spec":{"template":{"$patch":"replace","spec":{"containers":[{"name":"web","image":%q}]}}}}`, image)}
	return cr
}

// TestCurrentControllerRevision: the controllers take the newest of equal revisions, and the status may name it.
func TestCurrentControllerRevision(t *testing.T) {
	for name, test := range map[string]struct {
		status string
		want   string
	}{
		"by the template, the newest of two": {"", "web-b"},
		"by the status":                      {`status: {observedGeneration: 2, updateRevision: web-a}`, "web-a"},
		"by the status, of other defaults":   {`status: {observedGeneration: 2, updateRevision: web-c}`, "web-c"},
		"by an old status":                   {`status: {observedGeneration: 1, updateRevision: web-a}`, "web-b"},
	} {
		var s appsv1.StatefulSet
		text := `{metadata: {name: web, uid: u, generation: 2}, spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}`
		if test.status != "" {
			text += ", " + test.status
		}
		if err := yaml.UnmarshalStrict([]byte(text+"}"), &s); err != nil {
			t.Fatal(err)
		}
		w := read(&s)
		all := ReadRevisions(w, []API{
			controllerRevision("StatefulSet", "web-b", "x", "web:1", 2), controllerRevision("StatefulSet", "web-a", "x", "web:1", 1),
			controllerRevision("StatefulSet", "web-c", "x", "web:2", 3),
		})
		if got := Current(w, all); got == nil || got.Name != test.want {
			t.Errorf("%s: %v, want %s", name, got, test.want)
		}
	}
}

// TestPodsOfControllerRevisions: a StatefulSet labels its pods with the revision's name, a DaemonSet with the hash.
func TestPodsOfControllerRevisions(t *testing.T) {
	for kind, label := range map[string]string{"StatefulSet": "web-abc", "DaemonSet": "abc"} {
		w := &Workload{Ref: Ref{Kind: kind, Name: "web"}, UID: "u"}
		r := ReadRevisions(w, []API{controllerRevision(kind, "web-abc", "abc", "web:1", 1)})[0]
		controller := true
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Labels:          map[string]string{"controller-revision-hash": label},
			OwnerReferences: []metav1.OwnerReference{{Kind: kind, UID: "u", Controller: &controller}},
		}}
		if !r.Owns(pod) || r.Template.Spec.Containers[0].Image != "web:1" || !r.ByPods {
			t.Errorf("%s: %+v, and the pod is of %+v", kind, r, KeyOf(pod))
		}
		pod.Labels["controller-revision-hash"] = "other"
		if r.Owns(pod) {
			t.Errorf("%s: owns a pod of another revision", kind)
		}
	}
}

func TestOrdinal(t *testing.T) {
	for name, want := range map[string]int32{"db-0": 0, "my-db-12": 12, "db": 1<<31 - 1, "db-x": 1<<31 - 1} {
		if got := Ordinal(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}}); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// TestSetStrategies: both round up, and neither kind has a deadline of its own.
func TestSetStrategies(t *testing.T) {
	var s appsv1.StatefulSet
	var d appsv1.DaemonSet
	for text, into := range map[string]any{
		`{spec: {replicas: 5, minReadySeconds: 720, updateStrategy: {rollingUpdate: {partition: 7, maxUnavailable: 30%}}}}`:                             &s,
		`{spec: {updateStrategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 30%}}}, status: {desiredNumberScheduled: 5, currentNumberScheduled: 4}}`: &d,
	} {
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	w := read(&s)
	if g := w.Strategy; w.Goal() != 0 || g.MaxUnavailable != 2 || !g.Ordered || !g.InPlace || !g.Lenient || g.ProgressDeadline != 22*time.Minute {
		t.Errorf("StatefulSet: goal %d, %+v", w.Goal(), g)
	}
	w = read(&d)
	if g := w.Strategy; !w.PerNode || w.Desired != 5 || w.Total != 4 || g.MaxUnavailable != 2 || g.Ordered || !g.InPlace || g.ProgressDeadline != 10*time.Minute {
		t.Errorf("DaemonSet: %+v, %+v", w, g)
	}
}
