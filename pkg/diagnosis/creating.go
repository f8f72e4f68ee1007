package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// unexplainedTime is how long a pod may be unready without a symptom before its events are asked for.
const unexplainedTime = 2 * time.Second

// byEvents explains an unready pod without a symptom by its events.
func (ev *evidence) byEvents(pod *corev1.Pod) (symptom, bool) {
	if !ev.unreadyFor(pod, unexplainedTime) {
		return symptom{}, false
	}
	all := ev.events[pod.UID]
	if found, ok := ev.lostNode(pod, all); ok {
		return found, true
	}
	switch phaseOf(pod) {
	case phaseCreating:
		for _, look := range []func() (symptom, bool){
			func() (symptom, bool) { return ev.creating(all) },
			func() (symptom, bool) { return ev.unmountable(pod) },
			func() (symptom, bool) { return imagePulling(all) }, // clusters before 1.29 don't tell that the sandbox is there
			func() (symptom, bool) { return ev.unboundClaim(pod) },
		} {
			if found, ok := look(); ok {
				return found, true
			}
		}
		return ev.withoutSandbox(pod)
	case phasePulling:
		return imagePulling(all)
	case phaseUnready:
		return ev.unreadyPod(pod, all)
	default:
		return symptom{}, false
	}
}

// silentTime is how long a sandbox may take before its absence is a finding without an event: attaching a volume takes a
// minute or two.
const silentTime = 2 * time.Minute

// withoutSandbox names a missing sandbox by the status alone.
func (ev *evidence) withoutSandbox(pod *corev1.Pod) (symptom, bool) {
	ready := podCondition(pod, corev1.PodReadyToStartContainers)
	if ready == nil || ready.Status != corev1.ConditionFalse || !ev.unreadyFor(pod, silentTime) || !ev.sawEvents(pod.UID) {
		return symptom{}, false
	}
	if found, ok := ev.heldClaim(pod); ok {
		return found.from("status.conditions[PodReadyToStartContainers]"), true
	}
	return waiting(PodSandboxFailed, "PodReadyToStartContainers is False on node "+pod.Spec.NodeName+": volumes are not mounted or the network is not set up, and no event says why").from("status.conditions[PodReadyToStartContainers]"), true
}

// creatingReasons are the events about sandboxes and volumes that could not be created.
var creatingReasons = []struct {
	reasons []string
	read    func(text string) symptom
}{
	{[]string{"FailedMount", "FailedMapVolume"}, mountFailure},
	{[]string{"FailedAttachVolume"}, mountFailure},
	{[]string{"FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady", "FailedCreatePodContainer"}, sandboxFailure},
}

// beyondCreating are events that prove that sandbox and volumes exist.
var beyondCreating = []string{"Pulling", "Pulled", "Created", "Started"}

func (ev *evidence) creating(all events) (symptom, bool) {
	var best symptom
	passed := all.latest("", beyondCreating...)
	for _, kind := range creatingReasons {
		for _, event := range all {
			if !isOneOf(event, kind.reasons) || (passed != nil && eventTime(passed).After(eventTime(event))) {
				continue
			}
			found := kind.read(eventText(event))
			found.datedBy(event)
			found = found.fromEvent(event)
			if preferred(found, best) {
				best = found
			}
		}
	}
	return best, best.cause != ""
}

func isOneOf(event *corev1.Event, reasons []string) bool {
	for _, r := range reasons {
		if event.Reason == r {
			return true
		}
	}
	return false
}

// imagePulling finds a pull that has begun and not ended.
func imagePulling(all events) (symptom, bool) {
	began := all.latest("", "Pulling")
	if began == nil {
		return symptom{}, false
	}
	if next := all.latest("", "Pulled", "Created", "Started", "Failed"); next != nil && !eventTime(next).Before(eventTime(began)) {
		return symptom{}, false
	}
	found := waiting(ImagePulling, oneLine(eventText(began))).fromEvent(began)
	path := began.InvolvedObject.FieldPath
	if open := strings.LastIndexByte(path, '{'); open >= 0 {
		found.container = strings.TrimSuffix(path[open+1:], "}")
	}
	return found, true
}

// unreadyPod explains a pod whose containers run and that is not ready.
func (ev *evidence) unreadyPod(pod *corev1.Pod, all events) (symptom, bool) {
	if found, ok := ev.creating(all); ok && !anyRan(pod) {
		return found, true
	}
	if ready := podCondition(pod, corev1.PodReady); ready != nil && ready.Reason == "ReadinessGatesNotReady" && ev.unreadyFor(pod, unreadyTime) {
		return waiting(ReadinessFailing, oneLine(ready.Message)).from("status.conditions[Ready]"), true
	}
	return imagePulling(all)
}

// preferred ranks symptoms of creation: a missing object, then a failed mount, then a wait that timed out.
func preferred(a, b symptom) bool {
	weight := func(s symptom) int {
		switch {
		case s.cause == "":
			return 0
		case s.grade == Fatal:
			return 3
		case strings.HasPrefix(s.message, "Unable to attach or mount volumes"):
			return 1
		}
		return 2
	}
	return weight(a) > weight(b)
}

var mountLead = lazily(`^(?:MountVolume\.\w+|AttachVolume\.\w+|UnmountVolume\.\w+) failed for volume "[^"]*" ?: `)

func mountFailure(text string) symptom {
	message := oneLine(text)
	if found, ok := missingObject(text, oneLine(mountLead().ReplaceAllString(text, ""))); ok {
		return found
	}
	return waiting(VolumeMountFailed, message)
}

var sandboxLayers = []expression{
	rpcLayer,
	lazily(`^(?:F|f)ailed to create pod sandbox: `),
	lazily(`^failed to (?:setup|set up) (?:network for )?sandbox "?[^":]*"?: `),
}

func sandboxFailure(text string) symptom {
	return waiting(PodSandboxFailed, oneLine(dropPrefixes(text, sandboxLayers)))
}
