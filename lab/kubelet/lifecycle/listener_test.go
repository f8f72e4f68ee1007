package lifecycle

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func declares(ports ...int32) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		for _, port := range ports {
			pod.Spec.Containers[0].Ports = append(pod.Spec.Containers[0].Ports, corev1.ContainerPort{ContainerPort: port})
		}
	}
}

func unprobed(pod *corev1.Pod) { pod.Spec.Containers[0].ReadinessProbe = nil }

func tcpProbe(pod *corev1.Pod) {
	probe := readyProbe(5)
	probe.HTTPGet, probe.TCPSocket = nil, &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)}
	pod.Spec.Containers[0].ReadinessProbe = probe
}

type podEdit = func(*corev1.Pod)

// What listens is open to a neighbour, open to the pod's own loopback only, or closed.
func TestListenerOn(t *testing.T) {
	for _, test := range []struct {
		image          string
		edits          []podEdit
		at             time.Duration
		port           int
		open, loopback bool
	}{
		{"web:1", nil, 5 * time.Second, 8080, true, true},
		{"web:1", nil, 5 * time.Second, 80, false, false},
		{"web:1", []podEdit{unprobed, declares(5000, 9090)}, 5 * time.Second, 5000, true, true},
		{"web:1", []podEdit{unprobed, declares(5000, 9090)}, 5 * time.Second, 9090, true, true},
		{"web:1", []podEdit{unprobed, declares(5000)}, 5 * time.Second, 8080, false, false},
		{"web:1-p8080", []podEdit{unprobed, declares(80)}, 5 * time.Second, 8080, true, true},
		{"web:1-p8080", []podEdit{unprobed, declares(80)}, 5 * time.Second, 80, false, false},
		{"web:1-localhost", []podEdit{unprobed}, 5 * time.Second, 8080, false, true},
		{"web:1-localhost-p5000", []podEdit{unprobed}, 5 * time.Second, 5000, false, true},
		{"web:1-hang", []podEdit{unprobed}, 5 * time.Second, 8080, false, false},
		{"web:1-crash", []podEdit{unprobed}, 5 * time.Second, 8080, false, false},
		{"web:1-missing", []podEdit{unprobed}, 5 * time.Second, 8080, false, false},
		{"web:1-boot-9s", nil, 5 * time.Second, 8080, false, false},
		{"web:1-boot-9s", nil, 15 * time.Second, 8080, true, true},
		{"web:1-unready", nil, 15 * time.Second, 8080, true, true},
		{"web:1-unready", []podEdit{tcpProbe}, 15 * time.Second, 8080, false, false},
		{"web:1-http500", []podEdit{tcpProbe}, 15 * time.Second, 8080, true, true},
	} {
		p := play(podOf(test.image, test.edits...)).until(test.at)
		_, open := p.m.ListenerOn(test.port, false, p.now)
		_, loopback := p.m.ListenerOn(test.port, true, p.now)
		if open != test.open || loopback != test.loopback {
			t.Errorf("%s port %d after %v: open %v, on loopback %v", test.image, test.port, test.at, open, loopback)
		}
	}
}

func TestAnswer(t *testing.T) {
	live := func(pod *corev1.Pod) {
		pod.Spec.Containers[0].LivenessProbe = readyProbe(5)
		pod.Spec.Containers[0].LivenessProbe.HTTPGet.Path = "live"
	}
	for _, test := range []struct {
		image string
		path  string
		at    time.Duration
		want  int
		delay time.Duration
	}{
		{"web:1", "/", 5 * time.Second, 200, 0},
		{"web:1-http500", "/", 5 * time.Second, 500, 0},
		{"web:1-http404", "/live", 5 * time.Second, 404, 0},
		{"web:1-unready", "/orders", 5 * time.Second, 500, 0},
		{"web:1-unready", "/live", 5 * time.Second, 200, 0},
		{"web:1-liveness", "/live", 5 * time.Second, 500, 0},
		{"web:1-liveness", "/ready", 5 * time.Second, 200, 0},
		{"web:1-slow", "/", 5 * time.Second, 503, 0},
		{"web:1-slow", "/", 25 * time.Second, 200, 0},
		{"web:1-delay", "/", 5 * time.Second, 200, 3 * time.Second},
		{"web:1-delay-200ms", "/", 5 * time.Second, 200, 200 * time.Millisecond},
	} {
		p := play(podOf(test.image, live)).until(test.at)
		l, ok := p.m.ListenerOn(8080, false, p.now)
		status, delay, running := p.m.Answer(l, test.path, p.now)
		if !ok || !running || status != test.want || delay != test.delay {
			t.Errorf("%s %s after %v: %v %v: %d after %v", test.image, test.path, test.at, ok, running, status, delay)
		}
	}
}

// A connection to a run that is over leads nowhere, although the next run listens.
func TestAnswerOfAnEarlierRun(t *testing.T) {
	p := play(podOf("web:1-crash-8s")).until(5 * time.Second)
	first, ok := p.m.ListenerOn(8080, false, p.now)
	if !ok {
		t.Fatal("nothing listens")
	}
	p.until(12 * time.Second)
	if _, ok := p.m.ListenerOn(8080, false, p.now); !ok {
		t.Error("the second run does not listen")
	}
	if _, _, running := p.m.Answer(first, "/", p.now); running {
		t.Error("the first run answers after its end")
	}
}

// What a probe sees and what a request gets are one thing.
func TestProbesOfWhatListens(t *testing.T) {
	for image, want := range map[string]string{
		"web:1-localhost": "dial tcp 10.88.0.7:8080: connect: connection refused",
		"web:1-http500":   "HTTP probe failed with statuscode: 500",
		"web:1-http404":   "HTTP probe failed with statuscode: 404",
		"web:1-delay-2s":  `Get "http://10.88.0.7:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
	} {
		p := play(podOf(image)).until(30 * time.Second)
		p.want(t, "running, restarts 0, ready false")
		p.wantEvent(t, "Unhealthy", want)
	}
	for image, edit := range map[string]podEdit{"web:1-localhost": unprobed, "web:1-http500": tcpProbe, "web:1-delay-200ms": func(*corev1.Pod) {}} {
		play(podOf(image, edit)).until(30*time.Second).want(t, "running, restarts 0, ready true")
	}
}

func TestProgramSaysWhereItListens(t *testing.T) {
	for image, want := range map[string]string{
		"web:1": "listening on :8080", "web:1-p5000": "listening on :5000", "web:1-localhost": "listening on 127.0.0.1:8080",
	} {
		p := play(podOf(image)).until(5 * time.Second)
		if got := p.m.runtime.latest("web").log.tail(); !strings.HasSuffix(got, "\n"+want+"\n") {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}
