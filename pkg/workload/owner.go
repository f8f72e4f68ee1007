package workload

import (
	"encoding/json"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OwnerTool is a tool that writes a workload from elsewhere, and will write it again.
type OwnerTool string

// The tools that are known by the marks that they leave.
const (
	OwnerApply  OwnerTool = "kubectl apply"
	OwnerHelm   OwnerTool = "Helm"
	OwnerFlux   OwnerTool = "Flux"
	OwnerArgoCD OwnerTool = "Argo CD"
	OwnerSSA    OwnerTool = "server-side apply"
	// OwnerController makes the object out of another one, which is its controller.
	OwnerController OwnerTool = "controller"
)

// Owner is who else manages a workload, and so will revert a change that is not made there.
type Owner struct {
	Tool OwnerTool
	// Name of the release, application or field manager, with Kind and Namespace as the tool knows
	// them ("Kustomization", "HelmRelease"); any of them may be "".
	Kind, Namespace, Name string
}

// Owners lists who else manages the images of a workload, the surest to revert a change first. An
// applier counts even when it does not hold the image's field at the moment: kubectl's set image
// took the field over, and the next apply or sync takes it back.
func Owners(o metav1.Object) []Owner { return owners(o, holdsTemplate) }

// ReplicaOwners lists who else sets the replicas of a workload. A manifest that leaves them out does not.
func ReplicaOwners(o metav1.Object) []Owner {
	found := owners(o, func(f metav1.ManagedFieldsEntry) bool { return owns(f, fieldReplicas) })
	sets := managedBy(o, func(f metav1.ManagedFieldsEntry) bool {
		return owns(f, fieldReplicas) && !strings.HasPrefix(f.Manager, "kubectl")
	})
	return slices.DeleteFunc(found, func(owner Owner) bool {
		switch owner.Tool {
		case OwnerApply:
			return !appliesReplicas(o.GetAnnotations()[AnnotationLastApplied])
		case OwnerSSA:
			return false
		}
		return !sets
	})
}

// appliesReplicas tells whether the manifest that was last applied sets the replicas.
func appliesReplicas(lastApplied string) bool {
	var manifest struct {
		Spec struct {
			Replicas *int32 `json:"replicas"`
		} `json:"spec"`
	}
	return json.Unmarshal([]byte(lastApplied), &manifest) == nil && manifest.Spec.Replicas != nil
}

// ContentOwners lists who else writes these keys of a Secret or ConfigMap. self is the field manager that
// asks.
func ContentOwners(o metav1.Object, keys []string, self string) []Owner {
	return owners(o, func(f metav1.ManagedFieldsEntry) bool { return f.Manager != self && holdsKeys(f, keys) })
}

// owners finds the tools by their marks, and the appliers that hold what is asked about.
func owners(o metav1.Object, holds func(metav1.ManagedFieldsEntry) bool) []Owner {
	for _, find := range []func(metav1.Object) (Owner, bool){controllerOwner, fluxOwner, argoOwner, helmOwner} {
		if owner, ok := find(o); ok {
			return []Owner{owner} // with what it applies is its business
		}
	}
	var found []Owner
	if _, ok := o.GetAnnotations()[AnnotationLastApplied]; ok || managedBy(o, func(f metav1.ManagedFieldsEntry) bool { return f.Manager == "kubectl-client-side-apply" }) {
		found = append(found, Owner{Tool: OwnerApply})
	}
	for _, f := range o.GetManagedFields() {
		if f.Operation == metav1.ManagedFieldsOperationApply && f.Subresource == "" && holds(f) {
			found = append(found, Owner{Tool: OwnerSSA, Name: f.Manager})
		}
	}
	return found
}

// controllerOwner reads the reference of an operator that makes the object out of one of its own. What the kinds of the table
// make is no matter of tools.
func controllerOwner(o metav1.Object) (Owner, bool) {
	controller := metav1.GetControllerOfNoCopy(o)
	if controller == nil || KindNamed(controller.Kind) != nil {
		return Owner{}, false
	}
	return Owner{OwnerController, controller.Kind, o.GetNamespace(), controller.Name}, true
}

// fluxOwner reads the labels that Flux puts on what it applies.
func fluxOwner(o metav1.Object) (Owner, bool) {
	// Reconciliation can be switched off for one object (fluxcd.io, Kustomization, "Controlling the apply behavior").
	if o.GetAnnotations()["kustomize.toolkit.fluxcd.io/reconcile"] == "disabled" {
		return Owner{}, false
	}
	const helmRelease, kustomization = "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io"
	switch {
	case o.GetLabels()[helmRelease+"/name"] != "":
		return Owner{OwnerFlux, "HelmRelease", o.GetLabels()[helmRelease+"/namespace"], o.GetLabels()[helmRelease+"/name"]}, true
	case o.GetLabels()[kustomization+"/name"] != "":
		return Owner{OwnerFlux, "Kustomization", o.GetLabels()[kustomization+"/namespace"], o.GetLabels()[kustomization+"/name"]}, true
	case hasManager(o, "kustomize-controller"):
		return Owner{Tool: OwnerFlux, Kind: "Kustomization"}, true
	case hasManager(o, "helm-controller"):
		return Owner{Tool: OwnerFlux, Kind: "HelmRelease"}, true
	}
	return Owner{}, false
}

// argoOwner reads Argo CD's tracking id, "APP:GROUP/KIND:NAMESPACE/NAME", or its field managers.
func argoOwner(o metav1.Object) (Owner, bool) {
	if id := o.GetAnnotations()["argocd.argoproj.io/tracking-id"]; id != "" {
		app, _, _ := strings.Cut(id, ":")
		if namespace, name, ok := strings.Cut(app, "_"); ok { // applications in any namespace
			return Owner{OwnerArgoCD, "Application", namespace, name}, true
		}
		return Owner{Tool: OwnerArgoCD, Kind: "Application", Name: app}, true
	}
	if app := o.GetLabels()["argocd.argoproj.io/instance"]; app != "" {
		return Owner{Tool: OwnerArgoCD, Kind: "Application", Name: app}, true
	}
	if managedBy(o, func(f metav1.ManagedFieldsEntry) bool { return strings.HasPrefix(f.Manager, "argocd") }) {
		return Owner{Tool: OwnerArgoCD, Kind: "Application"}, true
	}
	return Owner{}, false
}

func helmOwner(o metav1.Object) (Owner, bool) {
	name := o.GetAnnotations()["meta.helm.sh/release-name"]
	if name != "" || o.GetLabels()["app.kubernetes.io/managed-by"] == "Helm" || hasManager(o, "helm") {
		return Owner{OwnerHelm, "release", o.GetAnnotations()["meta.helm.sh/release-namespace"], name}, true
	}
	return Owner{}, false
}

func hasManager(o metav1.Object, name string) bool {
	return managedBy(o, func(f metav1.ManagedFieldsEntry) bool { return f.Manager == name })
}

func managedBy(o metav1.Object, is func(metav1.ManagedFieldsEntry) bool) bool {
	return slices.ContainsFunc(o.GetManagedFields(), func(f metav1.ManagedFieldsEntry) bool { return f.Subresource == "" && is(f) })
}

// holdsTemplate tells whether a manager has a part in the pod template's spec. One that applies only
// replicas or labels does not bring an image back.
func holdsTemplate(f metav1.ManagedFieldsEntry) bool {
	if f.FieldsV1 == nil {
		return false
	}
	type podSpec map[string]json.RawMessage
	type template struct {
		Spec podSpec `json:"f:spec"`
	}
	var pod struct {
		Spec podSpec `json:"f:spec"`
	}
	var fields struct {
		Spec struct {
			Template    template `json:"f:template"`
			JobTemplate struct {
				Spec struct {
					Template template `json:"f:template"`
				} `json:"f:spec"`
			} `json:"f:jobTemplate"`
		} `json:"f:spec"`
	}
	raw := f.FieldsV1.GetRawBytes()
	if json.Unmarshal(raw, &pod) != nil || json.Unmarshal(raw, &fields) != nil {
		return false
	}
	return slices.ContainsFunc([]podSpec{pod.Spec, fields.Spec.Template.Spec, fields.Spec.JobTemplate.Spec.Template.Spec}, func(spec podSpec) bool {
		_, containers := spec["f:containers"]
		_, inits := spec["f:initContainers"]
		return containers || inits
	})
}

// holdsKeys tells whether a manager owns one of the keys.
func holdsKeys(f metav1.ManagedFieldsEntry, keys []string) bool {
	if f.FieldsV1 == nil {
		return false
	}
	var fields struct {
		Data       map[string]json.RawMessage `json:"f:data"`
		BinaryData map[string]json.RawMessage `json:"f:binaryData"`
	}
	if err := json.Unmarshal(f.FieldsV1.GetRawBytes(), &fields); err != nil {
		return false
	}
	return slices.ContainsFunc(keys, func(key string) bool {
		_, text := fields.Data["f:"+key]
		_, binary := fields.BinaryData["f:"+key]
		return text || binary
	})
}

// WithoutOwners are labels without those by which a tool knows what is its own. On an object that it has not
// made they would lead it to delete that.
func WithoutOwners(labels map[string]string) map[string]string {
	kept := map[string]string{}
	for key, value := range labels {
		prefix, _, _ := strings.Cut(key, "/")
		owners := key == "app.kubernetes.io/managed-by" || key == "app.kubernetes.io/instance" ||
			strings.HasSuffix(prefix, "toolkit.fluxcd.io") || strings.HasSuffix(prefix, "argoproj.io")
		if !owners {
			kept[key] = value
		}
	}
	return kept
}
