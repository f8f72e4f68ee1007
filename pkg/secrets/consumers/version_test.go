package consumers

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestVersions(t *testing.T) {
	meta := metav1.ObjectMeta{
		Name: "db-2222222222", Namespace: "shop", UID: "u", ResourceVersion: "7",
		Labels: map[string]string{"app": "web", "app.kubernetes.io/managed-by": "Helm", "argocd.argoproj.io/instance": "shop", "kustomize.toolkit.fluxcd.io/name": "x"},
		Annotations: map[string]string{
			workload.AnnotationLastApplied: `{"data":{"a":"aHVudGVyMg=="}}`, workload.AnnotationGenerated: "db", "meta.helm.sh/release-name": "shop",
		},
		OwnerReferences: []metav1.OwnerReference{{Kind: "ExternalSecret", Name: "db"}},
	}
	content := map[string][]byte{"a": []byte("1"), "blob": {0xff}}
	secret, err := secrets.NewSecretVersion(&corev1.Secret{ObjectMeta: meta, Type: corev1.SecretTypeOpaque, Data: content}, "db")
	if err != nil {
		t.Fatal(err)
	}
	configMap, err := secrets.NewConfigMapVersion(&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"a": "1"}, BinaryData: map[string][]byte{"blob": {0xff}}}, "db")
	if err != nil {
		t.Fatal(err)
	}
	for kind, version := range map[string]*metav1.ObjectMeta{"Secret": &secret.ObjectMeta, "ConfigMap": &configMap.ObjectMeta} {
		v, ours := VersionOf(kind, version)
		if !ours || v.Of != "db" || version.Namespace != "shop" || version.UID != "" || version.ResourceVersion != "" || version.OwnerReferences != nil {
			t.Errorf("%s: %+v", kind, version)
		}
		if len(version.Labels) != 1 || version.Labels["app"] != "web" || len(version.Annotations) != 1 {
			t.Errorf("%s: labels %v, annotations %v", kind, version.Labels, version.Annotations)
		}
	}
	if !*secret.Immutable || !*configMap.Immutable {
		t.Error("a version can be changed")
	}
	other, err := secrets.NewSecretVersion(&corev1.Secret{ObjectMeta: meta, Type: corev1.SecretTypeOpaque, Data: map[string][]byte{"a": []byte("2")}}, "db")
	if err != nil || other.Name == secret.Name || !strings.HasPrefix(other.Name, "db-") {
		t.Errorf("%s and %s, %v", secret.Name, other.Name, err)
	}
}

func TestPlanVersion(t *testing.T) {
	const (
		needs = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: gone}}}]}]}`
		file  = `{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: db}}]}`
		other = `{containers: [{name: web}]}`
	)
	stateful := "kind: StatefulSet\nmetadata: {name: store}\nspec: {" + templateHead + file + "}}"
	lone := strings.Replace(stateful, "StatefulSet", "ReplicaSet", 1)
	for name, test := range map[string]struct {
		objects string
		roll    Roll
		want    string
	}{
		"who reads files is pointed to it, too, and needs no pods": {web(file), RollAuto, "roll deployment/web"},
		"who can't do without a key that is not there":             {web(needs), RollAuto, "broken deployment/web"},
		"a StatefulSet":                      {stateful, RollAuto, "roll statefulset/store"},
		"of a kind that is not released":     {lone, RollAuto, "by hand replicaset/store"},
		"pods of before have what they have": {web(other) + pod("web-1-a", "10:00:00", "10:00:00", file), RollAuto, ""},
		"nobody, on demand":                  {web(file), RollNone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			subject := database("Secret")
			search := NewSearch(subject.Ref)
			for _, o := range objectsOf(t, test.objects) {
				search.Add(o)
			}
			if got := PlanVersion(test.roll, search.Consumers(subject)).text(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
