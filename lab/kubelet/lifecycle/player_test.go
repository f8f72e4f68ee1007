package lifecycle

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// player steps a Machine through its own time.
type player struct {
	m      *Machine
	world  *objects
	now    time.Time
	events []Event
	gone   bool
	begun  time.Time
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// podOf is a pod with one container, web, of an image.
func podOf(image string, edits ...func(*corev1.Pod)) *corev1.Pod {
	grace := int64(30)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", UID: "0b8a1c1e-0000-4000-8000-000000000001", Generation: 1},
		Spec: corev1.PodSpec{
			NodeName: "lab-1", RestartPolicy: corev1.RestartPolicyAlways, TerminationGracePeriodSeconds: &grace,
			Containers: []corev1.Container{{Name: "web", Image: image, ReadinessProbe: readyProbe(5)}},
		},
	}
	for _, edit := range edits {
		edit(pod)
	}
	return pod
}

func readyProbe(period int32) *corev1.Probe {
	return &corev1.Probe{
		PeriodSeconds: period, FailureThreshold: 3, SuccessThreshold: 1,
		ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromInt32(8080)}},
	}
}

func play(pod *corev1.Pod, edits ...func(*objects)) *player {
	p := &player{world: newObjects(), now: noon, begun: noon}
	for _, edit := range edits {
		edit(p.world)
	}
	p.m = New(pod, Settings{HostIP: "127.0.0.1", PodIP: "10.88.0.7", Listed: noon.Add(-900 * time.Millisecond)}, noon)
	return p
}

// until plays on to a time since the start.
func (p *player) until(t time.Duration) *player {
	for end := p.begun.Add(t); ; {
		p.take(p.m.Step(p.now, p.world))
		next, ok := p.m.timers.next()
		if !ok || next.at.After(end) {
			p.now = end
			return p
		}
		p.now = next.at
	}
}

func (p *player) take(out Output) {
	p.world.pulled(out.Pulled)
	p.events = append(p.events, out.Events...)
	p.gone = p.gone || out.Delete
}

// remove deletes the pod in the API.
func (p *player) remove(grace int64) *player {
	pod := p.m.pod.DeepCopy()
	at := metav1.NewTime(p.now.Add(time.Duration(grace) * time.Second))
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &grace
	pod.Generation++
	p.take(p.m.Observe(pod, p.now, p.world))
	return p
}

// story is what the status tells about a container, in short.
func (p *player) story(name string) string {
	s := containerStatus(&p.m.status, name)
	if s == nil {
		return "-"
	}
	words := fmt.Sprintf("%s, restarts %d, ready %v", stateWords(s.State), s.RestartCount, s.Ready)
	if last := s.LastTerminationState.Terminated; last != nil {
		words += fmt.Sprintf(", last %s %d", last.Reason, last.ExitCode)
	}
	return words
}

// told tells whether an event of this reason contains a text.
func (p *player) told(reason, text string) bool {
	for _, e := range p.events {
		if e.Reason == reason && strings.Contains(e.Message, text) {
			return true
		}
	}
	return false
}

func (p *player) want(t *testing.T, story string) {
	t.Helper()
	if got := p.story("web"); !strings.HasPrefix(got, story) {
		t.Errorf("after %v: %s, want %s…", p.now.Sub(p.begun), got, story)
	}
}

func (p *player) wantEvent(t *testing.T, reason, text string) {
	t.Helper()
	if !p.told(reason, text) {
		t.Errorf("no event %s %q among %v", reason, text, p.events)
	}
}
