package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

const evictedReason = "Evicted"

// scheduleEviction plans the eviction that a container's behaviour asks for. It
// is counted from when the node got the pod.
func (m *Machine) scheduleEviction() {
	for _, u := range m.mains {
		if u.behavior.Evicted {
			m.timers.set("evict", m.now.Add(u.behavior.EvictAfter), func() { m.evict(u) })
			return
		}
	}
}

// evict ends the pod as the eviction manager does: for a volume that outgrew its
// limit if the pod has such a volume, else for the node's memory.
func (m *Machine) evict(u *unit) {
	if m.worker.task != taskSync {
		return
	}
	m.evicting = m.evictionMessage(u)
	m.podWarning(evictedReason, m.evicting)
	m.terminate()
}

func (m *Machine) evictionMessage(u *unit) string {
	if v, limit := limitedVolume(m.pod); v != "" {
		return fmt.Sprintf("Usage of EmptyDir volume %q exceeds the limit %q. ", v, limit)
	}
	usage := usageOf(m.pod, u.Container)
	return fmt.Sprintf("The node was low on resource: memory. Threshold quantity: 100Mi, available: 88408Ki. "+
		"Container %s was using %s, request is %s, has larger consumption of memory. ",
		u.Name, usage.Memory.String(), u.Resources.Requests.Memory().String())
}

func limitedVolume(pod *corev1.Pod) (name, limit string) {
	for _, v := range pod.Spec.Volumes {
		if v.EmptyDir != nil && v.EmptyDir.SizeLimit != nil {
			return v.Name, v.EmptyDir.SizeLimit.String()
		}
	}
	return "", ""
}

// stopCode is how a program ends that was asked to: well, except when the node
// ran out of memory under it.
func (m *Machine) stopCode() (code int32, reason string) {
	if m.evicting != "" && m.underPressure() {
		return 137, "Error"
	}
	return 0, "Completed"
}

// underPressure tells that an eviction is for the node's sake.
func (m *Machine) underPressure() bool {
	name, _ := limitedVolume(m.pod)
	return name == ""
}
