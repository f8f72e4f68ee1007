package workload

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

func TestPodDemand(t *testing.T) {
	for name, test := range map[string]struct {
		spec string
		want map[string]string
	}{
		"the containers together": {`
containers:
- {name: a, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}}
- {name: b, resources: {requests: {cpu: 250m}}}
`, map[string]string{"pods": "1", "cpu": "350m", "requests.cpu": "350m", "requests.memory": "64Mi", "limits.memory": "128Mi"}},
		"a limit is a request where there is none": {`
containers: [{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}]
`, map[string]string{"requests.cpu": "1", "limits.cpu": "1", "requests.memory": "1Gi"}},
		"the largest init container, if it is larger": {`
initContainers: [{name: i, resources: {requests: {cpu: 2}}}, {name: j, resources: {requests: {cpu: 1}}}]
containers: [{name: a, resources: {requests: {cpu: 500m, memory: 1Gi}}}]
`, map[string]string{"requests.cpu": "2", "requests.memory": "1Gi"}},
		"sidecars run beside the containers": {`
initContainers: [{name: s, restartPolicy: Always, resources: {requests: {cpu: 300m}}}]
containers: [{name: a, resources: {requests: {cpu: 500m}}}]
`, map[string]string{"requests.cpu": "800m"}},
		"and beside the init containers after them": {`
initContainers:
- {name: before, resources: {requests: {cpu: 1}}}
- {name: s, restartPolicy: Always, resources: {requests: {cpu: 300m}}}
- {name: after, resources: {requests: {cpu: 900m}}}
containers: [{name: a, resources: {requests: {cpu: 500m}}}]
`, map[string]string{"requests.cpu": "1200m"}},
		"resources of the pod": {`
resources: {requests: {cpu: 2}}
containers: [{name: a, resources: {requests: {cpu: 500m, memory: 1Gi}}}]
`, map[string]string{"requests.cpu": "2", "requests.memory": "1Gi"}},
		"overhead": {`
overhead: {cpu: 50m, memory: 10Mi}
containers: [{name: a, resources: {requests: {cpu: 500m}, limits: {cpu: 1}}}]
`, map[string]string{"requests.cpu": "550m", "limits.cpu": "1050m", "requests.memory": "10Mi", "limits.memory": "0"}},
		"an extended resource": {`
containers: [{name: a, resources: {requests: {example.com/gpu: 2}, limits: {example.com/gpu: 2}}}]
`, map[string]string{"requests.example.com/gpu": "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(t, test.spec)
			demand := PodDemand(&s)
			for name, want := range test.want {
				got := demand[corev1.ResourceName(name)]
				if want := resource.MustParse(want); got.Cmp(want) != 0 {
					t.Errorf("%s: %s, want %s", name, got.String(), want.String())
				}
			}
		})
	}
}

