package podtemplate

import (
	"fmt"
	"path"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// VolumeRemoval removes mounts, and the volumes that no container mounts any more.
type VolumeRemoval struct {
	// Name is "" for all volumes.
	Name string
	// MountPath is the only mount that is meant; "" for all of them.
	MountPath string
	// Containers is as in Volume.
	Containers string
}

// Plan removes them from a template. The error is a *PlanError or, if no container matches, a *rollout.UnknownContainerError.
func (r *VolumeRemoval) Plan(o workload.Object, before *corev1.PodTemplateSpec) (planned corev1.PodTemplateSpec, notes []string, err error) {
	planned = *before.DeepCopy()
	spec, ref := &planned.Spec, o.Ref()
	containers, err := r.containers(ref, spec)
	if err != nil {
		return planned, nil, err
	}
	own := claimTemplates(o)
	fixed := slices.Contains(own, r.Name)
	switch have := volumeNamed(spec, r.Name); {
	case r.Name == "":
	case fixed && r.all():
		return planned, nil, fromClaimTemplate(ref, r.Name)
	case have == nil && !fixed:
		if near := workload.Nearest(r.Name, volumeNames(own, spec)); near != "" {
			return planned, nil, refuse(ref, "%s has no volume %s; did you mean %s?", ref, r.Name, near)
		}
		return planned, []string{fmt.Sprintf("%s has no volume %s", ref, r.Name)}, nil
	}
	for _, c := range containers {
		c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return r.means(own, &m) })
	}
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool {
		if r.Name != "" && v.Name != r.Name || len(workload.Mounts(spec, v.Name)) > 0 || !r.all() && len(workload.Mounts(&before.Spec, v.Name)) == 0 {
			return false
		}
		if claim := v.PersistentVolumeClaim; claim != nil {
			notes = append(notes, fmt.Sprintf("persistentvolumeclaim/%s stays, with its data", claim.ClaimName))
		}
		return true
	})
	return planned, notes, nil
}

// all: no mount is to be kept.
func (r *VolumeRemoval) all() bool { return r.MountPath == "" && r.Containers == rollout.AllContainers }

func (r *VolumeRemoval) means(own []string, m *corev1.VolumeMount) bool {
	if r.Name == "" && slices.Contains(own, m.Name) {
		return false // it can't be removed
	}
	return (r.Name == "" || r.Name == m.Name) && (r.MountPath == "" || r.MountPath == path.Clean(m.MountPath))
}

// containers are those of the pattern; all of them are init containers, too.
func (r *VolumeRemoval) containers(ref workload.Ref, spec *corev1.PodSpec) ([]*corev1.Container, error) {
	all, err := chosen(ref, spec, r.Containers)
	if err == nil && r.Containers == rollout.AllContainers {
		for i := range spec.InitContainers {
			all = append(all, &spec.InitContainers[i])
		}
	}
	return all, err
}
