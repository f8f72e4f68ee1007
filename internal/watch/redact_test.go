package watch

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// Neither a snapshot nor a record holds a value that the cluster or a program quotes: one that the template
// has (hunter2), one that this command has sent (sent-4711), one that only its name gives away (only-here).
func TestQuotedValuesAreMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const quoted = `denied: "PASSWORD=hunter2\x00", sent-4711, "DB_PASS=only-here"`
		s, web := newAPIServer(t), newApp("web", 1)
		ofSecret := corev1.EnvVar{Name: "DB_PASS", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "pass"}}}
		for _, template := range []*corev1.PodTemplateSpec{&web.deployment.Spec.Template, &web.set.Spec.Template} {
			c := &template.Spec.Containers[0]
			c.Env = append(c.Env[:1:1], ofSecret)
		}
		web.deployment.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentReplicaFailure, Message: quoted}}
		pod := web.pods[0]
		pod.Status.Message = quoted
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse, Message: quoted}}
		pod.Status.ContainerStatuses[0].State.Waiting = &corev1.ContainerStateWaiting{Reason: "CreateContainerError", Message: quoted}
		pod.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{Message: quoted}
		s.putApp(web)
		s.put(eventAbout(pod, 1, quoted))
		s.logs[pod.Name] = "PASSWORD is hunter2, and sent-4711\n"

		redactor := &redact.Redactor{}
		redactor.Secret(map[string][]byte{"k": []byte("sent-4711")})
		var records []Record
		w := watchApps(t, s, Options{Redactor: redactor, Tap: func(r Record) { records = append(records, r) }}, web)
		w.observed("anything", web, always)
		wants := wantEvents(pod)
		wants.Logs = []diagnosis.LogKey{firstRun(pod, false)}
		w.Want(wants)
		o := w.observed("the event and the log", web, func(o diagnosis.Observed) bool { return len(o.Events) == 1 && len(o.Logs) == 1 })
		w.stop()
		_ = w.end()

		seen := []any{o.Workload.Conditions, o.Pods, o.Events, o.Logs[firstRun(pod, false)]}
		for _, r := range records {
			if d, ok := r.Object.(*appsv1.Deployment); ok {
				seen = append(seen, d.Status)
				continue
			}
			if _, ok := r.Object.(*appsv1.ReplicaSet); !ok { // its template is what it is; the writer hides its values
				seen = append(seen, r.Object, r.Log)
			}
		}
		text, err := json.Marshal(seen)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{"hunter2", "sent-4711", "only-here"} {
			if strings.Contains(string(text), value) {
				t.Errorf("%s is there: %s", value, text)
			}
		}
		if n := strings.Count(string(text), `DB_PASS=***`); n < 10 {
			t.Errorf("%d texts are masked and not lost: %s", n, text)
		}
	})
}
