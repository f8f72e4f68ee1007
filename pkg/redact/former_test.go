package redact

import (
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A program that started before its Secret was changed may say the former value, which nobody can mask.
func TestFormerValues(t *testing.T) {
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) metav1.Time { return metav1.NewTime(noon.Add(time.Duration(minutes) * time.Minute)) }
	terminated := func(minutes int) corev1.ContainerState {
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{StartedAt: at(minutes), Message: "login old-4711 refused"}}
	}
	running := func(minutes int) corev1.ContainerState {
		return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at(minutes)}}
	}
	neverRan := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "StartError", StartedAt: metav1.NewTime(time.Unix(0, 0)), Message: "exec: old-4711: not found"}}
	waiting := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
	for name, test := range map[string]struct {
		created         int
		state, last     corev1.ContainerState
		since           []int // the moments at which the data had been changed last, of each read
		written         bool  // this command has written the last one
		gone, optional  bool  // the Secret is not there; it need not be
		message         bool  // the termination message is shown
		log, previous   bool  // of the current run, and of the one before
		event, noSecret bool
		eventAt         int // when it came first
	}{
		"created after the change":            {created: 5, state: waiting, last: terminated(6), since: []int{0}, message: true, log: true, previous: true, event: true},
		"crashed before the change":           {created: -9, state: waiting, last: terminated(-5), since: []int{0}},
		"the status lags behind its restart":  {created: -9, state: terminated(-8), last: corev1.ContainerState{}, since: []int{0}},
		"restarted after the change":          {created: -9, state: running(2), last: terminated(-5), since: []int{0}, log: true, event: true},
		"both runs after the change":          {created: -9, state: running(4), last: terminated(2), since: []int{0}, message: true, log: true, previous: true, event: true},
		"running since before":                {created: -9, state: running(-8), last: terminated(-9), since: []int{0}},
		"this command has changed it":         {created: -9, state: waiting, last: terminated(-5), since: []int{-20, 0}, written: true, message: true, log: true, previous: true, event: true},
		"it changed between two reads":        {created: -9, state: waiting, last: terminated(-5), since: []int{-20, 0}},
		"restarted as it changed":             {created: -9, state: running(0), last: terminated(-5), since: []int{0}},
		"it was deleted":                      {created: -9, state: waiting, last: terminated(-5), gone: true},
		"it was never there, and need not be": {created: -9, state: waiting, last: terminated(-5), gone: true, optional: true, message: true, log: true, previous: true, event: true},
		"the data of before then is not":      {created: -30, state: waiting, last: terminated(-25), since: []int{0, -20}},
		"a pod of the moment of the change":   {created: 0, state: waiting, last: terminated(0), since: []int{0}, message: true, log: true, previous: true, event: true},
		"the kubelet's clock is behind":       {created: 1, state: waiting, last: terminated(-1), since: []int{0}, message: true, log: true, previous: true, event: true},
		"an event of the run before":          {created: -9, state: running(2), last: terminated(-5), since: []int{0}, log: true, eventAt: -1},
		"an event of the run now":             {created: -9, state: running(2), last: terminated(-5), since: []int{0}, log: true, event: true, eventAt: 3},
		"a run that could not be started":     {created: -9, state: waiting, last: neverRan, since: []int{0}, message: true, log: true, previous: true, event: true},
		"the Secret could not be read":        {created: -9, state: waiting, last: terminated(-5), message: true, log: true, previous: true, event: true},
		"a pod that takes nothing from one":   {created: -9, state: waiting, last: terminated(-5), since: []int{0}, message: true, log: true, previous: true, event: true, noSecret: true},
	} {
		t.Run(name, func(t *testing.T) {
			secret, pod := types.NamespacedName{Namespace: "shop", Name: "db"}, types.NamespacedName{Namespace: "shop", Name: "web-1"}
			var r Redactor
			r.Read = func([]types.NamespacedName) {
				if test.gone {
					r.SecretGone(secret, at(10).Time)
				}
				for i, minutes := range test.since {
					s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db"}, Data: map[string][]byte{"password": []byte("new-0815")}}
					if i > 0 && test.written {
						r.SecretWritten(s, at(minutes).Time)
					} else if !test.written || !r.Changed(secret).Equal(at(test.since[len(test.since)-1]).Time) {
						r.SecretRead(s, at(minutes).Time)
					}
				}
			}
			p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", CreationTimestamp: at(test.created)}}
			p.Spec.Containers = []corev1.Container{{Name: "web"}}
			if !test.noSecret {
				p.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Optional: &test.optional}}}
			}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "web", State: test.state, LastTerminationState: test.last}}
			r.Pod(p)
			event := &corev1.Event{Type: corev1.EventTypeWarning, Reason: "Unhealthy", Message: "Liveness probe failed: old-4711"}
			if test.eventAt != 0 {
				event.FirstTimestamp = at(test.eventAt)
			}
			event.InvolvedObject = corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: "web-1", FieldPath: "spec.containers{web}"}
			r.Event(event)
			said := func() string {
				s := p.Status.ContainerStatuses[0]
				if s.LastTerminationState.Terminated != nil {
					return s.LastTerminationState.Terminated.Message
				}
				return s.State.Terminated.Message
			}
			for what, check := range map[string]struct {
				text  string
				shown bool
			}{
				"message":  {said(), test.message},
				"log":      {strings.Join(r.Log(pod, "web", false, []string{"a", "old-4711"}), "\n"), test.log},
				"previous": {strings.Join(r.Log(pod, "web", true, []string{"a", "old-4711"}), "\n"), test.previous},
				"event":    {event.Message, test.event},
			} {
				if shown := strings.Contains(check.text, "old-4711"); shown != check.shown {
					t.Errorf("%s: %q", what, check.text)
				}
				text, probes := strings.CutPrefix(check.text, "Liveness probe failed: ")
				if !check.shown && (probes != (what == "event") || !strings.HasPrefix(text, "(not shown: secret/db may have changed")) {
					t.Errorf("%s does not say why: %q", what, check.text)
				}
			}
		})
	}
}

