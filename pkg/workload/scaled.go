package workload

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ScaledBy is the newest entry of managedFields that holds spec.replicas; nil where there is none.
func (w *Workload) ScaledBy() *metav1.ManagedFieldsEntry {
	var newest *metav1.ManagedFieldsEntry
	for i := range w.Managers {
		entry := &w.Managers[i]
		if holds(entry, "f:replicas") && (newest == nil || entry.Time != nil && (newest.Time == nil || newest.Time.Before(entry.Time))) {
			newest = entry
		}
	}
	return newest
}
