package rollout

import (
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestPlanResources: what `kubectl set resources` makes of a template.
func TestPlanResources(t *testing.T) {
	const spec = `{initContainers: [{name: init}], containers: [{name: web, resources: {limits: {cpu: 200m, memory: 64Mi}}}, {name: proxy}]}`
	for name, test := range map[string]struct{ limits, requests, containers, want string }{
		"in all of them": {
			limits: "cpu=1",
			want:   `{initContainers: [{name: init, resources: {limits: {cpu: 1}}}], containers: [{name: web, resources: {limits: {cpu: 1, memory: 64Mi}}}, {name: proxy, resources: {limits: {cpu: 1}}}]}`,
		},
		"by a pattern": {
			requests: "cpu=100m,memory=32Mi", containers: "pro*",
			want: `{initContainers: [{name: init}], containers: [{name: web, resources: {limits: {cpu: 200m, memory: 64Mi}}}, {name: proxy, resources: {requests: {cpu: 100m, memory: 32Mi}}}]}`,
		},
		"none is zero, as with kubectl": {
			limits: "cpu=0", containers: "web",
			want: `{initContainers: [{name: init}], containers: [{name: web, resources: {limits: {cpu: 0, memory: 64Mi}}}, {name: proxy}]}`,
		},
		"as it is": {limits: "cpu=0.2", containers: "web"},
		"a GPU": {
			limits: "nvidia.com/gpu=1", containers: "init",
			want: `{initContainers: [{name: init, resources: {limits: {nvidia.com/gpu: 1}}}], containers: [{name: web, resources: {limits: {cpu: 200m, memory: 64Mi}}}, {name: proxy}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, want := podTemplate(t, spec), podTemplate(t, spec)
			if test.want != "" {
				want = podTemplate(t, test.want)
			}
			settings, err := ParseResources(test.limits, test.requests)
			if err != nil {
				t.Fatal(err)
			}
			if settings.Containers = test.containers; test.containers == "" {
				settings.Containers = AllContainers
			}
			got, err := PlanResources(web, &before, settings)
			if err != nil || !workload.SameTemplate(&got, &want) {
				t.Errorf("%v: got %+v, want %+v", err, got.Spec, want.Spec)
			}
			if untouched := podTemplate(t, spec); !workload.SameTemplate(&before, &untouched) {
				t.Error("the template of before was changed")
			}
		})
	}
	template := podTemplate(t, spec)
	_, err := PlanResources(web, &template, ResourceSettings{Containers: "wbe"})
	if unknown := (*UnknownContainerError)(nil); !errors.As(err, &unknown) || unknown.Container != "wbe" {
		t.Errorf("of no container: %v", err)
	}
}

func TestParseResources(t *testing.T) {
	for _, test := range []struct{ limits, requests, want string }{
		{"", "", "nothing to set: give --limits or --requests, for example --limits=cpu=200m,memory=512Mi"},
		{"cpu", "", `--limits has "cpu": it takes RESOURCE=QUANTITY, for example cpu=200m`},
		{"cpu=1,", "", `--limits has "": it takes RESOURCE=QUANTITY, for example cpu=200m`},
		{"", "=1", `--requests has "=1": it takes RESOURCE=QUANTITY, for example cpu=200m`},
		{"", "memory=lots", `--requests has "memory=lots": "lots" is not a quantity such as 200m, 2 or 512Mi`},
		{"cpu=1=2", "", `--limits has "cpu=1=2": "1=2" is not a quantity such as 200m, 2 or 512Mi`},
	} {
		if _, err := ParseResources(test.limits, test.requests); err == nil || err.Error() != test.want {
			t.Errorf("--limits=%s --requests=%s: %v, want %q", test.limits, test.requests, err, test.want)
		}
	}
}

func TestPlanServiceAccount(t *testing.T) {
	before := podTemplate(t, `{serviceAccountName: default, serviceAccount: default}`)
	want := podTemplate(t, `{serviceAccountName: shop, serviceAccount: shop}`)
	if got := PlanServiceAccount(&before, "shop"); !workload.SameTemplate(&got, &want) {
		t.Errorf("got %+v", got.Spec)
	}
}

func podTemplate(t *testing.T, spec string) (template corev1.PodTemplateSpec) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(spec), &template.Spec); err != nil {
		t.Fatal(err)
	}
	return template
}
