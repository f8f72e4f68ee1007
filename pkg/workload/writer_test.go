package workload

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestWriters(t *testing.T) {
	const template, replicas = `{"f:spec":{"f:template":{"f:spec":{}}}}`, `{"f:spec":{"f:replicas":{}}}`
	entry := func(manager string, second int, fields, subresource string) metav1.ManagedFieldsEntry {
		at := metav1.NewTime(time.Date(2026, 11, 27, 12, 0, second, 0, time.UTC))
		return metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, Time: &at, FieldsV1: metav1.NewFieldsV1(fields), Subresource: subresource}
	}
	ours := entry("kubectl-app", 1, template, "")
	for name, test := range map[string]struct {
		managers []metav1.ManagedFieldsEntry
		want     string // of the template
		replicas string
	}{
		"no managedFields":             {nil, "", ""},
		"the newest":                   {[]metav1.ManagedFieldsEntry{entry("kubectl-set", 9, template, ""), ours}, "kubectl set", ""},
		"kubectl apply":                {[]metav1.ManagedFieldsEntry{ours, entry("kubectl-client-side-apply", 9, template, "")}, "kubectl apply", ""},
		"another tool":                 {[]metav1.ManagedFieldsEntry{ours, entry("helm", 9, template, "")}, "helm", ""},
		"a newer write of replicas":    {[]metav1.ManagedFieldsEntry{ours, entry("hpa", 9, replicas, "")}, "kubectl app", "hpa"},
		"a newer write of the status":  {[]metav1.ManagedFieldsEntry{ours, entry("controller", 9, template, "status")}, "kubectl app", ""},
		"two writers in the same time": {[]metav1.ManagedFieldsEntry{ours, entry("helm", 1, template, "")}, "", ""},
		"kubectl scale":                {[]metav1.ManagedFieldsEntry{ours, {Manager: "kubectl", Operation: "Update", Subresource: "scale", FieldsV1: metav1.NewFieldsV1(replicas)}}, "kubectl app", "kubectl scale"},
		"an applier":                   {[]metav1.ManagedFieldsEntry{{Manager: "flux", Operation: "Apply", FieldsV1: metav1.NewFieldsV1(replicas)}}, "", "flux"},
		"two of them":                  {[]metav1.ManagedFieldsEntry{entry("a", 1, replicas, ""), entry("b", 2, replicas, "")}, "", "a or b"},
		"an autoscaler":                {[]metav1.ManagedFieldsEntry{ours, entry("kube-controller-manager", 9, replicas, "scale")}, "kubectl app", "the HorizontalPodAutoscaler"},
	} {
		w := Workload{Managers: SpecManagers(test.managers)} // as the watch trims them
		if got, _ := w.TemplateWriter(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if got, _ := w.ReplicasWriter(); got != test.replicas {
			t.Errorf("%s: replicas by %q, want %q", name, got, test.replicas)
		}
	}
}

func TestWroteReplicasWith(t *testing.T) {
	entry := func(subresource, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: "m", Operation: metav1.ManagedFieldsOperationUpdate, Subresource: subresource, FieldsV1: metav1.NewFieldsV1(fields)}
	}
	both := entry("", `{"f:metadata":{"f:annotations":{"f:x":{}}},"f:spec":{"f:replicas":{}}}`)
	note := entry("", `{"f:metadata":{"f:annotations":{"f:x":{}}}}`)
	scale := entry("scale", `{"f:spec":{"f:replicas":{}}}`)
	for name, test := range map[string]struct {
		managers []metav1.ManagedFieldsEntry
		want     bool
	}{
		"both at once":            {[]metav1.ManagedFieldsEntry{both}, true},
		"the same number again":   {[]metav1.ManagedFieldsEntry{both, scale}, true},
		"another number since":    {[]metav1.ManagedFieldsEntry{note, scale}, false},
		"0 by the subresource":    {[]metav1.ManagedFieldsEntry{note}, false},
		"the number alone":        {[]metav1.ManagedFieldsEntry{scale}, false},
		"nothing known of either": {nil, true},
	} {
		if got := (&Workload{Managers: test.managers}).WroteReplicasWith("x"); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