func TestShortages(t *testing.T) {
	const web = `containers: [{name: web, resources: {requests: {cpu: 500m, memory: 1Gi}}}]`
	for name, test := range map[string]struct {
		quota string
		spec  string
		pods  int32
		freed int32
		want  []string // "quota resource need free"
	}{
		"room":                {quota: `{hard: {requests.cpu: "2", pods: "5"}, used: {requests.cpu: "1", pods: "3"}}`, pods: 2},
		"too little cpu":      {quota: `{hard: {requests.cpu: "2"}, used: {requests.cpu: 1600m}}`, pods: 1, want: []string{"q requests.cpu 500m 400m"}},
		"plain cpu counts":    {quota: `{hard: {cpu: "2"}, used: {cpu: 1600m}}`, pods: 1, want: []string{"q cpu 500m 400m"}},
		"too few pods":        {quota: `{hard: {pods: "3"}, used: {pods: "2"}}`, pods: 2, want: []string{"q pods 2 1"}},
		"count/pods":          {quota: `{hard: {count/pods: "3"}, used: {count/pods: "3"}}`, pods: 1, want: []string{"q count/pods 1 0"}},
		"given back before":   {quota: `{hard: {pods: "3"}, used: {pods: "3"}}`, pods: 1, freed: 1},
		"lowered below use":   {quota: `{hard: {pods: "1"}, used: {pods: "3"}}`, pods: 1, freed: 1, want: []string{"q pods 1 -2"}},
		"not asked for":       {quota: `{hard: {requests.example.com/gpu: "0"}, used: {}}`, pods: 9},
		"of other things":     {quota: `{hard: {services: "0", secrets: "0"}, used: {}}`, pods: 1},
		"a duty is neglected": {quota: `{hard: {limits.cpu: "10"}, used: {}}`, pods: 1, want: []string{"q limits.cpu undeclared by web"}},
		"no duty: ephemeral":  {quota: `{hard: {limits.ephemeral-storage: "1Gi"}, used: {}}`, pods: 1},
	} {
		t.Run(name, func(t *testing.T) {
			quota := corev1.ResourceQuota{}
			quota.Name = "q"
			if err := yaml.UnmarshalStrict([]byte(test.quota), &quota.Status); err != nil {
				t.Fatal(err)
			}
			s := spec(t, web)
			got := describeShortages(Shortages([]corev1.ResourceQuota{quota}, &s, test.pods, PodDemand(&s).Times(test.freed)))
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func describeShortages(short []Shortage) []string {
	var all []string
	for _, s := range short {
		if len(s.Undeclared) > 0 {
			all = append(all, fmt.Sprintf("%s %s undeclared by %s", s.Quota, s.Resource, s.Undeclared[0]))
			continue
		}
		all = append(all, fmt.Sprintf("%s %s %s %s", s.Quota, s.Resource, s.Need.String(), s.Free.String()))
	}
	return all
}

func TestReserve(t *testing.T) {
	quota := corev1.ResourceQuota{}
	if err := yaml.UnmarshalStrict([]byte(`{hard: {pods: "3", requests.cpu: "2", services: "1"}, used: {requests.cpu: 500m}}`), &quota.Status); err != nil {
		t.Fatal(err)
	}
	s := spec(t, `containers: [{name: web, resources: {requests: {cpu: 500m}}}]`)
	quotas := []corev1.ResourceQuota{quota}
	used := Reserve(quotas, &s, 2)[0].Status.Used
	if used.Pods().Value() != 2 || used.Name("requests.cpu", resource.DecimalSI).String() != "1500m" || len(used) != 2 {
		t.Errorf("used: %v", used)
	}
	if got := quotas[0].Status.Used; len(got) != 1 || got.Name("requests.cpu", resource.DecimalSI).String() != "500m" {
		t.Errorf("the quota that was given is changed: %v", got)
	}
}

// TestScopes: a quota counts only for the pods that its scopes cover.
func TestScopes(t *testing.T) {
	const (
		burstable = `containers: [{name: web, resources: {requests: {cpu: 1}}}]`
		effort    = `containers: [{name: web}]`
		high      = `{priorityClassName: high, containers: [{name: web}]}`
		job       = `{activeDeadlineSeconds: 9, containers: [{name: web}]}`
	)
	for name, test := range map[string]struct {
		quota, covered, not string
	}{
		"BestEffort":     {`scopes: [BestEffort]`, effort, burstable},
		"NotBestEffort":  {`scopes: [NotBestEffort]`, burstable, effort},
		"Terminating":    {`scopes: [Terminating]`, job, effort},
		"NotTerminating": {`scopes: [NotTerminating]`, effort, job},
		"PriorityClass":  {`scopes: [PriorityClass]`, high, effort},
		"a class":        {`scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high, higher]}]}`, high, effort},
		"not a class":    {`scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: NotIn, values: [high]}]}`, effort, high},
		"two scopes":     {`scopes: [BestEffort, NotTerminating]`, effort, job},
	} {
		t.Run(name, func(t *testing.T) {
			quota := corev1.ResourceQuota{Status: corev1.ResourceQuotaStatus{Hard: corev1.ResourceList{corev1.ResourcePods: {}}}}
			if err := yaml.UnmarshalStrict([]byte(test.quota), &quota.Spec); err != nil {
				t.Fatal(err)
			}
			covered, not := spec(t, test.covered), spec(t, test.not)
			if len(Shortages([]corev1.ResourceQuota{quota}, &covered, 1, nil)) != 1 {
				t.Error("a pod that it covers does not count")
			}
			if len(Shortages([]corev1.ResourceQuota{quota}, &not, 1, nil)) != 0 {
				t.Error("a pod that it does not cover counts")
			}
		})
	}
}

func TestWithDefaults(t *testing.T) {
	var limits corev1.LimitRange
	if err := yaml.UnmarshalStrict([]byte(`{limits: [{type: Pod, max: {cpu: 9}}, {type: Container, default: {cpu: 2, memory: 1Gi}, defaultRequest: {cpu: 1}}]}`), &limits.Spec); err != nil {
		t.Fatal(err)
	}
	s := spec(t, `containers: [{name: a}, {name: b, resources: {requests: {cpu: 100m}}}, {name: c, resources: {limits: {cpu: 300m}}}]`)
	var got []string
	for _, c := range WithDefaults(&s, []corev1.LimitRange{limits}).Containers {
		r := c.Resources
		got = append(got, fmt.Sprintf("%s: %s of %s, %s", c.Name, r.Requests.Cpu(), r.Limits.Cpu(), r.Limits.Memory()))
	}
	if want := []string{"a: 1 of 2, 1Gi", "b: 100m of 2, 1Gi", "c: 300m of 300m, 1Gi"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if s.Containers[0].Resources.Limits != nil {
		t.Error("the spec that was given is changed")
	}
}
