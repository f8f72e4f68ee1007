package diagnosis

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// survey is what a look at all new pods found.
type survey struct {
	symptoms []symptom
	// mute are the pods that should have shown something by now and did not, by shape.
	mute map[shape][]*corev1.Pod
	// endedMute are pods that ended without a word of why.
	endedMute []*corev1.Pod
	evicted   []symptom
	rejected  []symptom
	of        int // new pods that should serve
	ready     int
	admitted  int // of them, by their kubelets
}

// newPods are the pods of a revision that are meant to stay.
func newPods(pods []*corev1.Pod, revision *workload.Revision) []*corev1.Pod {
	mine := make([]*corev1.Pod, 0, len(pods))
	if revision == nil {
		return nil
	}
	for _, pod := range pods {
		if pod.DeletionTimestamp == nil && revision.Owns(pod) {
			mine = append(mine, pod)
		}
	}
	return mine
}

func unhealthy(pods []*corev1.Pod) []*corev1.Pod {
	var all []*corev1.Pod
	for _, pod := range pods {
		if !healthy(pod) {
			all = append(all, pod)
		}
	}
	return all
}

// survey looks at the new pods that are not well, and counts those that are. It judges nothing: what the symptoms amount to is decided where
// the strategy is known.
func (c *clues) survey(w *workload.Workload, r *workload.Revision, pods []*corev1.Pod, well int) survey {
	d := survey{mute: map[shape][]*corev1.Pod{}, of: well, ready: well, admitted: well}
	if found, ok := uncreated(r, w.Terminating > 0 || c.leaving); ok {
		d.symptoms = append(d.symptoms, found)
	}
	for _, pod := range pods {
		if Ended(pod) {
			c.lookAtEnded(&d, pod)
			continue
		}
		d.of++
		if IsReady(pod) {
			d.ready++
		}
		if admitted(pod) {
			d.admitted++
		}
		c.lookAt(&d, pod)
	}
	if r != nil {
		d.addRejected(int(r.Desired))
	}
	c.share(&d)
	c.countEvictions(&d)
	return d
}

func (c *clues) lookAtEnded(d *survey, pod *corev1.Pod) {
	if c.history.past[pod.UID] {
		return
	}
	if found, ok := c.evicted(pod); ok {
		found.pod = pod
		d.evicted = append(d.evicted, found)
		return
	}
	if IsRejected(pod) {
		d.rejected = append(d.rejected, rejection(pod))
		return
	}
	// A pod of a Deployment restarts its containers: one that ended was made to.
	d.endedMute = append(d.endedMute, pod)
}

// lookAt adds what one pod shows.
func (c *clues) lookAt(d *survey, pod *corev1.Pod) {
	if found, ok := c.unplaced(pod); ok {
		found.pod = pod
		d.symptoms = append(d.symptoms, found)
		return
	}
	before := len(d.symptoms)
	for s := range seats(pod) {
		if found, ok := c.inContainer(s); ok {
			d.symptoms = append(d.symptoms, found)
		}
	}
	if len(d.symptoms) > before || IsReady(pod) {
		return
	}
	if found, ok := c.unexplained(pod); ok {
		found.pod = pod
		d.symptoms = append(d.symptoms, found)
	}
	if c.unreadyFor(pod, unexplainedTime) {
		sh := shapeOf(pod)
		d.mute[sh] = append(d.mute[sh], pod)
	}
}
