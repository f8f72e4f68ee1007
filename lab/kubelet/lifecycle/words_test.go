package lifecycle

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// TestWords plays each word on a pod without probes or hooks, as kubectl create
// makes it, and wants its evidence. Without a probe to disturb it, a real kubelet
// leaves a crashed container's state at terminated for most of the back-off.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		words  string
		at     time.Duration
		story  string
		reason string
		text   string
	}{
		{"", 2 * time.Second, "running, restarts 0, ready true", "Started", ""},
		{"missing", 2 * time.Second, "waiting ErrImagePull", "Failed", "docker.io/library/web:2-missing: not found"},
		{"missing-5s", 20 * time.Second, "running, restarts 0, ready true", "Pulled", "Successfully pulled"},
		{"private", 2 * time.Second, "waiting ErrImagePull", "Failed", "authorization failed"},
		{"unreachable", 2 * time.Second, "waiting ErrImagePull", "Failed", "dial tcp registry-1.docker.io:443: connect: connection refused"},
		{"overloaded", 2 * time.Second, "waiting ErrImagePull", "Failed", "429 Too Many Requests"},
		{"corrupt", 2 * time.Second, "waiting ErrImagePull", "Failed", "unexpected commit digest"},
		{"slowpull-10s", 9 * time.Second, "waiting ContainerCreating", "Pulling", ""},
		{"slowpull-10s", 12 * time.Second, "running, restarts 0, ready true", "Pulled", "in 10s"},
		{"startfail", 5 * time.Second, "waiting", "Failed", "no such file or directory"},
		{"noexec", 5 * time.Second, "waiting", "Failed", "permission denied"},
		{"badarch", 40 * time.Second, "terminated Error 255", "BackOff", ""},
		{"sandbox", 5 * time.Second, "waiting ContainerCreating", "FailedCreatePodSandBox", "failed to setup network"},
		{"poststart", 4 * time.Second, "waiting PostStartHookError", "FailedPostStartHook", "PostStartHook failed"},
		{"crash", 40 * time.Second, "terminated Error 1 , restarts 3", "BackOff", ""},
		{"crash-after-8s", 7 * time.Second, "running, restarts 0, ready true", "Started", ""},
		{"crash-after-8s", 10 * time.Second, "running, restarts 1, ready true, last Error 3", "Started", ""},
		{"crash-2x", 40 * time.Second, "running, restarts 2, ready true, last Error 1", "BackOff", ""},
		{"oom", 5 * time.Second, "running, restarts 1, ready true, last OOMKilled 137", "Started", ""},
		{"done", 5 * time.Second, "terminated Completed 0 , restarts 1", "BackOff", ""},
		{"initfail", 40 * time.Second, "terminated Error 1 , restarts 3", "BackOff", ""},
		{"hang", time.Minute, "running, restarts 0, ready true", "Started", ""},
		{"unready", time.Minute, "running, restarts 0, ready false", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500"},
		{"slow-20s", 19 * time.Second, "running, restarts 0, ready false", "Unhealthy", "503"},
		{"slow-20s", 27 * time.Second, "running, restarts 0, ready true", "Unhealthy", "503"},
		{"flaky", 10 * time.Second, "running, restarts 0, ready true", "Started", ""},
		{"flaky", 38 * time.Second, "running, restarts 0, ready false", "Unhealthy", "503"},
		{"liveness", 17 * time.Second, "running, restarts 1, ready true, last Completed 0", "Killing", "failed liveness probe, will be restarted"},
		{"startup", 17 * time.Second, "running, restarts 1, ready false, last Completed 0", "Killing", "failed startup probe, will be restarted"},
		{"evicted", 15 * time.Second, "terminated Error 137", "Evicted", "low on resource: memory"},
	} {
		image := "web:2"
		if c.words != "" {
			image += "-" + c.words
		}
		p := play(podOf(image, func(pod *corev1.Pod) { pod.Spec.Containers[0].ReadinessProbe = nil })).until(c.at)
		t.Run(image, func(t *testing.T) {
			p.want(t, c.story)
			p.wantEvent(t, c.reason, c.text)
		})
	}
}

func TestAnnotations(t *testing.T) {
	pod := podOf("web:1.0", func(pod *corev1.Pod) {
		pod.Spec.Containers[0].TerminationMessagePolicy = corev1.TerminationMessageReadFile
		pod.Annotations = map[string]string{
			AnnotationBehavior + ".web": "crash", AnnotationExitCode: "42", AnnotationMessage + ".web": "no licence", AnnotationLog: "one\ntwo",
		}
	})
	p := play(pod).until(1900 * time.Millisecond)
	p.want(t, "running, restarts 1")
	p.until(3*time.Second).want(t, "terminated Error 42 no licence")
	log, err := p.m.LogOf("web", false)
	if err != nil {
		t.Fatal(err)
	}
	lines, open, _ := log.From(0)
	if len(lines) != 3 || lines[1].Text != "one" || lines[2].Text != "two" || open {
		t.Errorf("log %v, open %v", lines, open)
	}
}

func TestFallbackToLogs(t *testing.T) {
	p := play(podOf("web:1-crash", func(pod *corev1.Pod) {
		pod.Spec.Containers[0].TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	})).until(3 * time.Second)
	s := containerStatus(&p.m.status, "web").LastTerminationState.Terminated
	if want := "fatal: could not connect to database at db:5432: connection refused\n"; s == nil || len(s.Message) < len(want) || s.Message[len(s.Message)-len(want):] != want {
		t.Errorf("message %+v", s)
	}
}

// What a node does comes on top of what the pod does anyway.
func TestWordsOfANode(t *testing.T) {
	annotated := func(pod *corev1.Pod) { pod.Annotations = map[string]string{AnnotationBehavior: "unready"} }
	for _, c := range []struct {
		name, node string
		edits      []func(*corev1.Pod)
		story      string
	}{
		{"a good node", "", nil, "running, restarts 1, ready true, last Error 3"},
		{"a bad node", "missing", nil, "waiting ImagePullBackOff"},
		{"both", "slowpull-4s", nil, "running, restarts 0, ready true"},
		{"an annotated pod", "", []func(*corev1.Pod){annotated}, "running, restarts 0, ready false"},
		{"an annotated pod on a bad node", "missing", []func(*corev1.Pod){annotated}, "waiting ImagePullBackOff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pod := podOf("web:2-crash-after-8s", c.edits...)
			p := play(pod)
			p.m = New(pod, Settings{HostIP: "127.0.0.1", PodIP: "10.88.0.7", Words: c.node}, noon)
			p.until(11 * time.Second)
			p.want(t, c.story)
		})
	}
}
