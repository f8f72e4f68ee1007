package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
)

// imageUser is the user that the lab's images run as.
const imageUser = 65532

// userOf is the identity of a container's first process.
func userOf(pod *corev1.Pod, u *unit) *corev1.ContainerUser {
	uid, gid := int64(imageUser), int64(imageUser)
	if u.behavior.Root {
		uid, gid = 0, 0
	}
	if s := pod.Spec.SecurityContext; s != nil {
		uid, gid = override(uid, s.RunAsUser), override(gid, s.RunAsGroup)
	}
	if s := u.SecurityContext; s != nil {
		uid, gid = override(uid, s.RunAsUser), override(gid, s.RunAsGroup)
	}
	return &corev1.ContainerUser{Linux: &corev1.LinuxContainerUser{UID: uid, GID: gid, SupplementalGroups: []int64{gid}}}
}

func override(value int64, by *int64) int64 {
	if by != nil {
		return *by
	}
	return value
}

// mountStatuses are a container's mounts, as its status tells them.
func mountStatuses(u *unit) []corev1.VolumeMountStatus {
	var all []corev1.VolumeMountStatus
	for _, mount := range u.VolumeMounts {
		s := corev1.VolumeMountStatus{Name: mount.Name, MountPath: mount.MountPath, ReadOnly: mount.ReadOnly}
		if mount.ReadOnly {
			disabled := corev1.RecursiveReadOnlyDisabled
			s.RecursiveReadOnly = &disabled
		}
		all = append(all, s)
	}
	return all
}

// podResources are the sums of what the containers request and may take, by the
// rule for pods with sidecars: the sidecars and the main containers run
// together, an init container runs alone beside the sidecars before it.
func podResources(pod *corev1.Pod) (requests, limits corev1.ResourceList) {
	read := func(c *corev1.Container) (corev1.ResourceList, corev1.ResourceList) {
		return c.Resources.Requests, c.Resources.Limits
	}
	requests, limits = corev1.ResourceList{}, corev1.ResourceList{}
	sideRequests, sideLimits := corev1.ResourceList{}, corev1.ResourceList{}
	peakRequests, peakLimits := corev1.ResourceList{}, corev1.ResourceList{}
	for i := range pod.Spec.Containers {
		r, l := read(&pod.Spec.Containers[i])
		plus(requests, r)
		plus(limits, l)
	}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		r, l := read(c)
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			plus(sideRequests, r)
			plus(sideLimits, l)
			continue
		}
		peak(peakRequests, r, sideRequests)
		peak(peakLimits, l, sideLimits)
	}
	plus(requests, sideRequests)
	plus(limits, sideLimits)
	peak(requests, peakRequests, nil)
	peak(limits, peakLimits, nil)
	return unlessEmpty(requests), unlessEmpty(limits)
}

func plus(sum, more corev1.ResourceList) {
	for name, q := range more {
		total := sum[name]
		total.Add(q)
		sum[name] = total
	}
}

// peak raises each entry of sum to the one of a plus b.
func peak(sum, a, b corev1.ResourceList) {
	for name, q := range a {
		total := q.DeepCopy()
		total.Add(b[name])
		if before, ok := sum[name]; !ok || total.Cmp(before) > 0 {
			sum[name] = total
		}
	}
}

func unlessEmpty(list corev1.ResourceList) corev1.ResourceList {
	if len(list) == 0 {
		return nil
	}
	return list
}
