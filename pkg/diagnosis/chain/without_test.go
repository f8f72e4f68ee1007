package chain_test

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A workload without pods, as somebody wants it: by whom, as far as the object tells.
func TestNoReplicas(t *testing.T) {
	fields := func(manager, text string, ago time.Duration) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: manager, Operation: "Update", Time: &metav1.Time{Time: now.Add(-ago)}, FieldsV1: metav1.NewFieldsV1(text)}
	}
	replicas, other := `{"f:spec":{"f:replicas":{}}}`, `{"f:spec":{"f:template":{}}}`
	for _, tt := range []struct {
		name string
		w    workload.Workload
		want string
		next string
	}{
		{"nobody is known", workload.Workload{}, "no pod is to run: spec.replicas is 0", "kubectl app scale deployment/web --replicas=1 -n shop"},
		{"who changed what another had applied", workload.Workload{Managers: []metav1.ManagedFieldsEntry{
			{Manager: "helm", Operation: "Apply", FieldsV1: metav1.NewFieldsV1(replicas)}, fields("sleeper", replicas, 3*time.Minute), fields("kubectl-edit", other, time.Minute),
		}}, "spec.replicas is 0, set by sleeper 3m ago", "kubectl app scale deployment/web --replicas=1 -n shop"},
		{"a 0 of the scale subresource has no manager", workload.Workload{Managers: []metav1.ManagedFieldsEntry{fields("helm", other, time.Hour)}}, "spec.replicas is 0, set as kubectl scale and autoscalers do", "kubectl app scale deployment/web --replicas=1 -n shop"},
		{"how many there were", workload.Workload{Annotations: map[string]string{"downscaler/original-replicas": "3"}}, "; annotation downscaler/original-replicas: 3", "kubectl app scale deployment/web --replicas=1 -n shop"},
		{"scaled to zero by this program", workload.Workload{Annotations: map[string]string{workload.AnnotationBeforeZero: `{"replicas":3}`}}, "spec.replicas is 0", "kubectl app scale deployment/web --restore -n shop"},
	} {
		tt.w.Ref = web
		r := explained(chain.Workload(diagnosis.Observed{Workload: &tt.w}, now), nil)
		if outline(r) != "NothingFound" || !strings.Contains(r.Message, tt.want) || r.Next[len(r.Next)-1].Command != tt.next {
			t.Errorf("%s: %s: %s %v", tt.name, outline(r), r.Message, r.Next)
		}
	}
}

// A DaemonSet for nodes that the cluster does not have is no fault, unless a change has led there.
func TestNoNode(t *testing.T) {
	agent := workload.Ref{Kind: "DaemonSet", Namespace: "shop", Name: "agent"}
	revision := func(number int64, gpu string) workload.Revision {
		r := workload.Revision{Name: "agent-" + gpu, Number: number, ByPods: true, Key: workload.RevisionKey{Owner: "a", Hash: gpu}}
		r.Template.Spec.NodeSelector = map[string]string{"gpu": gpu}
		return r
	}
	left := podtest.ReadyOf("a", "agent-1")
	for _, tt := range []struct {
		name      string
		revisions []workload.Revision
		pods      []*corev1.Pod
		want      string
	}{
		{"no node was ever meant", []workload.Revision{revision(1, "old")}, nil, "NothingFound"},
		{"another image", []workload.Revision{revision(1, "old"), revision(2, "old")}, nil, "NothingFound"},
		{"another selector", []workload.Revision{revision(1, "old"), revision(2, "new")}, nil, "Failing < daemonset/agent NoMatchingNode"},
		{"a pod is left", []workload.Revision{revision(1, "old")}, []*corev1.Pod{left}, "Failing < daemonset/agent NoMatchingNode"},
	} {
		last := tt.revisions[len(tt.revisions)-1]
		w := &workload.Workload{Ref: agent, UID: "a", PerNode: true, Template: last.Template, UpdateRevision: last.Name}
		o := diagnosis.Observed{Workload: w, Revisions: tt.revisions, Pods: tt.pods}
		r := explained(chain.Workload(o, now), nil)
		if got := strings.Replace(outline(r), "Progressing", "Failing", 1); got != tt.want {
			t.Errorf("%s: %s: %s", tt.name, got, r.Message)
		}
		if tt.want == "NothingFound" && !strings.HasSuffix(r.Message, "no node fits, and the nodeSelector asks for gpu=old") {
			t.Errorf("%s: %s", tt.name, r.Message)
		}
	}
}

