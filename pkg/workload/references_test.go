package workload

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func spec(t *testing.T, text string) corev1.PodSpec {
	t.Helper()
	var s corev1.PodSpec
	if err := yaml.UnmarshalStrict([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReferences(t *testing.T) {
	for name, test := range map[string]struct {
		spec string
		want []string
	}{
		"nothing": {`containers: [{name: web}]`, nil},
		"variables": {`
containers:
- name: web
  env:
  - {name: PLAIN, value: x}
  - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
  - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
  - {name: COLOUR, valueFrom: {configMapKeyRef: {name: theme, key: colour, optional: true}}}
`, []string{"ConfigMap/theme[colour] optional env web COLOUR", "Secret/db[password] env web PASSWORD"}},
		"envFrom, in an init container too": {`
initContainers: [{name: migrate, envFrom: [{secretRef: {name: db}}]}]
containers: [{name: web, envFrom: [{configMapRef: {name: conf, optional: true}}]}]
`, []string{"ConfigMap/conf optional envFrom web ", "Secret/db envFrom migrate "}},
		"volumes": {`
containers: [{name: web}]
volumes:
- {name: tls, secret: {secretName: cert, items: [{key: tls.crt, path: a}, {key: tls.key, path: b}]}}
- {name: conf, configMap: {name: conf}}
- {name: data, persistentVolumeClaim: {claimName: disk}}
- {name: scratch, emptyDir: {}}
- name: all
  projected:
    sources:
    - {secret: {name: token, optional: true}}
    - {configMap: {name: ca, items: [{key: ca.crt, path: ca.crt}]}}
    - {serviceAccountToken: {path: t}}
`, []string{
			"ConfigMap/ca[ca.crt] volume  all", "ConfigMap/conf volume  conf", "PersistentVolumeClaim/disk volume  data",
			"Secret/cert[tls.crt] volume  tls", "Secret/cert[tls.key] volume  tls", "Secret/token optional volume  all",
		}},
		"pull secrets and identity": {`
containers: [{name: web}]
serviceAccountName: robot
imagePullSecrets: [{name: registry}, {name: ""}]
`, []string{"Secret/registry imagePullSecrets  ", "ServiceAccount/robot serviceAccountName  "}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range References(&corev1.PodTemplateSpec{Spec: spec(t, test.spec)}) {
				s := fmt.Sprintf("%s/%s", r.Kind, r.Name)
				if r.Key != "" {
					s += "[" + r.Key + "]"
				}
				if r.Optional {
					s += " optional"
				}
				got = append(got, fmt.Sprintf("%s %s %s %s", s, r.Use, r.Container, r.Field))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
