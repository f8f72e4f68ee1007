package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var now = podtest.Epoch.Add(time.Hour)

// shop has Deployments of one pod each: made by deploy, with the pod as given.
type shop struct{ *app.Objects }

func (s shop) deploy(name, image string, pod *corev1.Pod) {
	meta := func(uid string, owner types.UID) metav1.ObjectMeta {
		m := metav1.ObjectMeta{Namespace: "shop", Name: uid, UID: types.UID(uid), Generation: 1, CreationTimestamp: *podtest.At(0)}
		if owner != "" {
			m.OwnerReferences = []metav1.OwnerReference{{Kind: "Deployment", Name: name, UID: owner, Controller: new(true)}}
		}
		return m
	}
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: image}}}}
	status := appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: 1, UpdatedReplicas: 1}
	sets := appsv1.ReplicaSetStatus{Replicas: 1}
	if slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	}) {
		status.ReadyReplicas, status.AvailableReplicas, sets.ReadyReplicas = 1, 1, 1
	}
	s.Put(&appsv1.Deployment{ObjectMeta: meta(name, ""), Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}, Template: template}, Status: status})
	s.Put(&appsv1.ReplicaSet{ObjectMeta: meta(name+"-1", types.UID(name)), Spec: appsv1.ReplicaSetSpec{Template: template}, Status: sets})
	pod.Name, pod.UID, pod.OwnerReferences[0].UID = name+"-1-x", types.UID(name+"-1-x"), types.UID(name+"-1")
	pod.Labels, pod.Spec.Containers[0].Image = map[string]string{"app": name}, image
	s.Put(pod)
}

// listed is the list of what is there, with nothing more to read than what is related.
func (s shop) listed(related map[workload.Ref]chain.Related, forbidden ...string) app.List {
	entries := s.Entries(func(string) []string { return forbidden }, func(...metav1.Object) {}, now)
	for _, e := range entries {
		e.Look(true)
	}
	return app.NewList("shop", entries, related, now)
}

func outline(l app.List) string {
	var lines []string
	for _, i := range l.Items {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%s %s %d/%d %s %s", i.Object, i.State, i.Ready, i.Desired, i.Cause, i.Detail), " "))
	}
	for _, b := range l.Blockers {
		name := b.Registry
		if b.Object != nil {
			name = b.Object.String()
		}
		lines = append(lines, fmt.Sprintf("%s %s: %v", name, b.Says, b.HoldsUp))
	}
	return strings.Join(append(lines, l.Unlisted...), "\n")
}

func lost() *corev1.Pod {
	p := podtest.Ready("x")
	p.Status.Conditions[1].Status, p.Status.Reason = corev1.ConditionFalse, "NodeLost"
	return p
}

func keyless() *corev1.Pod {
	return podtest.Waiting("x", "CreateContainerConfigError", `secret "db" not found`)
}

func unreachable() *corev1.Pod {
	return podtest.Waiting("x", "ErrImagePull", `failed to do request: Head "https://registry": dial tcp: connection refused`)
}

func owned(kind, name string, pod *corev1.Pod) *corev1.Pod {
	pod.OwnerReferences[0] = metav1.OwnerReference{Kind: kind, Name: name, UID: types.UID(name), Controller: new(true)}
	return pod
}

func job(name string, status batchv1.JobStatus, owner ...metav1.OwnerReference) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(name), OwnerReferences: owner, CreationTimestamp: *podtest.At(0)},
		Spec:       batchv1.JobSpec{Completions: new(int32(1)), Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "job:1"}}}}},
		Status:     status,
	}
}

