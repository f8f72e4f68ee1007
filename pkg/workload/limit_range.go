package workload

import corev1 "k8s.io/api/core/v1"

// WithDefaults returns a pod spec as the LimitRanges of its namespace complete it: the admission
// plugin LimitRanger gives each container the limits and requests that it does not set itself.
func WithDefaults(spec *corev1.PodSpec, ranges []corev1.LimitRange) *corev1.PodSpec {
	completed := spec.DeepCopy()
	for i := range ranges {
		for _, item := range ranges[i].Spec.Limits {
			if item.Type != corev1.LimitTypeContainer {
				continue
			}
			for _, containers := range [][]corev1.Container{completed.InitContainers, completed.Containers} {
				for j := range containers {
					r := &containers[j].Resources
					// A limit that the container sets is its request too, and comes before a default.
					r.Requests = requestsOf(*r)
					r.Limits = complete(r.Limits, item.Default)
					r.Requests = complete(r.Requests, item.DefaultRequest)
				}
			}
		}
	}
	return completed
}

func complete(have, defaults corev1.ResourceList) corev1.ResourceList {
	for name, q := range defaults {
		if _, ok := have[name]; ok {
			continue
		}
		if have == nil {
			have = corev1.ResourceList{}
		}
		have[name] = q.DeepCopy()
	}
	return have
}
