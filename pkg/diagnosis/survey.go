package diagnosis

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// survey is the result of a look at all new pods.
type survey struct {
	symptoms []symptom
	// unexplained are unready pods without a symptom of their own, by phase.
	unexplained map[podPhase][]*corev1.Pod
	// endedUnexplained are pods that ended without a reason.
	endedUnexplained []*corev1.Pod
	evicted          []symptom
	rejected         []symptom
	of               int // new pods that should serve
	ready            int
	admitted         int // of them, by their kubelets
}

// newPods are the pods of a revision that are meant to stay.
func newPods(pods []*corev1.Pod, revision *workload.Revision) []*corev1.Pod {
	if revision == nil {
		return nil
	}
	mine := make([]*corev1.Pod, 0, len(pods))
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
		if !Healthy(pod) {
			all = append(all, pod)
		}
	}
	return all
}

// survey finds the symptoms of the unhealthy pods, and counts the others.
func (ev *evidence) survey(w *workload.Workload, r *workload.Revision, pods []*corev1.Pod, well int) survey {
	d := survey{unexplained: map[podPhase][]*corev1.Pod{}, of: well, ready: well, admitted: well}
	if found, ok := uncreated(w, r, w.Terminating > 0 || ev.leaving); ok {
		d.symptoms = append(d.symptoms, found)
	}
	for _, pod := range pods {
		if Ended(pod) {
			ev.lookAtEnded(&d, pod)
			continue
		}
		d.of++
		if IsReady(pod) {
			d.ready++
		}
		if admitted(pod) {
			d.admitted++
		}
		ev.lookAt(&d, pod)
	}
	if r != nil {
		d.addRejected(int(r.Desired))
	}
	ev.share(&d)
	ev.countEvictions(&d)
	return d
}

func (ev *evidence) lookAtEnded(d *survey, pod *corev1.Pod) {
	if ev.history.past[pod.UID] {
		return
	}
	if found, ok := ev.evicted(pod); ok {
		found.pod = pod
		d.evicted = append(d.evicted, found)
		return
	}
	if IsRejected(pod) {
		d.rejected = append(d.rejected, rejection(pod))
		return
	}
	before := len(d.symptoms)
	if !restartsAlways(pod) {
		ev.lookAtContainers(d, pod)
	}
	if len(d.symptoms) == before && pod.Status.Phase == corev1.PodFailed || restartsAlways(pod) { // one that restarts its containers was made to end
		d.endedUnexplained = append(d.endedUnexplained, pod)
	}
}

// lookAt adds what one pod shows.
func (ev *evidence) lookAt(d *survey, pod *corev1.Pod) {
	if found, ok := ev.unscheduled(pod); ok {
		found.pod = pod
		d.symptoms = append(d.symptoms, found)
		return
	}
	before := len(d.symptoms)
	if ev.lookAtContainers(d, pod); len(d.symptoms) > before || IsReady(pod) {
		return
	}
	if found, ok := ev.byEvents(pod); ok {
		found.pod = pod
		d.symptoms = append(d.symptoms, found)
	}
	if ev.unreadyFor(pod, unexplainedTime) {
		sh := phaseOf(pod)
		d.unexplained[sh] = append(d.unexplained[sh], pod)
	}
}

func (ev *evidence) lookAtContainers(d *survey, pod *corev1.Pod) {
	for ref := range containers(pod) {
		if found, ok := ev.inContainer(ref); ok {
			d.symptoms = append(d.symptoms, found)
		}
	}
}

// share gives the causes of pods whose events and logs were read to pods in the same state: they are read for a few
// exemplars only.
func (ev *evidence) share(d *survey) {
	explained := map[string]*symptom{}
	byPhase := map[podPhase]*symptom{}
	own := map[types.UID]bool{}
	for i := range d.symptoms {
		s := &d.symptoms[i]
		switch {
		case s.vague || s.pod == nil:
		case s.exitCode != nil:
			if known := explained[s.container]; known == nil || specificity(s.cause) > specificity(known.cause) {
				explained[s.container] = s
			}
		case s.container == "" || s.cause == ImagePulling:
			byPhase[phaseOf(s.pod)], own[s.pod.UID] = s, true
		}
	}
	for i := range d.symptoms {
		if s := &d.symptoms[i]; s.vague && s.exitCode != nil && specificity(s.cause) == 0 {
			s.adopt(explained[s.container])
		}
	}
	for sh, pods := range d.unexplained {
		for _, pod := range pods {
			if like := byPhase[sh]; like != nil && sh != phaseUnready && !own[pod.UID] && !ev.sawEvents(pod.UID) {
				s := *like
				s.pod = pod
				d.symptoms = append(d.symptoms, s)
			}
		}
	}
}

// adopt takes over the cause of a container that ended with the same exit code.
func (s *symptom) adopt(like *symptom) {
	if like == nil || *like.exitCode != *s.exitCode {
		return
	}
	s.cause, s.grade, s.patience, s.message, s.subject, s.source = like.cause, like.grade, like.patience, like.message, like.subject, like.source
	s.vague = false
}

// specificity orders the causes of one termination.
func specificity(c Cause) int {
	if c == CrashLoop || c == InitFailed {
		return 0
	}
	return 1
}
