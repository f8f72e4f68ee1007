package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Demand is what one pod of a template asks of a ResourceQuota, by the quota's names ("pods",
// "requests.cpu", "limits.memory", …).
type Demand map[corev1.ResourceName]resource.Quantity

// PodDemand computes a pod's demand as the quota's evaluator does (KEP-753 for sidecars): the larger
// of what runs together and of what any init container needs beside the sidecars started before it.
func PodDemand(spec *corev1.PodSpec) Demand {
	demand := Demand{corev1.ResourcePods: resource.MustParse("1"), "count/pods": resource.MustParse("1")}
	requests := podTotal(spec, requestsOf)
	add(requests, spec.Overhead)
	limits := podTotal(spec, limitsOf)
	for name, q := range spec.Overhead { // counts only where a limit is set at all
		if _, ok := limits[name]; ok {
			add(limits, corev1.ResourceList{name: q})
		}
	}
	for name, q := range requests {
		demand["requests."+name] = q
		if name == corev1.ResourceCPU || name == corev1.ResourceMemory || name == corev1.ResourceEphemeralStorage {
			demand[name] = q
		}
	}
	for name, q := range limits {
		demand["limits."+name] = q
	}
	return demand
}

func podTotal(spec *corev1.PodSpec, of func(corev1.ResourceRequirements) corev1.ResourceList) corev1.ResourceList {
	running, sidecars, peak := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			add(sidecars, of(c.Resources))
			raise(peak, sidecars)
			continue
		}
		alone := sidecars.DeepCopy()
		add(alone, of(c.Resources))
		raise(peak, alone)
	}
	add(running, sidecars)
	for i := range spec.Containers {
		add(running, of(spec.Containers[i].Resources))
	}
	raise(running, peak)
	if spec.Resources != nil { // pod-level resources stand for the sum (KEP-2837)
		for name, q := range of(*spec.Resources) {
			running[name] = q.DeepCopy()
		}
	}
	return running
}

// requestsOf falls back on the limit, as the API server does when it creates a pod (SetDefaults_Pod);
// in a template the field is still empty.
func requestsOf(r corev1.ResourceRequirements) corev1.ResourceList {
	requests := r.Requests.DeepCopy()
	for name, q := range r.Limits {
		if _, ok := requests[name]; !ok {
			if requests == nil {
				requests = corev1.ResourceList{}
			}
			requests[name] = q.DeepCopy()
		}
	}
	return requests
}

func limitsOf(r corev1.ResourceRequirements) corev1.ResourceList { return r.Limits }

func add(to, what corev1.ResourceList) {
	for name, q := range what {
		sum := to[name]
		sum.Add(q)
		to[name] = sum
	}
}

func raise(to, floor corev1.ResourceList) {
	for name, q := range floor {
		if have, ok := to[name]; !ok || q.Cmp(have) > 0 {
			to[name] = q.DeepCopy()
		}
	}
}

// Undeclared names the containers that leave out what a quota on name makes a duty: cpu and memory,
// requests and limits. The quota then refuses the pod, unless a LimitRange fills it in.
func Undeclared(spec *corev1.PodSpec, name corev1.ResourceName) []string {
	of, plain := requirement(name)
	if of == nil || spec.Resources != nil {
		return nil
	}
	var missing []string
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			if _, ok := of(containers[i].Resources)[plain]; !ok {
				missing = append(missing, containers[i].Name)
			}
		}
	}
	return missing
}

// requirement tells which field of a container the name in a quota counts; nil for what is no duty.
func requirement(name corev1.ResourceName) (of func(corev1.ResourceRequirements) corev1.ResourceList, plain corev1.ResourceName) {
	switch name {
	case corev1.ResourceCPU, corev1.ResourceRequestsCPU:
		return requestsOf, corev1.ResourceCPU
	case corev1.ResourceMemory, corev1.ResourceRequestsMemory:
		return requestsOf, corev1.ResourceMemory
	case corev1.ResourceLimitsCPU:
		return limitsOf, corev1.ResourceCPU
	case corev1.ResourceLimitsMemory:
		return limitsOf, corev1.ResourceMemory
	}
	return nil, ""
}
