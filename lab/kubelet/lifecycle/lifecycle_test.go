package lifecycle

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func withInits(images ...string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		for i, image := range images {
			pod.Spec.InitContainers = append(pod.Spec.InitContainers, corev1.Container{Name: string(rune('a' + i)), Image: image})
		}
	}
}

func TestInitContainersRunInOrder(t *testing.T) {
	p := play(podOf("web:1.0", withInits("job:1", "job:1-done-10s"))).until(5 * time.Second)
	if got := p.story("a"); got != "terminated Completed 0 , restarts 0, ready true" {
		t.Error("a:", got)
	}
	if got := p.story("b"); got != "running, restarts 0, ready false" {
		t.Error("b:", got)
	}
	p.want(t, "waiting PodInitializing")
	p.until(15*time.Second).want(t, "running, restarts 0, ready true")
	if p.m.status.Phase != corev1.PodRunning || condition(&p.m.status, corev1.PodInitialized).Status != corev1.ConditionTrue {
		t.Errorf("status %+v", p.m.status)
	}
}

func TestInitFailOfTheMainImage(t *testing.T) {
	p := play(podOf("web:2-initfail", withInits("job:1", "job:1"))).until(40 * time.Second)
	if s := containerStatus(&p.m.status, "a"); s.RestartCount < 2 || s.LastTerminationState.Terminated.ExitCode != 1 {
		t.Errorf("a: %+v", s)
	}
	p.want(t, "waiting PodInitializing")
}

func TestSidecarStartsFirstAndEndsLast(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	p := play(podOf("web:1.0", withInits("proxy:1-slow-4s"), func(pod *corev1.Pod) {
		pod.Spec.InitContainers[0].RestartPolicy = &always
		pod.Spec.InitContainers[0].StartupProbe = readyProbe(1)
		pod.Spec.InitContainers[0].StartupProbe.FailureThreshold = 30
	})).until(3 * time.Second)
	p.want(t, "waiting PodInitializing")
	p.until(10*time.Second).want(t, "running, restarts 0, ready true")
	p.remove(30).until(20 * time.Second)
	if !p.gone || p.m.status.Phase != corev1.PodSucceeded {
		t.Errorf("gone %v, %s", p.gone, p.m.status.Phase)
	}
	if web, proxy := p.m.runtime.latest("web"), p.m.runtime.latest("a"); !web.finished.Before(proxy.finished) {
		t.Errorf("web ended %v, its sidecar %v", web.finished, proxy.finished)
	}
}

func TestPodsThatAreNotRestarted(t *testing.T) {
	policy := func(p corev1.RestartPolicy) func(*corev1.Pod) {
		return func(pod *corev1.Pod) { pod.Spec.RestartPolicy = p }
	}
	for image, want := range map[string]corev1.PodPhase{"job:1": corev1.PodSucceeded, "job:1-crash": corev1.PodFailed} {
		if p := play(podOf(image, policy(corev1.RestartPolicyNever))).until(10 * time.Second); p.m.status.Phase != want || p.gone {
			t.Errorf("%s: %s, gone %v", image, p.m.status.Phase, p.gone)
		}
	}
	p := play(podOf("job:1-crash-2x", policy(corev1.RestartPolicyOnFailure))).until(time.Minute)
	p.want(t, "terminated Completed 0 , restarts 2")
	if p.m.status.Phase != corev1.PodSucceeded {
		t.Error(p.m.status.Phase)
	}
}

func TestGracePeriod(t *testing.T) {
	p := play(podOf("web:1-slowstop-20s")).until(5 * time.Second).remove(30).until(20 * time.Second)
	p.want(t, "running")
	if p.until(28 * time.Second); !p.gone || p.m.status.Phase != corev1.PodSucceeded {
		t.Errorf("gone %v, %s", p.gone, p.m.status.Phase)
	}
	p = play(podOf("web:1-slowstop-20s")).until(5 * time.Second).remove(10).until(18 * time.Second)
	p.want(t, "terminated Error 137")
	if !p.gone {
		t.Error("not gone when the grace period was over")
	}
	p = play(podOf("web:1-slowstop-1h")).until(5 * time.Second).remove(3600).until(10 * time.Second).remove(0).until(15 * time.Second)
	if !p.gone {
		t.Error("not gone when the grace period was shortened")
	}
}

func TestDeletedBeforeItRan(t *testing.T) {
	for _, image := range []string{"web:1-missing", "web:1-slowpull-1h", "web:1-sandbox"} {
		if p := play(podOf(image)).until(3 * time.Second).remove(30).until(8 * time.Second); !p.gone {
			t.Errorf("%s: not gone: %+v", image, p.m.status)
		}
	}
	p := play(podOf("web:1", func(pod *corev1.Pod) {
		pod.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}}}
	})).until(3 * time.Second).remove(30).until(8 * time.Second)
	if !p.gone {
		t.Errorf("volume: not gone: %+v", p.m.status)
	}
}

func TestBackOffForgets(t *testing.T) {
	b := backoffs{}
	at := noon
	for _, seconds := range []int{10, 20, 40, 80, 160, 300, 300} {
		want := time.Duration(seconds) * time.Second
		b.next("web", at, at)
		if got, held := b.holds("web", at, at); !held || got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		at = at.Add(300 * time.Second)
	}
	at = at.Add(11 * time.Minute)
	b.next("web", at, at)
	if got, _ := b.holds("web", at, at); got != 10*time.Second {
		t.Errorf("after a long run: %v", got)
	}
}

// A program that crashes at once does not handle SIGTERM, and does not wait for SIGKILL either.
func TestACrashDoesNotWaitForTheGracePeriod(t *testing.T) {
	for image, code := range map[string]int32{"web:1-crash": 1, "web:1-initfail": 1, "web:1-hang": 137} {
		p := play(podOf(image, withInits(image)))
		at := time.Duration(0)
		for p.m.runtime.latest("a") == nil {
			at += 10 * time.Millisecond
			p.until(at)
		}
		p.remove(30).until(at + 5*time.Second)
		if ended := p.gone; ended != (code == 1) {
			t.Errorf("%s: gone after 5 s: %v, %s", image, ended, p.story("a"))
		}
		if p.until(at + 40*time.Second); !p.gone || p.m.runtime.latest("a").code != code {
			t.Errorf("%s: gone: %v, exit code %d", image, p.gone, p.m.runtime.latest("a").code)
		}
	}
}
