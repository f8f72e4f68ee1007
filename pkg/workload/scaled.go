package workload

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ScaledBy is the newest entry of managedFields that holds spec.replicas; nil where there is none.
func (w *Workload) ScaledBy() *metav1.ManagedFieldsEntry {
	var newest *metav1.ManagedFieldsEntry
	for i := range w.Managers {
		entry := &w.Managers[i]
		if holdsReplicas(entry) && (newest == nil || entry.Time != nil && (newest.Time == nil || newest.Time.Before(entry.Time))) {
			newest = entry
		}
	}
	return newest
}

func holdsReplicas(f *metav1.ManagedFieldsEntry) bool {
	if f.FieldsV1 == nil {
		return false
	}
	var fields struct {
		Spec map[string]json.RawMessage `json:"f:spec"`
	}
	if err := json.Unmarshal(f.FieldsV1.GetRawBytes(), &fields); err != nil {
		return false
	}
	_, held := fields.Spec["f:replicas"]
	return held
}
