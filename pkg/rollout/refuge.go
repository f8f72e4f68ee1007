package rollout

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Refuge returns the number of the revision to go back to when the one before the change was not
// serving: of those that are neither that one nor the present one, the newest that is stamped good or, if
// there is none, that has pods available now; 0 if nothing speaks for any.
func Refuge(revisions []workload.Revision, before *Before, template *corev1.PodTemplateSpec) int64 {
	var good, serving int64
	for i := range revisions {
		r := &revisions[i]
		was := before != nil && before.Revision != nil && r.UID == before.Revision.UID
		if was || workload.SameTemplate(&r.Template, template) {
			continue
		}
		stamp := StampOf(r)
		if stamp != nil && stamp.Outcome == StampGood {
			good = max(good, r.Number)
		}
		if r.Available > 0 && (stamp == nil || stamp.Outcome != StampBad) {
			serving = max(serving, r.Number)
		}
	}
	if good > 0 {
		return good
	}
	return serving
}
