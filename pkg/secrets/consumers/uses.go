package consumers

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// objectUse is a use of one of the objects that are sought.
type objectUse struct {
	object objectName
	Use
}

// objectName names a Secret or ConfigMap of the namespace that is searched.
type objectName struct{ kind, name string }

// podUses lists how a pod uses what is sought, in the order of workload.References.
func podUses(spec *corev1.PodSpec, sought map[objectName]bool) []objectUse {
	var found []objectUse
	for _, r := range workload.References(&corev1.PodTemplateSpec{Spec: *spec}) {
		object := objectName{string(r.Kind), r.Name}
		if !sought[object] {
			continue
		}
		for _, use := range referenceUses(spec, r) {
			found = append(found, objectUse{object, use})
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

// Variables says which variables the consumers make of a key: "deployment/web uses it as DB_URL".
func Variables(consumers []Consumer) func(key string) []string {
	return func(key string) []string {
		var all []string
		for _, c := range consumers {
			for _, u := range c.Uses {
				name := u.Variable
				if u.How == HowEnvFrom {
					name = u.Prefix + key
				}
				text := fmt.Sprintf("%s uses it as %s", c, name)
				if (u.How == HowEnv && u.Key == key || u.How == HowEnvFrom) && !u.PodsOnly && !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
		}
		return all
	}
}