func ended(how batchv1.JobConditionType) batchv1.JobStatus {
	return batchv1.JobStatus{Conditions: []batchv1.JobCondition{{Type: how, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded", LastTransitionTime: *podtest.At(0)}}}
}

func TestList(t *testing.T) {
	node := workload.Ref{Kind: "Node", Name: "node-1"}
	secret := workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"}
	dead := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionUnknown, LastTransitionTime: metav1.NewTime(now.Add(-3 * time.Minute))}}}}
	for _, tt := range []struct {
		name      string
		fill      func(shop)
		related   map[workload.Ref]chain.Related
		forbidden string
		state     app.State
		want      string
	}{
		{name: "nothing", fill: func(shop) {}, state: app.Well},
		{
			name: "the sick ones first", state: app.Failing,
			fill: func(s shop) {
				s.deploy("api", "api:1", podtest.Ready("x"))
				s.deploy("web", "web:1", podtest.Waiting("x", "ErrImagePull", `manifest unknown`))
				s.deploy("cart", "cart:1", unreachable())
			},
			want: `deployment/cart Failing 0/1 RegistryUnreachable failed to do request: Head "https://registry": dial tcp: connection refused
deployment/web Failing 0/1 ImageNotFound web:1
deployment/api Well 1/1`,
		},
		{
			name: "a dead node is told once, with all that it holds up", state: app.Failing,
			fill: func(s shop) {
				s.deploy("api", "api:1", lost())
				s.deploy("web", "web:1", lost())
				s.deploy("cart", "cart:1", podtest.Ready("x"))
			},
			related: map[workload.Ref]chain.Related{node: {Object: dead}},
			want: `deployment/api Failing 0/1 NodeLost node/node-1 Ready is Unknown for 3m
deployment/web Failing 0/1 NodeLost node/node-1 Ready is Unknown for 3m
deployment/cart Well 1/1
node/node-1 Ready is Unknown for 3m: [deployment/api deployment/web]`,
		},
		{
			name: "a dead node is told although it holds up one", state: app.Failing,
			fill:    func(s shop) { s.deploy("api", "api:1", lost()) },
			related: map[workload.Ref]chain.Related{node: {Object: dead}},
			want: `deployment/api Failing 0/1 NodeLost node/node-1 Ready is Unknown for 3m
node/node-1 Ready is Unknown for 3m: [deployment/api]`,
		},
		{
			name: "a missing Secret", state: app.Failing,
			fill: func(s shop) {
				s.deploy("api", "api:1", keyless())
				s.deploy("web", "web:1", keyless())
			},
			related: map[workload.Ref]chain.Related{secret: {Absent: true}},
			want: `deployment/api Failing 0/1 SecretMissing secret/db does not exist
deployment/web Failing 0/1 SecretMissing secret/db does not exist
secret/db does not exist: [deployment/api deployment/web]`,
		},
		{
			name: "a missing Secret that one needs is in its line", state: app.Failing,
			fill:    func(s shop) { s.deploy("api", "api:1", keyless()) },
			related: map[workload.Ref]chain.Related{secret: {Absent: true}},
			want:    `deployment/api Failing 0/1 SecretMissing secret/db does not exist`,
		},
		{
			name: "what could not be read holds up nothing", state: app.Failing,
			fill: func(s shop) {
				s.deploy("api", "api:1", keyless())
				s.deploy("web", "web:1", keyless())
			},
			want: `deployment/api Failing 0/1 SecretMissing secret "db" not found
deployment/web Failing 0/1 SecretMissing secret "db" not found`,
		},
		{
			name: "a registry, by its host", state: app.Failing,
			fill: func(s shop) {
				s.deploy("api", "ghcr.io/shop/api:1", unreachable())
				s.deploy("web", "ghcr.io/shop/web:1", unreachable())
				s.deploy("cart", "cart:1", unreachable())
			},
			want: `deployment/api Failing 0/1 RegistryUnreachable failed to do request: Head "https://registry": dial tcp: connection refused
deployment/cart Failing 0/1 RegistryUnreachable failed to do request: Head "https://registry": dial tcp: connection refused
deployment/web Failing 0/1 RegistryUnreachable failed to do request: Head "https://registry": dial tcp: connection refused
ghcr.io does not answer as it should: [deployment/api deployment/web]`,
		},
		{
			name: "Jobs and CronJobs that fail or run; the others are counted", state: app.Failing,
			fill: func(s shop) {
				s.Put(job("migrate", ended(batchv1.JobFailed)))
				s.Put(job("runs", batchv1.JobStatus{Active: 1, StartTime: podtest.At(time.Minute)}))
				s.Put(job("fine", ended(batchv1.JobComplete)))
				s.Put(job("fine-too", ended(batchv1.JobComplete)))
				for _, name := range []string{"nightly", "idle"} {
					s.Put(&batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(name)}})
				}
				s.Put(job("nightly-1", ended(batchv1.JobFailed), metav1.OwnerReference{Kind: "CronJob", Name: "nightly", UID: "nightly", Controller: new(true)}))
			},
			want: `job/migrate Failing 0/1  BackoffLimitExceeded, 0 succeeded, 0 failed
cronjob/nightly Failing 0/1  BackoffLimitExceeded, 0 succeeded, 0 failed
job/runs Progressing 0/1  it runs, 0 succeeded, 0 failed, 1 active
2 complete jobs
1 cronjob between runs`,
		},
		{
			name: "pods without a controller, and those of others", state: app.Failing,
			fill: func(s shop) {
				alone := podtest.Waiting("alone", "ErrImagePull", `manifest unknown`)
				alone.OwnerReferences = nil
				s.Put(alone)
				s.Put(owned("KafkaPodSet", "kafka", podtest.Ready("kafka-0")))
				s.Put(owned("KafkaPodSet", "kafka", podtest.Ready("kafka-1")))
			},
			want: `pod/alone Failing 0/1 ImageNotFound web:2.0
kafkapodset/kafka Well 2/2`,
		},
		{
			name: "without the ReplicaSets the selector tells which pods belong to it", state: app.Failing, forbidden: "replicasets",
			fill: func(s shop) { s.deploy("web", "web:1", podtest.Waiting("x", "ErrImagePull", `manifest unknown`)) },
			want: `deployment/web Failing 0/1 ImageNotFound web:1`,
		},
		{
			name: "without pods nothing is well", state: app.Unknown, forbidden: "pods",
			fill: func(s shop) {
				s.deploy("web", "web:1", podtest.Ready("x"))
				s.Delete(owned("ReplicaSet", "web-1", &corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: "web-1-x", OwnerReferences: make([]metav1.OwnerReference, 1)}}))
			},
			want: `deployment/web Unknown 1/1  nothing found: 1 of 1 ready`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shop{app.NewObjects()}
			tt.fill(s)
			l := s.listed(tt.related, slices.DeleteFunc([]string{tt.forbidden}, func(f string) bool { return f == "" })...)
			if got := outline(l); got != tt.want || l.State != tt.state {
				t.Errorf("%s:\n%s\nwant %s:\n%s", l.State, got, tt.state, tt.want)
			}
		})
	}
}

