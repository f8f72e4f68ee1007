package workload

import (
	"encoding/json"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// templateFields is what an entry of managedFields owns at least if it owns a part of the pod template.
const templateFields = `{"f:spec":{"f:template":{}}}`

// TemplateManagers are the entries of managedFields that own a part of the pod template, without the list of
// what they own.
func TemplateManagers(all []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	var managers []metav1.ManagedFieldsEntry
	for _, f := range all {
		if f.Subresource == "" && f.Time != nil && holds(&f, "f:template") {
			f.FieldsV1 = metav1.NewFieldsV1(templateFields)
			managers = append(managers, f)
		}
	}
	return managers
}

// holds tells whether a manager has written a field of the spec.
func holds(f *metav1.ManagedFieldsEntry, field string) bool {
	if f.FieldsV1 == nil {
		return false
	}
	var fields struct {
		Spec map[string]json.RawMessage `json:"f:spec"`
	}
	if err := json.Unmarshal(f.FieldsV1.GetRawBytes(), &fields); err != nil {
		return false
	}
	_, held := fields.Spec[field]
	return held
}

// TemplateWriter tells who wrote the pod template last, and when. Times of managedFields are whole seconds: of
// two writers in one second neither is named.
func (w *Workload) TemplateWriter() (name string, at time.Time) {
	for _, f := range TemplateManagers(w.Managers) {
		switch {
		case f.Time.After(at):
			name, at = ManagerName(f.Manager), f.Time.Time
		case f.Time.Time.Equal(at):
			name = ""
		}
	}
	return name, at
}

// ManagerName is the command behind a field manager: kubectl names its managers "kubectl-set", "kubectl-edit".
func ManagerName(manager string) string {
	if manager == "kubectl-client-side-apply" {
		return "kubectl apply"
	}
	if verb, ok := strings.CutPrefix(manager, "kubectl-"); ok {
		return "kubectl " + verb
	}
	return manager
}