// A workload that is being deleted says so: its controller makes no pods any more.
func TestDeleted(t *testing.T) {
	s := chain.Workload(diagnosis.Observed{Workload: &workload.Workload{Ref: web, Desired: 1}}, now)
	s.Deleted(&metav1.ObjectMeta{DeletionTimestamp: &metav1.Time{Time: now.Add(-time.Minute)}, Finalizers: []string{"example.com/keep"}})
	if r := explained(s, nil); len(r.Also) != 1 || r.Also[0] != "it is being deleted, for 60s; its finalizers: example.com/keep" {
		t.Errorf("%q", r.Also)
	}
}

// The pod that holds up an update shows why it does.
func TestBlockedByAPodThatCrashes(t *testing.T) {
	set := workload.Ref{Kind: "StatefulSet", Namespace: "shop", Name: "db"}
	w := &workload.Workload{Ref: set, UID: "s", Desired: 1, Total: 1, UpdateRevision: "db-2", Strategy: workload.Strategy{InPlace: true, Ordered: true}}
	revisions := []workload.Revision{
		{Name: "db-1", Number: 1, ByPods: true, Key: workload.RevisionKey{Owner: "s", Hash: "1"}, Desired: 1},
		{Name: "db-2", Number: 2, ByPods: true, Key: workload.RevisionKey{Owner: "s", Hash: "2"}},
	}
	pod := podtest.Crashed("db-0", 3, 1)
	pod.OwnerReferences[0].Kind, pod.OwnerReferences[0].UID = "StatefulSet", "s"
	pod.Labels, pod.CreationTimestamp = map[string]string{"controller-revision-hash": "1"}, *podtest.At(0)
	set1 := diagnosis.NewPodSet(9)
	set1.Put(pod)
	r := explained(chain.Workload(diagnosis.Observe(w, revisions, set1), now), nil)
	if !strings.HasSuffix(outline(r), "< pod/db-0 CrashLoop < pod/db-0 BlockedByPod < statefulset/db") || !strings.HasSuffix(r.Message, ": it shows CrashLoop") || r.Cause != diagnosis.BlockedByPod || len(r.Also) > 0 {
		t.Errorf("%s: %s, also %q", outline(r), r.Message, r.Also)
	}
	for _, c := range r.Next {
		if strings.Contains(c.Command, "kubectl app set ") {
			t.Errorf("a change of the template does not reach the old pod: %v", r.Next)
		}
	}
}

// What a Job and a CronJob say of a run that is not over.
func TestRunsUnderWay(t *testing.T) {
	job := func(name, text string) *batchv1.Job {
		j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"}}
		if err := yaml.UnmarshalStrict([]byte(text), j); err != nil {
			t.Fatal(err)
		}
		return j
	}
	cron := func(text string) *batchv1.CronJob {
		c := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "nightly", Namespace: "shop"}}
		if err := yaml.UnmarshalStrict([]byte(text), c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	const runs, failed = "status: {active: 1}", "status: {failed: 1, conditions: [{type: Failed, status: 'True'}]}"
	for _, tt := range []struct {
		name, cron  string
		jobs        []*batchv1.Job
		field, says string
	}{
		{"the first run", "{}", []*batchv1.Job{job("a", runs)}, "status.active", "its first run is under way"},
		{"after one that failed", "{}", []*batchv1.Job{job("a", failed), job("b", runs)}, "status.active", "has never succeeded; a run is under way"},
		{"failed Jobs are not kept", "spec: {failedJobsHistoryLimit: 0}", []*batchv1.Job{job("a", runs)}, "status.active", "has never succeeded; a run is under way"},
		{"failed", "{}", []*batchv1.Job{job("a", failed)}, "status.conditions[Failed]", "has never succeeded"},
		{"tries again", "{}", []*batchv1.Job{job("a", "status: {active: 1, failed: 1}")}, "status.failed", "its first run is under way"},
	} {
		r := explained(chain.CronJob(cron(tt.cron), tt.jobs, nil, nil, now), nil)
		if n := len(r.Chain); n != 2 || r.Chain[0].Field != tt.field || r.Chain[1].Says != tt.says {
			t.Errorf("%s: %+v", tt.name, r.Chain)
		}
	}
}
