package inspect

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

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
	}{
		"the revision before is good":     {revisions("good", ""), false, []string{look, set, undo}},
		"the revision before is unknown":  {revisions("", ""), false, []string{look, set, undo}},
		"it has failed, an older is good": {revisions("good", "failed", ""), false, []string{look, set, undo}},
		"it has failed, none is good":     {revisions("", "failed", ""), false, []string{look, set, undo + " --to-revision=1"}},
		"all have failed":                 {revisions("failed", "failed", ""), false, []string{look, set}},
		"paused":                          {revisions("good", ""), true, []string{look, undo + " --resume"}},
	} {
		w := &workload.Workload{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Paused: test.paused}
		w.Template = test.revisions[len(test.revisions)-1].Template
		r := chain.Report{Next: []chain.Command{{Command: look}, {Command: set}, {Command: undo}}}
		accepted(&r, diagnosis.Observed{Workload: w, Revisions: test.revisions})
		var got []string
		for _, c := range r.Next {
			got = append(got, c.Command)
		}
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}
