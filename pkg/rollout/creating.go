package rollout

import (
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Nothing in a pod's status tells why its sandbox or volumes are not there: only events do
// (recording m). They stay when their cause is gone, so each is checked against what came later.

// shape is where a pod without a symptom of its own stands. Pods of one shape share the cause that
// is found on those whose events were looked at.
type shape int

const (
	shapeNone shape = iota
	shapeCreating
	shapePulling
	shapeUnready
)

func shapeOf(pod *corev1.Pod) shape {
	if pod.Spec.NodeName == "" {
		return shapeNone
	}
	for s := range seats(pod) {
		if s.running() || s.status.State.Terminated != nil || s.status.LastTerminationState.Terminated != nil {
			return shapeUnready
		}
	}
	if hasSandbox(pod) {
		return shapePulling
	}
	return shapeCreating
}

// hasSandbox: volumes are mounted and the network is up (KEP-3085).
func hasSandbox(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReadyToStartContainers)
	return c != nil && c.Status == corev1.ConditionTrue
}

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
		if found, ok := c.creating(all); ok {
			return found, true
		}
		return imagePulling(all) // clusters before 1.29 don't tell that the sandbox is there
	case shapePulling:
		return imagePulling(all)
	case shapeUnready:
		return c.unreadyPod(pod, all)
	default:
		return symptom{}, false
	}
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

// preferred: what is missing says more than that a mount failed, and that more than that the wait
// for the mounts timed out.
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

var mountLead = regexp.MustCompile(`^(?:MountVolume\.\w+|AttachVolume\.\w+|UnmountVolume\.\w+) failed for volume "[^"]*" ?: `)

func mountFailure(text string) symptom {
	message := oneLine(text)
	if found, ok := missingObject(text, oneLine(mountLead.ReplaceAllString(text, ""))); ok {
		return found
	}
	return waiting(VolumeMountFailed, message)
}

var sandboxLayers = []*regexp.Regexp{
	rpcLayer,
	regexp.MustCompile(`^(?:F|f)ailed to create pod sandbox: `),
	regexp.MustCompile(`^failed to (?:setup|set up) (?:network for )?sandbox "?[^":]*"?: `),
}

func sandboxFailure(text string) symptom {
	return waiting(PodSandboxFailed, oneLine(dropPrefixes(text, sandboxLayers)))
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
		if s.running() || s.status.State.Terminated != nil {
			return true
		}
	}
	return false
}
