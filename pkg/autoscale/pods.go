package autoscale

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/resource"
)

// Why a pod does not count as the others do. The set is closed.
const (
	LeftDeleting     = "being deleted"
	LeftFailed       = "failed"
	LeftPending      = "pending"
	LeftNoMetrics    = "no metrics"
	LeftInitializing = "just started, the cpu does not count yet"
	LeftNeverReady   = "never ready"
)

// LeftOut is a pod that does not count as the others do.
type LeftOut struct {
	Pod string `json:"pod"`
	Why string `json:"why"`
}

// podGroups are the pods of a target as one metric sees them.
// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details, "all Pods with
// a deletion timestamp set … are ignored, and all failed Pods are discarded", "if a particular Pod is missing metrics, it is
// set aside", "when scaling on CPU, if any pod has yet to become ready".
type podGroups struct {
	ready                     int
	unready, missing, ignored map[string]bool
	left                      []LeftOut
}

// measured is the value of a metric of one pod, in thousandths, over the window that ended at a time.
type measured struct {
	value  int64
	time   time.Time
	window time.Duration
}

// group sorts the pods for a metric of a resource, or of "" for any other metric of pods.
func (s *Snapshot) group(values map[string]measured, name corev1.ResourceName) podGroups {
	g := podGroups{unready: map[string]bool{}, missing: map[string]bool{}, ignored: map[string]bool{}}
	put := func(in map[string]bool, pod *corev1.Pod, why string) {
		in[pod.Name] = true
		g.left = append(g.left, LeftOut{pod.Name, why})
	}
	for _, pod := range s.Pods {
		value, has := values[pod.Name]
		switch {
		case pod.DeletionTimestamp != nil:
			put(g.ignored, pod, LeftDeleting)
		case pod.Status.Phase == corev1.PodFailed:
			put(g.ignored, pod, LeftFailed)
		case pod.Status.Phase == corev1.PodPending:
			put(g.unready, pod, LeftPending)
		case !has:
			put(g.missing, pod, LeftNoMetrics)
		default:
			if why := s.cpuNotCounted(pod, value); name == corev1.ResourceCPU && why != "" {
				put(g.unready, pod, why)
				continue
			}
			g.ready++
		}
	}
	return g
}

// cpuNotCounted says why the cpu of a running pod does not count, or returns "". During the initialization period it counts if
// the pod is ready and was for a whole window; after it, unless the pod has never been ready.
func (s *Snapshot) cpuNotCounted(pod *corev1.Pod, value measured) string {
	ready := readyCondition(pod)
	if ready == nil || pod.Status.StartTime == nil {
		return LeftNeverReady
	}
	started, unready := pod.Status.StartTime.Time, ready.Status == corev1.ConditionFalse
	switch {
	case started.Add(s.Controller.CPUInitialization).After(s.Now):
		if unready || value.time.Before(ready.LastTransitionTime.Add(value.window)) {
			return LeftInitializing
		}
	case unready && started.Add(s.Controller.ReadinessDelay).After(ready.LastTransitionTime.Time):
		return LeftNeverReady
	}
	return ""
}

func readyCondition(pod *corev1.Pod) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == corev1.PodReady {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

// usage is the value of a resource for each pod that has one: of one container or, with "", of all of them.
func (s *Snapshot) usage(name corev1.ResourceName, container string) map[string]measured {
	values := map[string]measured{}
	for _, pod := range s.Usage {
		sum, has := int64(0), container == "" && len(pod.Containers) > 0
		for _, c := range pod.Containers {
			if container != "" && c.Name != container {
				continue
			}
			q, measures := c.Usage[name]
			if has = measures; !has {
				break
			}
			sum += q.MilliValue()
		}
		if has {
			values[pod.Name] = measured{sum, pod.Timestamp.Time, pod.Window.Duration}
		}
	}
	return values
}

// requests are those of all pods, in thousandths; the error is in the words of the controller.
// Source: KEP-2837 for the request of a whole pod, KEP-753 for sidecars.
func (s *Snapshot) requests(name corev1.ResourceName, container string) (map[string]int64, error) {
	all := map[string]int64{}
	for _, pod := range s.Pods {
		if container == "" && resource.IsPodLevelRequestsSet(pod) {
			q, ok := resource.PodRequests(pod, resource.PodResourcesOptions{})[name]
			if !ok {
				return nil, fmt.Errorf("missing pod-level request for %s in Pod %s", name, pod.Name)
			}
			all[pod.Name] = q.MilliValue()
			continue
		}
		sum, found := int64(0), false
		for _, c := range counted(&pod.Spec) {
			if container != "" && c.Name != container {
				continue
			}
			q, ok := c.Resources.Requests[name]
			if !ok {
				return nil, fmt.Errorf("missing request for %s in container %s of Pod %s", name, c.Name, pod.Name)
			}
			sum, found = sum+q.MilliValue(), true
		}
		if !found && container != "" {
			return nil, fmt.Errorf("container %s not found in Pod %s", container, pod.Name)
		}
		all[pod.Name] = sum
	}
	return all, nil
}
