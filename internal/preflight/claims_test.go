package preflight

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestShares(t *testing.T) {
	const once, many, pod = corev1.ReadWriteOnce, corev1.ReadWriteMany, corev1.ReadWriteOncePod
	for name, test := range map[string]struct {
		kind, object string
		mode         corev1.PersistentVolumeAccessMode
		level        Level
		says, next   string
	}{
		"several replicas": {
			"Deployment", `{spec: {replicas: 3}}`, once, Warn,
			"persistentvolumeclaim/disk is ReadWriteOnce, and all 3 replicas of deployment/web would use it: pods on other nodes than the first can't mount it, those on the same node write to the same files",
			"kubectl app scale deployment/web --replicas=1 -n shop",
		},
		"one replica, and an update beside it": {
			"Deployment", `{spec: {replicas: 1}}`, once, Warn,
			"persistentvolumeclaim/disk is ReadWriteOnce, and an update of deployment/web starts the new pod before the old one ends (RollingUpdate): on another node the new one can't mount it, on the same node both write to the same files. The strategy Recreate fits",
			`kubectl patch deployment/web -n shop -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`,
		},
		"one replica after another":          {"Deployment", `{spec: {replicas: 1, strategy: {type: Recreate}}}`, once, "", "", ""},
		"one replica, which is not replaced": {"Deployment", `{spec: {replicas: 1, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}}}`, once, "", "", ""},
		"all pods may share it":              {"Deployment", `{spec: {replicas: 3}}`, many, "", "", ""},
		"several replicas of one pod": {
			"Deployment", `{spec: {replicas: 2, strategy: {type: Recreate}}}`, pod, Refuse,
			"persistentvolumeclaim/disk is ReadWriteOncePod: one pod can use it, and deployment/web has 2 replicas",
			"kubectl app scale deployment/web --replicas=1 -n shop",
		},
		"an update beside the only pod": {
			"Deployment", `{spec: {replicas: 1}}`, pod, Warn,
			"persistentvolumeclaim/disk is ReadWriteOncePod, and an update of deployment/web starts the new pod before the old one ends (RollingUpdate): the new one would wait for ever. The strategy Recreate fits",
			`kubectl patch deployment/web -n shop -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`,
		},
		"a StatefulSet of one":   {"StatefulSet", `{spec: {replicas: 1}}`, once, "", "", ""},
		"a StatefulSet of three": {"StatefulSet", `{spec: {replicas: 3}}`, once, Warn, "persistentvolumeclaim/disk is ReadWriteOnce, and all 3 replicas of statefulset/web would use it: pods on other nodes than the first can't mount it, those on the same node write to the same files. A StatefulSet whose pods have a claim each has volumeClaimTemplates from its creation on", "kubectl app scale statefulset/web --replicas=1 -n shop"},
		"a pod on each node":     {"DaemonSet", `{status: {desiredNumberScheduled: 4}}`, once, Warn, "persistentvolumeclaim/disk is ReadWriteOnce, and all 4 replicas of daemonset/web would use it: pods on other nodes than the first can't mount it, those on the same node write to the same files", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := workload.KindNamed(test.kind).Make()
			if err := yaml.UnmarshalStrict([]byte(test.object), o); err != nil {
				t.Fatal(err)
			}
			o.SetName("web")
			o.SetNamespace("shop")
			object, _ := workload.ObjectOf(o)
			change := cluster.Change{Captured: cluster.Captured{Object: object}}
			change.Edit.Template = *object.Template().DeepCopy()
			change.Edit.Template.Spec.Volumes = []corev1.Volume{{Name: "data"}}
			change.Edit.Template.Spec.Volumes[0].PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "disk"}
			claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "disk"}}
			claim.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{test.mode}
			uses := claimUses([]cluster.Change{change})
			if len(uses) != 1 || len(uses[0].added) != 1 {
				t.Fatalf("%+v", uses)
			}
			checks := shares(claim, uses[0])
			if test.says == "" {
				if len(checks) > 0 {
					t.Fatalf("%+v", checks)
				}
				return
			}
			if len(checks) != 1 || checks[0].Message != test.says || checks[0].Level != test.level || strings.Join(checks[0].Next, "; ") != test.next {
				t.Errorf("%+v", checks)
			}
		})
	}
}

// What a workload mounts already is nothing that its change adds.
func TestClaimThatIsMounted(t *testing.T) {
	change := changeOf(t, `{metadata: {name: web, namespace: shop}, spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: disk}}]}}}}`)
	change.Edit.Template = *change.Template().DeepCopy()
	if uses := claimUses([]cluster.Change{change}); len(uses) != 1 || len(uses[0].added) != 0 {
		t.Errorf("%+v", uses)
	}
	change.New = true
	if uses := claimUses([]cluster.Change{change}); len(uses[0].added) != 1 {
		t.Errorf("a new workload: %+v", uses)
	}
}

// A file that is mounted by a sub path is a key, and is looked for when the mount is new.
func TestMountedKeys(t *testing.T) {
	change := changeOf(t, `{metadata: {name: web}, spec: {template: {spec: {containers: [{name: web, volumeMounts: [{name: conf, mountPath: /a, subPath: a}]}], volumes: [{name: conf, configMap: {name: settings}}]}}}}`)
	change.Edit.Template = *change.Template().DeepCopy()
	c := &change.Edit.Template.Spec.Containers[0]
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "conf", MountPath: "/b", SubPath: "b"})
	keys := mountedKeys(change)
	if len(keys) != 1 || keys[0].Key != "b" || keys[0].Name != "settings" || keys[0].Container != "web" {
		t.Errorf("%+v", keys)
	}
}