// The state of a line has an age, of whatever kind it is.
func TestSince(t *testing.T) {
	s := shop{app.NewObjects()}
	s.deploy("api", "api:1", podtest.Ready("x"))
	s.Put(job("runs", batchv1.JobStatus{Active: 1, StartTime: podtest.At(time.Minute)}))
	s.Put(job("bad", ended(batchv1.JobFailed)))
	want := map[string]time.Time{"deployment/api": podtest.Epoch, "job/runs": podtest.Epoch.Add(time.Minute), "job/bad": podtest.Epoch}
	for _, i := range s.listed(nil).Items {
		if i.Since == nil || !i.Since.Equal(want[i.Object.String()]) {
			t.Errorf("%s: since %v, want %v", i.Object, i.Since, want[i.Object.String()])
		}
	}
}

// Of the ReplicaSets of a Deployment only the newest and those with pods keep their template, whatever comes first.
func TestOldTemplatesAreDropped(t *testing.T) {
	set := func(number string, replicas int32) *appsv1.ReplicaSet {
		return &appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{
				Name: number, UID: types.UID(number), Annotations: map[string]string{workload.AnnotationRevision: number},
				OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", UID: "web", Controller: new(true)}},
			},
			Spec:   appsv1.ReplicaSetSpec{Replicas: new(replicas), Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{NodeName: number}}},
			Status: appsv1.ReplicaSetStatus{Replicas: replicas},
		}
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}} {
		sets := []*appsv1.ReplicaSet{set("1", 0), set("2", 1), set("9", 0), set("10", 0)}
		objects := app.NewObjects()
		for _, i := range order {
			objects.Put(sets[i])
		}
		var kept []string
		for _, s := range sets {
			if s.Spec.Template.Spec.NodeName != "" {
				kept = append(kept, s.Name)
			}
		}
		if !slices.Equal(kept, []string{"2", "10"}) {
			t.Errorf("put in order %v: %v keep their template", order, kept)
		}
	}
}

// The pods of a revision whose Deployment was deleted follow it.
func TestAbandoned(t *testing.T) {
	s := shop{app.NewObjects()}
	s.deploy("web", "web:1", lost())
	entries := func() []*app.Entry {
		return s.Entries(func(string) []string { return nil }, func(...metav1.Object) {}, now)
	}
	if all := entries(); len(all) != 1 || all[0].Ref.Kind != "Deployment" || all[0].Abandoned {
		t.Fatalf("%d entries", len(all))
	}
	s.Delete(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", UID: "web"}})
	if all := entries(); len(all) != 1 || all[0].Ref.Kind != "ReplicaSet" || !all[0].Abandoned || all[0].Unowned {
		t.Errorf("%d entries, %+v", len(all), all[0].Ref)
	}
}
