package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// unexplainedTime is how long a pod may lie without a symptom before its events are asked for.
const unexplainedTime = 2 * time.Second

// unexplained asks the events of a pod that is not ready and shows no symptom.
func (c *clues) unexplained(pod *corev1.Pod) (symptom, bool) {
	if !c.unreadyFor(pod, unexplainedTime) {
		return symptom{}, false
	}
	all := c.notes[pod.UID]
	if found, ok := lostNode(pod, all); ok {
		return found, true
	}
	switch shapeOf(pod) {
	case shapeCreating:
		for _, look := range []func() (symptom, bool){
			func() (symptom, bool) { return c.creating(all) },
			func() (symptom, bool) { return imagePulling(all) }, // clusters before 1.29 don't tell that the sandbox is there
			func() (symptom, bool) { return c.unboundClaim(pod) },
		} {
			if found, ok := look(); ok {
				return found, true
			}
		}
		return c.withoutSandbox(pod)
	case shapePulling:
		return imagePulling(all)
	case shapeUnready:
		return c.unreadyPod(pod, all)
	default:
		return symptom{}, false
	}
}

// silentTime is how long a sandbox may take to come before it is named without an event: attaching a
// volume takes a minute or two.
const silentTime = 2 * time.Minute

// withoutSandbox is what the status alone tells, where no event does, or not any more.
func (c *clues) withoutSandbox(pod *corev1.Pod) (symptom, bool) {
	ready := podCondition(pod, corev1.PodReadyToStartContainers)
	if ready == nil || ready.Status != corev1.ConditionFalse || !c.unreadyFor(pod, silentTime) || !c.sawEvents(pod.UID) {
		return symptom{}, false
	}
	if found, ok := c.heldClaim(pod); ok {
		return found, true
	}
	return waiting(PodSandboxFailed, "PodReadyToStartContainers is False on node "+pod.Spec.NodeName+": volumes are not mounted or the network is not set up, and no event says why"), true
}

// creatingReasons are the events that tell of a sandbox or a volume that could not be made.
var creatingReasons = []struct {
	reasons []string
	judge   func(text string) symptom
}{
	{[]string{"FailedMount", "FailedMapVolume"}, mountFailure},
	{[]string{"FailedAttachVolume"}, mountFailure},
	{[]string{"FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady", "FailedCreatePodContainer"}, sandboxFailure},
}

// beyondCreating are the events that come when sandbox and volumes are there.
var beyondCreating = []string{"Pulling", "Pulled", "Created", "Started"}

func (c *clues) creating(all notes) (symptom, bool) {
	var best symptom
	passed := all.latest("", beyondCreating...)
	for _, kind := range creatingReasons {
		for _, note := range all {
			if !isOneOf(note, kind.reasons) || (passed != nil && noteTime(passed).After(noteTime(note))) {
				continue
			}
			found := kind.judge(noteText(note))
			found.noted, found.span = true, noteSpan(note)
			if preferred(found, best) {
				best = found
			}
		}
	}
	return best, best.cause != ""
}

func isOneOf(note *corev1.Event, reasons []string) bool {
	for _, r := range reasons {
		if note.Reason == r {
			return true
		}
	}
	return false
}

// imagePulling: a pull has begun, and nothing came after it.
func imagePulling(all notes) (symptom, bool) {
	began := all.latest("", "Pulling")
	if began == nil {
		return symptom{}, false
	}
	if next := all.latest("", "Pulled", "Created", "Started", "Failed"); next != nil && !noteTime(next).Before(noteTime(began)) {
		return symptom{}, false
	}
	found := waiting(ImagePulling, oneLine(noteText(began)))
	path := began.InvolvedObject.FieldPath
	if open := strings.LastIndexByte(path, '{'); open >= 0 {
		found.container = strings.TrimSuffix(path[open+1:], "}")
	}
	return found, true
}

// unreadyPod: containers run, and the pod still does not count as ready.
func (c *clues) unreadyPod(pod *corev1.Pod, all notes) (symptom, bool) {
	if found, ok := c.creating(all); ok && !anyRan(pod) {
		return found, true
	}
	if ready := podCondition(pod, corev1.PodReady); ready != nil && ready.Reason == "ReadinessGatesNotReady" && c.unreadyFor(pod, unreadyTime) {
		return waiting(ReadinessFailing, oneLine(ready.Message)), true
	}
	return imagePulling(all)
}

func anyRan(pod *corev1.Pod) bool {
	for s := range seats(pod) {
		if s.running() || s.status.State.Terminated != nil || s.status.LastTerminationState.Terminated != nil {
			return true
		}
	}
	return false
}
