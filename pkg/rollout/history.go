package rollout

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// HistoryRow is one revision as `rollout history` lists it.
type HistoryRow struct {
	Revision    int64             `json:"revision"`
	Name        string            `json:"name"` // of the ReplicaSet
	Created     time.Time         `json:"created"`
	Images      map[string]string `json:"images"` // by container
	ChangeCause string            `json:"changeCause,omitempty"`
	// Verdict is nil for a revision that nobody watched.
	Verdict *VerdictAnnotation `json:"verdict,omitempty"`
	Current bool               `json:"current,omitempty"`
}

// History lists the revisions of a workload, the oldest first.
func History(w *workload.Workload, revisions []workload.Revision) []HistoryRow {
	current := workload.Current(w, revisions)
	rows := make([]HistoryRow, 0, len(revisions))
	for i := range revisions {
		r := &revisions[i]
		rows = append(rows, HistoryRow{
			Revision: r.Number, Name: r.Name, Created: r.Created, Images: workload.Images(&r.Template),
			ChangeCause: r.Annotations[workload.AnnotationChangeCause],
			Verdict:     VerdictOf(r),
			Current:     current != nil && current.UID == r.UID,
		})
	}
	return rows
}
