package workload

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Fields of the spec whose writers are told, as managedFields names them.
const (
	fieldTemplate = "f:template"
	fieldReplicas = "f:replicas"
)

// SpecManagers are the entries of managedFields that own a part of the pod template or the replicas, without the rest of
// what they own. The replicas are written through the subresource scale, too.
func SpecManagers(all []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	var managers []metav1.ManagedFieldsEntry
	for _, f := range all {
		var owned []string
		for _, field := range []string{fieldTemplate, fieldReplicas} {
			if owns(f, field) {
				owned = append(owned, strconv.Quote(field)+":{}")
			}
		}
		if len(owned) > 0 {
			f.FieldsV1 = metav1.NewFieldsV1(`{"f:spec":{` + strings.Join(owned, ",") + "}}")
			managers = append(managers, f)
		}
	}
	return managers
}

// owns tells whether a manager has written a field of the spec, the replicas by their subresource included.
func owns(f metav1.ManagedFieldsEntry, field string) bool {
	if f.FieldsV1 == nil || f.Subresource != "" && (field != fieldReplicas || f.Subresource != subresourceScale) {
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

// subresourceScale is where autoscalers and kubectl scale write the replicas.
const subresourceScale = "scale"

// TemplateWriter tells who wrote the pod template last, and when. Times of managedFields are whole seconds: of
// two writers in one second neither is named.
func (w *Workload) TemplateWriter() (name string, at time.Time) {
	for _, f := range w.Managers {
		switch {
		case f.Time == nil || !owns(f, fieldTemplate):
		case f.Time.After(at):
			name, at = ManagerName(f.Manager), f.Time.Time
		case f.Time.Time.Equal(at):
			name = ""
		}
	}
	return name, at
}

// AutoscalerController is the writer of the replicas that an autoscaler sets.
const AutoscalerController = "the HorizontalPodAutoscaler"

// ReplicasWriter tells who wrote the replicas last, and when. The API server gives no time to what is written through the
// subresource scale, but who changes a value is its only owner then, beside those who apply the same value.
func (w *Workload) ReplicasWriter() (name string, at *metav1.Time) {
	for _, operation := range []metav1.ManagedFieldsOperationType{metav1.ManagedFieldsOperationUpdate, metav1.ManagedFieldsOperationApply} {
		var names []string
		for _, f := range w.Managers {
			if f.Operation == operation && owns(f, fieldReplicas) {
				names, at = append(names, writerName(f)), f.Time
			}
		}
		switch len(names) {
		case 0:
		case 1:
			return names[0], at
		default:
			return strings.Join(names, " or "), nil
		}
	}
	return "", nil
}

// WroteReplicasWith tells whether who wrote the replicas last has written an annotation with them; true if no writers are
// known. A 0 that was written through the subresource scale has no owner.
func (w *Workload) WroteReplicasWith(annotation string) bool {
	for _, f := range w.Managers {
		if !owns(f, fieldReplicas) {
			continue
		}
		var fields struct {
			Metadata struct {
				Annotations map[string]json.RawMessage `json:"f:annotations"`
			} `json:"f:metadata"`
		}
		if json.Unmarshal(f.FieldsV1.GetRawBytes(), &fields) != nil {
			continue
		}
		if _, both := fields.Metadata.Annotations["f:"+annotation]; both {
			return true
		}
	}
	return len(w.Managers) == 0
}

// writerName knows who writes through the subresource scale: the HorizontalPodAutoscaler controller runs under the name of the
// program that it is a part of, and kubectl scale under that of kubectl.
func writerName(f metav1.ManagedFieldsEntry) string {
	switch {
	case f.Subresource != subresourceScale:
	case f.Manager == "kube-controller-manager":
		return AutoscalerController
	case f.Manager == "kubectl":
		return "kubectl scale"
	}
	return ManagerName(f.Manager)
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
