package inspect

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// What is proposed is not refused.
func TestAcceptedCommands(t *testing.T) {
	const set, undo, look = "kubectl app set image deployment/web web=IMAGE -n shop", "kubectl app rollout undo deployment/web -n shop", "kubectl logs web-1 -n shop"
	revisions := func(verdicts ...rollout.Verdict) []workload.Revision {
		var all []workload.Revision
		for i, v := range verdicts {
			r := workload.Revision{Number: int64(i + 1), Hash: "h", Annotations: map[string]string{}}
			r.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:" + strings.Repeat("x", i+1)}}
			if v != "" {
				r.Annotations[workload.AnnotationVerdict] = rollout.VerdictAnnotation{Hash: "h", Outcome: v, At: time.Unix(1, 0)}.Encode()
			}
			all = append(all, r)
		}
		return all
	}
	for name, test := range map[string]struct {
		revisions []workload.Revision
		paused    bool
		want      []string
		kind      string
	}{
		"the revision before is good":     {revisions("good", ""), false, []string{look, set, undo}, ""},
		"the revision before is unknown":  {revisions("", ""), false, []string{look, set, undo}, ""},
		"it has failed, an older is good": {revisions("good", "failed", ""), false, []string{look, set, undo}, ""},
		"it has failed, none is good":     {revisions("", "failed", ""), false, []string{look, set, undo + " --to-revision=1"}, ""},
		"all have failed":                 {revisions("failed", "failed", ""), false, []string{look, set}, ""},
		"paused":                          {revisions("good", ""), true, []string{look, undo + " --resume"}, ""},
		"another kind of that name":       {revisions("good", ""), false, []string{look, strings.Replace(set, "deployment", "statefulset", 1), strings.Replace(undo, "deployment", "statefulset", 1)}, "StatefulSet"},
	} {
		w := &workload.Workload{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Paused: test.paused}
		w.Template = test.revisions[len(test.revisions)-1].Template
		r := chain.Report{Next: []chain.Command{{Command: look}, {Command: set}, {Command: undo}}}
		if test.kind != "" {
			w.Kind = test.kind
			for i := range r.Next {
				r.Next[i].Command = strings.ReplaceAll(r.Next[i].Command, "deployment/", strings.ToLower(test.kind)+"/")
			}
		}
		accepted(&r, diagnosis.Observed{Workload: w, Revisions: test.revisions}, func(types.NamespacedName) time.Time { return time.Time{} })
		var got []string
		for _, c := range r.Next {
			got = append(got, c.Command)
		}
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

// An undo to the same template helps nobody: the Secret that was changed is named.
func TestUndoOfARestart(t *testing.T) {
	at := func(minutes int) time.Time { return time.Unix(0, 0).Add(time.Duration(minutes) * time.Minute) }
	from := func(key string) corev1.EnvVar {
		return corev1.EnvVar{Name: "V" + key, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: key}}}
	}
	for name, test := range map[string]struct {
		env     []corev1.EnvVar
		changed time.Time
		next    string
		also    string
	}{
		"the Secret was changed":       {[]corev1.EnvVar{from("password")}, at(5), "kubectl app set secret db --prompt=password -n shop", "secret/db was changed 5m ago: an undo does not restore its data"},
		"one of two keys":              {[]corev1.EnvVar{from("a"), from("b")}, at(5), "kubectl app set secret db --prompt=KEY -n shop", "secret/db was changed 5m ago: an undo does not restore its data"},
		"before the revision was made": {[]corev1.EnvVar{from("password")}, at(-5), "", ""},
		"it was not read":              {[]corev1.EnvVar{from("password")}, time.Time{}, "", ""},
	} {
		revisions := make([]workload.Revision, 2)
		for i := range revisions {
			r := &revisions[i]
			r.Number, r.Created = int64(i+1), at(6*i)
			r.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:1", Env: test.env}}
		}
		revisions[1].Template.Annotations = map[string]string{workload.AnnotationRestartedAt: at(6).Format(time.RFC3339)}
		w := &workload.Workload{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Template: revisions[1].Template}
		r := chain.Report{Time: at(10), Next: []chain.Command{{Command: "kubectl app rollout undo deployment/web -n shop"}}}
		accepted(&r, diagnosis.Observed{Workload: w, Revisions: revisions}, func(name types.NamespacedName) time.Time {
			if name.Name != "db" {
				return time.Time{}
			}
			return test.changed
		})
		var next []string
		for _, c := range r.Next {
			next = append(next, c.Command)
		}
		if got := strings.Join(next, "\n"); got != test.next {
			t.Errorf("%s: next %q, want %q", name, got, test.next)
		}
		if got := strings.Join(r.Also, "\n"); got != test.also {
			t.Errorf("%s: also %q, want %q", name, got, test.also)
		}
	}
}
