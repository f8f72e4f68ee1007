package secrets

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// sighting is a use of one of the objects that are sought.
type sighting struct {
	object objectName
	Use
}

// objectName names a Secret or ConfigMap of the namespace that is searched.
type objectName struct{ kind, name string }

// podUses lists how a pod uses what is sought, in the order of workload.References.
func podUses(spec *corev1.PodSpec, sought map[objectName]bool) []sighting {
	var found []sighting
	for _, r := range workload.References(&corev1.PodTemplateSpec{Spec: *spec}) {
		object := objectName{string(r.Kind), r.Name}
		if !sought[object] {
			continue
		}
		for _, use := range referenceUses(spec, r) {
			found = append(found, sighting{object, use})
		}
	}
	return found
}

func referenceUses(spec *corev1.PodSpec, r workload.Reference) []Use {
	use := Use{Key: r.Key, Container: r.Container, Optional: r.Optional}
	switch r.Use {
	case workload.UseEnv:
		use.How, use.Variable, use.Reach = HowEnv, r.Field, ReachContainerStart
	case workload.UseEnvFrom:
		use.How, use.Prefix, use.Reach = HowEnvFrom, r.Prefix, ReachContainerStart
	case workload.UsePullSecret:
		use.How, use.Reach = HowPullSecret, ReachImagePull
	case workload.UseVolume:
		return volumeUses(spec, r, use)
	case workload.UseIdentity:
		return nil
	}
	return []Use{use}
}

// volumeUses has one use for each mount through which the file of the key is seen. What no container
// sees still has to be there before the pod can start.
func volumeUses(spec *corev1.PodSpec, r workload.Reference, use Use) []Use {
	use.How, use.Volume, use.Reach = HowVolume, r.Field, ReachInPlace
	if r.Projected {
		use.How = HowProjected
	}
	var uses []Use
	for _, m := range workload.Mounts(spec, r.Field) {
		seen := use
		seen.Container, seen.MountPath = m.Container, m.Path
		switch {
		case r.Key != "" && !m.Shows(r.Path):
			continue
		case r.Key == "" && m.SubPath != "": // a key is the name of its file
			seen.Key, seen.guessed = m.SubPath, r.Projected
		}
		if m.Pinned() {
			seen.How, seen.Reach = HowSubPath, ReachContainerStart
		}
		uses = append(uses, seen)
	}
	if uses == nil {
		return []Use{use}
	}
	return uses
}
