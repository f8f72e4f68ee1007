package workload

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestTemplateWriter(t *testing.T) {
	const template, replicas = `{"f:spec":{"f:template":{"f:spec":{}}}}`, `{"f:spec":{"f:replicas":{}}}`
	entry := func(manager string, second int, fields, subresource string) metav1.ManagedFieldsEntry {
		at := metav1.NewTime(time.Date(2026, 11, 27, 12, 0, second, 0, time.UTC))
		return metav1.ManagedFieldsEntry{Manager: manager, Time: &at, FieldsV1: metav1.NewFieldsV1(fields), Subresource: subresource}
	}
	ours := entry("kubectl-app", 1, template, "")
	for name, test := range map[string]struct {
		managers []metav1.ManagedFieldsEntry
		want     string
	}{
		"no managedFields":             {nil, ""},
		"the newest":                   {[]metav1.ManagedFieldsEntry{entry("kubectl-set", 9, template, ""), ours}, "kubectl set"},
		"kubectl apply":                {[]metav1.ManagedFieldsEntry{ours, entry("kubectl-client-side-apply", 9, template, "")}, "kubectl apply"},
		"another tool":                 {[]metav1.ManagedFieldsEntry{ours, entry("helm", 9, template, "")}, "helm"},
		"a newer write of replicas":    {[]metav1.ManagedFieldsEntry{ours, entry("hpa", 9, replicas, "")}, "kubectl app"},
		"a newer write of the status":  {[]metav1.ManagedFieldsEntry{ours, entry("controller", 9, template, "status")}, "kubectl app"},
		"two writers in the same time": {[]metav1.ManagedFieldsEntry{ours, entry("helm", 1, template, "")}, ""},
	} {
		w := Workload{Managers: TemplateManagers(test.managers)} // as the watch trims them
		if got, _ := w.TemplateWriter(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
