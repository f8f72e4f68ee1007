package diagnosis

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The kubelet says only by events that an object of a volume is not there, and the controller of a StatefulSet or DaemonSet
// that the service account is not. Where no event is left, the template names the objects.

// absentCauses are the causes by the kind of the object.
var absentCauses = map[workload.ReferenceKind]Cause{
	workload.SecretReference: SecretMissing, workload.ConfigMapReference: ConfigMapMissing,
	workload.ServiceAccountReference: ServiceAccountMissing, workload.ClaimReference: VolumePending,
}

// absentKeys are the causes where the object is there without the key.
var absentKeys = map[workload.ReferenceKind]Cause{
	workload.SecretReference: SecretKeyMissing, workload.ConfigMapReference: ConfigMapKeyMissing,
}

// absent names the first object of a use that the template needs and that is not there.
func (ev *evidence) absent(use workload.ReferenceUse) (symptom, bool) {
	for _, r := range ev.references {
		if r.Use != use || r.Optional {
			continue
		}
		cause, subject, owner, text := absentCauses[r.Kind], r.Name, "", fmt.Sprintf("%s %q not found", strings.ToLower(string(r.Kind)), r.Name)
		if r.Key != "" && absentKeys[r.Kind] != "" {
			cause, subject, owner, text = absentKeys[r.Kind], r.Key, r.Name, fmt.Sprintf("%s %q has no key %q", strings.ToLower(string(r.Kind)), r.Name, r.Key)
		}
		if use == workload.UseVolume {
			text += fmt.Sprintf(", and volume %s needs it", r.Field)
		}
		found := missing(cause, subject, text+"; no event is left that says so").from("spec.volumes")
		found.owner = owner
		return found, true
	}
	return symptom{}, false
}

// usedUp names a quota that has no room for a pod, where no event is left.
func (d *Diagnosis) usedUp() (symptom, bool) {
	for _, s := range workload.Shortages(d.in.Quotas, &d.in.Workload.Template.Spec, 1, nil) {
		if len(s.Undeclared) > 0 {
			continue
		}
		found := fatal(QuotaExceeded, fmt.Sprintf("exceeded quota: %s, requested: %s=%s, used: %s=%s, limited: %s=%s; no event is left that says so",
			s.Quota, s.Resource, s.Need.String(), s.Resource, s.Used.String(), s.Resource, s.Hard.String()))
		if d.leaving() {
			found.grade = Waiting
		}
		d.countMissing(&found)
		return found.from("status.used").of("ResourceQuota", s.Quota), true
	}
	return symptom{}, false
}

// unmountable names an object that a volume of a pod without a sandbox lacks.
func (ev *evidence) unmountable(pod *corev1.Pod) (symptom, bool) {
	if !ev.eventless(pod.UID) {
		return symptom{}, false
	}
	return ev.absent(workload.UseVolume)
}
