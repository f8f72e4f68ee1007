package workload

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// Whatever References finds is pointed to the other object, and nothing else is.
func TestRepoint(t *testing.T) {
	const everywhere = `
spec:
  initContainers: [{name: i, envFrom: [{secretRef: {name: db}}, {configMapRef: {name: db}}]}]
  containers:
  - name: c
    env:
    - {name: A, valueFrom: {secretKeyRef: {name: db, key: a}}}
    - {name: B, valueFrom: {configMapKeyRef: {name: db, key: a}}}
    - {name: C, valueFrom: {secretKeyRef: {name: other, key: a}}}
    - {name: D, value: db}
  imagePullSecrets: [{name: db}, {name: other}]
  volumes:
  - {name: s, secret: {secretName: db}}
  - {name: m, configMap: {name: db, items: [{key: a, path: a}]}}
  - {name: p, projected: {sources: [{secret: {name: db}}, {configMap: {name: db}}, {secret: {name: other}}]}}
  - {name: claim, persistentVolumeClaim: {claimName: db}}
`
	for _, kind := range []ReferenceKind{SecretReference, ConfigMapReference} {
		var before, after corev1.PodTemplateSpec
		if err := yaml.UnmarshalStrict([]byte(everywhere), &before); err != nil {
			t.Fatal(err)
		}
		after = *before.DeepCopy()
		places := Repoint(&after, kind, "db", "db-2222222222")
		want := References(&before)
		n := 0
		for i := range want {
			if want[i].Kind == kind && want[i].Name == "db" {
				want[i].Name = "db-2222222222"
				n++
			}
		}
		if n == 0 || places != n {
			t.Errorf("%s: %d places, %d references", kind, places, n)
		}
		got := map[Reference]bool{}
		for _, r := range References(&after) {
			got[r] = true
		}
		for _, r := range want {
			if !got[r] {
				t.Errorf("%s: %+v is not there", kind, r)
			}
		}
		if Repoint(&after, kind, "db-2222222222", "db") != n || !SameTemplate(&before, &after) {
			t.Errorf("%s: there and back is not the same", kind)
		}
	}
}
