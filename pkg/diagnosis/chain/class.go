package chain

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The annotations by which the controller asks a provisioner for a volume, and by which a class is the default.
const (
	provisionerKey = "volume.kubernetes.io/storage-provisioner"
	defaultKey     = "storageclass.kubernetes.io/is-default-class"
)

// manual is the provisioner of classes whose volumes a person makes.
const manual = "kubernetes.io/no-provisioner"

// claim is the one that a problem is about, if it waits for a volume.
func (l *look) claim(p *diagnosis.Problem) *corev1.PersistentVolumeClaim {
	if p.Cause != diagnosis.VolumePending {
		return nil
	}
	for _, c := range l.in.Claims {
		if c.Name == p.Subject && c.Status.Phase == corev1.ClaimPending {
			return c
		}
	}
	return nil
}

// classStep says what of the StorageClass keeps a claim without a volume; ok is false where the classes were not read, or
// explain nothing.
func (l *look) classStep(p *diagnosis.Problem, related map[workload.Ref]Related) (step Step, ok bool) {
	claim := l.claim(p)
	if claim == nil || l.in.Classes == nil {
		return Step{}, false
	}
	all := l.in.Classes.Items
	if claim.Spec.StorageClassName == nil || *claim.Spec.StorageClassName == "" {
		step.Object = workload.Ref{Kind: string(workload.ClaimReference), Namespace: claim.Namespace, Name: claim.Name}
		step.Field, step.Says = "spec.storageClassName", withoutClass(claim, all)
		return step, step.Says != ""
	}
	name := *claim.Spec.StorageClassName
	step.Object = workload.Ref{Kind: kindClass, Name: name}
	i := slices.IndexFunc(all, func(c storagev1.StorageClass) bool { return c.Name == name })
	if i < 0 {
		step.Says = "does not exist" + otherClasses(name, all)
		return step, true
	}
	class, maker := &all[i], claim.Annotations[provisionerKey]
	step.Field = "provisioner"
	switch {
	case class.Provisioner == manual:
		step.Says = "makes no volumes: a PersistentVolume of this class that fits has to be there"
	case maker == "" && class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer:
		step.Field, step.Says = "volumeBindingMode", "makes a volume only when the scheduler has chosen a node (WaitForFirstConsumer)"
	default:
		step.Says = "its provisioner " + class.Provisioner + " has made no volume yet"
		if related[workload.Ref{Kind: kindDriver, Name: maker}].Absent {
			step.Says += ", and no CSIDriver has this name: it may not be installed"
		}
	}
	return step, true
}

// withoutClass says why a claim that names no class gets no volume.
func withoutClass(claim *corev1.PersistentVolumeClaim, all []storagev1.StorageClass) string {
	isDefault := func(c storagev1.StorageClass) bool { return c.Annotations[defaultKey] == "true" }
	switch {
	case claim.Spec.StorageClassName != nil:
		return `is Pending: storageClassName is "", so no volume is made, and a PersistentVolume without a class that fits has to be there`
	case !slices.ContainsFunc(all, isDefault):
		return "is Pending: storageClassName is not set, and no StorageClass is the default" + otherClasses("", all)
	}
	return ""
}

// otherClasses names the class that was meant, or all of them.
func otherClasses(name string, all []storagev1.StorageClass) string {
	var names []string
	for i := range all {
		names = append(names, all[i].Name)
	}
	switch near := workload.Nearest(name, names); {
	case len(names) == 0:
		return "; the cluster has none"
	case name != "" && near != "":
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return "; there are " + strings.Join(names[:min(8, len(names))], ", ")
}
