package rollout

import (
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Which pods of an ordered set may be deleted: unready ones of a revision that failed or is taken back, and no others.
func TestWhichPodsUnblock(t *testing.T) {
	bad, _ := NewVerdictAnnotation("web-old", Failed, nil, epoch, "ci")
	good, _ := NewVerdictAnnotation("web-old", Succeeded, nil, epoch, "ci")
	for name, test := range map[string]struct {
		verdict             VerdictAnnotation
		unblocks, takesBack bool
		ready, runs         bool
		want                []string
	}{
		"a fix after a failure":                        {verdict: bad, unblocks: true, want: []string{"web-old-1"}},
		"a fix after a failure, the pod serves":        {verdict: bad, unblocks: true, ready: true},
		"a fix, and the pod runs and may become ready": {verdict: bad, unblocks: true, runs: true},
		"an undo, and the pod runs":                    {unblocks: true, takesBack: true, runs: true, want: []string{"web-old-1"}},
		"a change of what was never judged":            {unblocks: true},
		"a change of what was good":                    {verdict: good, unblocks: true},
		"an undo of what was never judged":             {unblocks: true, takesBack: true, want: []string{"web-old-1"}},
		"only watched":                                 {verdict: bad},
	} {
		t.Run(name, func(t *testing.T) {
			w := setWorld(t, Policy{})
			w.change().Strategy.Ordered = true
			old := &w.seen.Revisions[0]
			old.Key, old.Hash = workload.RevisionKey{Owner: "old"}, "web-old"
			old.Annotations = map[string]string{workload.AnnotationVerdict: test.verdict.Encode()}
			pod := ownedPod("old", "web-old-1")
			pod.CreationTimestamp = metav1.NewTime(epoch)
			switch {
			case test.ready:
				pod = readyPodOf("old", "web-old-1")
			case !test.runs:
				pod.Status.ContainerStatuses = waitingPod("web-old-1", "CrashLoopBackOff", "").Status.ContainerStatuses
			}
			w.seen.Pods = append(w.seen.Pods, pod)
			target := &w.state.Workloads[0].Target
			target.Unblocks, target.TakesBack = test.unblocks, test.takesBack
			w.after(0).after(10 * time.Second)
			var got []string
			for _, p := range w.state.Workloads[0].Blocking {
				got = append(got, p.Name)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