// A container knows only the Secrets that it takes values from itself.
func TestFormerValuesOfAnotherContainer(t *testing.T) {
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	pod := types.NamespacedName{Namespace: "shop", Name: "web-1"}
	var r Redactor
	r.Read = func([]types.NamespacedName) {
		r.SecretRead(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "tls"}, Data: map[string][]byte{"k": []byte("new-0815")}}, noon)
	}
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", CreationTimestamp: metav1.NewTime(noon.Add(-time.Hour))}}
	p.Spec.Containers = []corev1.Container{{Name: "web"}, {Name: "proxy", VolumeMounts: []corev1.VolumeMount{{Name: "certificates"}}}}
	p.Spec.Volumes = []corev1.Volume{{Name: "certificates", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tls"}}}}
	for _, name := range []string{"web", "proxy"} {
		state := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(noon.Add(-time.Hour))}}
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: name, State: state})
	}
	r.Pod(p)
	trimmed := p.DeepCopy() // as a watch keeps it
	trimmed.Spec = corev1.PodSpec{ServiceAccountName: "web", Containers: []corev1.Container{{Name: "web"}, {Name: "proxy"}}}
	r.Pod(trimmed)
	for container, shown := range map[string]bool{"web": true, "proxy": false} {
		if line := r.Log(pod, container, false, []string{"old-4711"})[0]; (line == "old-4711") != shown {
			t.Errorf("%s: %s", container, line)
		}
	}
}

// Of more pods than are remembered nothing is shown that might be a former value; of those that came later it is known.
func TestForgottenPods(t *testing.T) {
	pod := func(name string, env ...corev1.EnvFromSource) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
		p.Spec.Containers = []corev1.Container{{Name: "web", EnvFrom: env}}
		return p
	}
	db := corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}}}
	var r Redactor
	for i := range mostPods + 1 {
		r.Arrived(pod(strconv.Itoa(i), db))
	}
	r.Arrived(pod("new", db))
	r.Arrived(pod("plain"))
	for name, shown := range map[string]bool{"0": false, "new": true, "plain": true} {
		line := r.Log(types.NamespacedName{Namespace: "shop", Name: name}, "web", false, []string{"a line"})[0]
		if (line == "a line") != shown {
			t.Errorf("%s: %s", name, line)
		}
	}
}
