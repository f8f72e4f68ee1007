package podtemplate

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ListedVolume is a volume of a template with the places where containers see it.
type ListedVolume struct {
	Name string
	// Holds is what workload.VolumeText says.
	Holds string
	// Claim is the name of the claim; "" for none, and for one of each pod.
	Claim  string
	Mounts []ListedMount
}

// ListedMount is one place.
type ListedMount struct {
	Container, Path, SubPath string
	ReadOnly                 bool
}

// Volumes lists the volumes of a workload, those of which each pod has its own last.
func Volumes(o workload.Object) (all []ListedVolume) {
	spec := &o.Template().Spec
	for i := range spec.Volumes {
		v := &spec.Volumes[i]
		listed := ListedVolume{Name: v.Name, Holds: workload.VolumeText(&v.VolumeSource), Mounts: mountsOf(spec, v.Name)}
		if v.PersistentVolumeClaim != nil {
			listed.Claim = v.PersistentVolumeClaim.ClaimName
		}
		all = append(all, listed)
	}
	for _, c := range o.ClaimTemplates() {
		size := c.Spec.Resources.Requests[corev1.ResourceStorage]
		all = append(all, ListedVolume{Name: c.Name, Holds: "a claim of each pod, " + size.String(), Mounts: mountsOf(spec, c.Name)})
	}
	return all
}

func mountsOf(spec *corev1.PodSpec, volume string) (mounts []ListedMount) {
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, m := range c.VolumeMounts {
			if m.Name == volume {
				mounts = append(mounts, ListedMount{c.Name, m.MountPath, m.SubPath, m.ReadOnly})
			}
		}
	}
	return mounts
}
