package chain_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	web = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	now = podtest.Epoch.Add(time.Hour)
)

// rolling is a Deployment whose revision "new" is in the making.
func rolling(pods ...*corev1.Pod) diagnosis.Observed {
	template := func(image string) corev1.PodTemplateSpec {
		return corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: image, Env: []corev1.EnvVar{{
			Name: "A", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "password"}},
		}}}}}}
	}
	w := &workload.Workload{Ref: web, UID: "d", Generation: 2, ObservedGeneration: 2, Template: template("web:2.0"), Desired: 2, Total: 3, Updated: 1, Ready: 2, Available: 2}
	set := diagnosis.NewPodSet(100)
	for _, pod := range pods {
		set.Put(pod)
	}
	return diagnosis.Observe(w, []workload.Revision{
		{Name: "web-old", UID: "old", Number: 1, Key: workload.RevisionKey{Owner: "old"}, Template: template("web:1.0"), Desired: 2, Total: 2, Ready: 2},
		{Name: "web-new", UID: "new", Number: 2, Key: workload.RevisionKey{Owner: "new"}, Template: template("web:2.0"), Desired: 1, Total: 1},
	}, set)
}

// explained looks once, with nothing more to read than what is related.
func explained(s *chain.Subject, related map[workload.Ref]chain.Related) chain.Report {
	s.Look(true)
	return s.Explain(related)
}

// outline is a report in a few words: its state, then the chain.
func outline(r chain.Report) string {
	words := []string{string(r.State)}
	for _, s := range r.Chain {
		words = append(words, strings.TrimSuffix(strings.ToLower(s.Object.Kind)+"/"+s.Object.Name+" "+string(s.Cause), " "))
	}
	return strings.Join(words, " < ")
}

// An object that shows the cause itself is one step.
func TestOneStepForEachObject(t *testing.T) {
	hard := corev1.ResourceList{"pods": resource.MustParse("1")}
	quota := corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "small"}, Status: corev1.ResourceQuotaStatus{Hard: hard, Used: hard}}
	set := workload.Ref{Kind: "StatefulSet", Namespace: "shop", Name: "db"}
	w := &workload.Workload{Ref: set, UID: "s", Desired: 1, UpdateRevision: "db-1"}
	s := chain.Workload(diagnosis.Observe(w, []workload.Revision{{Name: "db-1", ByPods: true, Key: workload.RevisionKey{Owner: "s"}}}, diagnosis.NewPodSet(1)), now)
	s.Look(false)
	s.Take(diagnosis.Observed{Quotas: []corev1.ResourceQuota{quota}})
	r := explained(s, map[workload.Ref]chain.Related{{Kind: "ResourceQuota", Namespace: "shop", Name: "small"}: {Object: &quota}})
	if got := outline(r); got != "Failing < resourcequota/small QuotaExceeded < statefulset/db" || !strings.Contains(r.Chain[0].Says, "has used 1 of 1 pods") {
		t.Errorf("%s: %+v", got, r.Chain)
	}
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "no events are left") {
		t.Errorf("notes %q", r.Notes)
	}
}

func old(n int) (pods []*corev1.Pod) {
	for i := range n {
		pods = append(pods, podtest.ReadyOf("old", fmt.Sprintf("old-%d", i)))
	}
	return pods
}

func TestChains(t *testing.T) {
	keyless := podtest.Waiting("web-1", "CreateContainerConfigError", "couldn't find key password in Secret shop/db")
	secret := workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"}
	lost := podtest.Ready("web-1")
	lost.Status.Conditions[1].Status = corev1.ConditionFalse
	lost.Status.Reason = "NodeLost"
	node := workload.Ref{Kind: "Node", Name: "node-1"}
	refused := rolling(old(2)...)
	refused.Revisions[1].Total = 0
	refused.Revisions[1].Failure = &workload.Condition{Type: "ReplicaFailure", Status: "True", Reason: "FailedCreate", Message: `pods "web-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2`, LastUpdate: podtest.Epoch}
	grown := rolling(podtest.Ready("web-1"))
	failure := *refused.Revisions[1].Failure
	failure.LastUpdate = now.Add(-time.Minute)
	grown.Revisions[1].Failure, grown.Revisions[0].Total = &failure, 0
	grown.Revisions[1].Desired, grown.Workload.Desired, grown.Workload.Total, grown.Workload.Ready = 2, 2, 1, 1
	grown.Workload.Conditions = []workload.Condition{{Type: "Progressing", Status: "True", Reason: "NewReplicaSetAvailable"}}
	surging := grown
	w := *grown.Workload
	w.Conditions = []workload.Condition{{Type: "Progressing", Status: "True", Reason: "ReplicaSetUpdated"}}
	surging.Workload = &w
	deleted := refused
	deleted.Revisions = append([]workload.Revision{}, refused.Revisions...)
	deleted.Revisions[1].Failure = &workload.Condition{Type: "ReplicaFailure", Status: "True", Reason: "FailedCreate", Message: `pods "web-" is forbidden: unable to create new content in namespace shop because it is being terminated`}
	hard := corev1.ResourceList{"pods": resource.MustParse("2")}
	quota := &corev1.ResourceQuota{Status: corev1.ResourceQuotaStatus{Hard: hard, Used: hard}}
	leaving := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: podtest.At(0)}}
	silent := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: "MemoryPressure", Status: "Unknown"}, {Type: "Ready", Status: "Unknown", Message: "Kubelet stopped posting node status."}}}}
	done := rolling(podtest.Ready("web-1"), podtest.Ready("web-2"))
	done.Workload.Total, done.Workload.Updated = 2, 2
	vanishing := rolling()
	vanishing.Workload.Total, vanishing.Workload.Updated, vanishing.Workload.Ready, vanishing.Workload.Available = 0, 0, 0, 0
	mended := rolling(append(old(1), podtest.Ready("web-1"), crashing("old-9"))...)
	oldSick := rolling(append(old(1), crashing("old-9"))...)
	for _, tt := range []struct {
		name    string
		seen    diagnosis.Observed
		related map[workload.Ref]chain.Related
		want    string
		says    string // in the first step
		next    string
	}{
		{"all serve", done, nil, "NothingFound", "", ""},
		{"an image that is not there", rolling(append(old(2), podtest.Waiting("web-1", "ErrImagePull", `failed to resolve reference "docker.io/library/web:2.0": docker.io/library/web:2.0: not found`))...), nil, "Failing < pod/web-1 ImageNotFound < replicaset/web-new < deployment/web", "container web", "safe kubectl app rollout undo deployment/web -n shop"},
		{"a key that is not there", rolling(keyless), map[workload.Ref]chain.Related{secret: {Keys: []string{"url"}}}, "Failing < secret/db < pod/web-1 SecretKeyMissing < replicaset/web-new < deployment/web", `has no key "password"; it has url`, "safe kubectl app set secret db --prompt=password -n shop"},
		{"a key that another Secret has", rolling(podtest.Waiting("web-1", "CreateContainerConfigError", "couldn't find key password in Secret shop/queue")), map[workload.Ref]chain.Related{{Kind: "Secret", Namespace: "shop", Name: "queue"}: {Keys: []string{"url"}}}, "Failing < secret/queue < pod/web-1 SecretKeyMissing < replicaset/web-new < deployment/web", `has no key "password"; it has url`, "safe kubectl app set secret queue --prompt=password -n shop"},
		{"a key that has come since", rolling(keyless), map[workload.Ref]chain.Related{secret: {Keys: []string{"password"}}}, "Failing < pod/web-1 SecretKeyMissing < replicaset/web-new < deployment/web", "", ""},
		{"a Secret that may not be read", rolling(keyless), map[workload.Ref]chain.Related{secret: {Unread: true}}, "Failing < pod/web-1 SecretKeyMissing < replicaset/web-new < deployment/web", "", ""},
		{"a node that is lost", rolling(lost), map[workload.Ref]chain.Related{node: {Object: silent}}, "Failing < node/node-1 < pod/web-1 NodeLost < replicaset/web-new < deployment/web", "Ready is Unknown", ""},
		{"a node that is gone", rolling(lost), map[workload.Ref]chain.Related{node: {Absent: true}}, "Failing < node/node-1 < pod/web-1 NodeLost < replicaset/web-new < deployment/web", "does not exist", ""},
		{"no quota left", refused, map[workload.Ref]chain.Related{{Kind: "ResourceQuota", Namespace: "shop", Name: "small"}: {Object: quota}}, "Failing < resourcequota/small < replicaset/web-new QuotaExceeded < deployment/web", "has used 2 of 2 pods", ""},
		{"no quota left for more replicas", grown, nil, "Failing < replicaset/web-new QuotaExceeded < deployment/web", "", ""},
		{"no quota left for more pods of a rollout", surging, nil, "Progressing < replicaset/web-new QuotaExceeded < deployment/web", "", ""},
		{"a namespace that is being deleted", deleted, map[workload.Ref]chain.Related{{Kind: "Namespace", Name: "shop"}: {Object: leaving}}, "Failing < namespace/shop < replicaset/web-new AdmissionDenied < deployment/web", "is being deleted", ""},
		{"the same, and no event says so", vanishing, map[workload.Ref]chain.Related{{Kind: "Namespace", Name: "shop"}: {Object: leaving}}, "Progressing < namespace/shop < deployment/web", "is being deleted", "kubectl describe namespace/shop"},
		{"old pods that crash, replaced by good ones", mended, nil, "Progressing < pod/old-9 CrashLoop < replicaset/web-old < deployment/web", "container web exited 1, 3 restarts", ""},
		{"old pods that crash", oldSick, nil, "Failing < pod/old-9 CrashLoop < replicaset/web-old < deployment/web", "container web exited 1, 3 restarts", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := explained(chain.Workload(tt.seen, now), tt.related)
			if got := outline(r); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if len(r.Chain) > 0 && !strings.Contains(r.Chain[0].Says, tt.says) {
				t.Errorf("it says %q, want %q", r.Chain[0].Says, tt.says)
			}
			for i, s := range r.Chain {
				if s.Object.Kind == "" || s.Object.Name == "" || s.Field == "" && s.Says != "does not exist" {
					t.Errorf("step %d has no evidence: %+v", i, s)
				}
			}
			if tt.name == "a key that has come since" && (len(r.Notes) != 1 || strings.Contains(fmt.Sprint(r.Next), "set secret")) {
				t.Errorf("notes %q, next %v", r.Notes, r.Next)
			}
			if !strings.Contains(fmt.Sprint(r.Next), tt.next) {
				t.Errorf("next %v, want %s", r.Next, tt.next)
			}
			if tt.related != nil {
				s := chain.Workload(tt.seen, now)
				s.Look(true)
				for ref := range tt.related {
					if !strings.Contains(fmt.Sprint(s.Related()), fmt.Sprint(ref)) {
						t.Errorf("asks for %v, want %v", s.Related(), ref)
					}
				}
			}
		})
	}
}

func crashing(name string) *corev1.Pod {
	p := podtest.Crashed(name, 3, 1)
	p.OwnerReferences[0].UID = podtest.Owned("old", name).OwnerReferences[0].UID
	return p
}

// What a rollout waits for is progress for as long as its deadline, and a failure after that.
func TestProgressOrFailure(t *testing.T) {
	pending := func() diagnosis.Observed {
		p := podtest.Owned("new", "web-1")
		p.Spec.NodeName, p.CreationTimestamp = "", *podtest.At(0)
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/4 nodes are available: 4 Insufficient cpu."}}
		return rolling(append(old(2), p)...)
	}
	late := pending()
	late.Workload.Conditions = []workload.Condition{{Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded", Message: "it has timed out"}}
	paused := rolling(old(2)...)
	paused.Workload.Paused = true
	blocked := rolling(append(old(1), podtest.Owned("old", "old-1"))...)
	blocked.Workload.Strategy = workload.Strategy{InPlace: true, Ordered: true}
	for _, p := range blocked.Pods {
		p.CreationTimestamp = *podtest.At(0)
	}
	starting := rolling(append(old(2), podtest.Owned("new", "web-1"))...)
	for _, tt := range []struct {
		name  string
		seen  diagnosis.Observed
		at    time.Duration
		state chain.State
		cause diagnosis.Cause
	}{
		{"young", pending(), time.Minute, chain.Progressing, diagnosis.Unschedulable},
		{"old", pending(), 11 * time.Minute, chain.Failing, diagnosis.Unschedulable},
		{"late by the controller's clock", late, time.Minute, chain.Failing, diagnosis.Unschedulable},
		{"paused by a person", paused, time.Hour, chain.Progressing, diagnosis.Paused},
		{"an old pod that is soon ready", blocked, 5 * time.Second, chain.Progressing, diagnosis.BlockedByPod},
		{"an old pod that never is", blocked, 11 * time.Minute, chain.Failing, diagnosis.BlockedByPod},
		{"nothing wrong, and not there yet", starting, time.Second, chain.Progressing, ""},
	} {
		if r := explained(chain.Workload(tt.seen, podtest.Epoch.Add(tt.at)), nil); r.State != tt.state || r.Cause != tt.cause {
			t.Errorf("%s: %s %s (%s), want %s %s", tt.name, r.State, r.Cause, r.Message, tt.state, tt.cause)
		}
	}
}

func TestPods(t *testing.T) {
	crashed := podtest.Crashed("web-1", 3, 1)
	ready := podtest.Ready("web-1")
	bare := podtest.Ready("web-1")
	bare.OwnerReferences = nil
	over := podtest.Owned("new", "web-1")
	over.Status.Phase = corev1.PodSucceeded
	leaving := podtest.Ready("web-1")
	leaving.DeletionTimestamp, leaving.Finalizers = podtest.At(0), []string{"example.com/hold"}
	set := chain.Owner{Ref: workload.Ref{Kind: "ReplicaSet", Namespace: "shop", Name: "web-new"}}
	dead := set
	dead.Absent = true
	for _, tt := range []struct {
		name   string
		pod    *corev1.Pod
		owners []chain.Owner
		want   string
		also   string
		next   string
	}{
		{"crashes", crashed, []chain.Owner{set, {Ref: web}}, "Failing < pod/web-1 CrashLoop", "", "kubectl app why deployment/web -n shop"},
		{"its controller is gone", ready, []chain.Owner{dead}, "NothingFound", "replicaset/web-new, which made this pod, is gone: nothing replaces the pod", ""},
		{"nobody made it", bare, nil, "NothingFound", "no controller made it", ""},
		{"has ended", over, []chain.Owner{set}, "NothingFound", "", ""},
		{"does not end", leaving, []chain.Owner{set}, "Failing < pod/web-1 StuckTerminating", "", "jsonpath={.metadata.finalizers}"},
	} {
		r := explained(chain.Pod(tt.pod, tt.owners, now), nil)
		if got := outline(r); got != tt.want || !strings.Contains(strings.Join(r.Also, ";"), tt.also) || !strings.Contains(fmt.Sprint(r.Next), tt.next) {
			t.Errorf("%s: %s, also %q, next %v; want %s, %q, %s", tt.name, got, r.Also, r.Next, tt.want, tt.also, tt.next)
		}
	}
}

func TestJobs(t *testing.T) {
	job := func(text string) *batchv1.Job {
		j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "migrate", Namespace: "shop", UID: "new"}}
		if err := yaml.UnmarshalStrict([]byte(text), j); err != nil {
			t.Fatal(err)
		}
		return j
	}
	died := podtest.Crashed("migrate-1", 0, 1)
	died.Status.Phase, died.Spec.RestartPolicy = corev1.PodFailed, corev1.RestartPolicyNever
	again := podtest.Ready("migrate-2")
	again.Status.Phase, again.Spec.RestartPolicy = corev1.PodRunning, corev1.RestartPolicyNever
	const over = "status: {failed: 1, conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded, message: too often}]}"
	for _, tt := range []struct {
		name, job string
		pods      []*corev1.Pod
		want      string
	}{
		{"failed", over, []*corev1.Pod{died}, "Failing < pod/migrate-1 CrashLoop < job/migrate"},
		{"failed, and cleaned up", over, nil, "Failing < job/migrate"},
		{"complete after a failure", "status: {succeeded: 1, conditions: [{type: Complete, status: 'True'}]}", []*corev1.Pod{died}, "NothingFound"},
		{"runs again after a failure", "status: {failed: 1, active: 1}", []*corev1.Pod{died, again}, "Progressing < pod/migrate-1 CrashLoop < job/migrate"},
		{"waits after a failure", "status: {failed: 1}", []*corev1.Pod{died}, "Failing < pod/migrate-1 CrashLoop < job/migrate"},
		{"suspended", "spec: {suspend: true}", nil, "Progressing < job/migrate Paused"},
		{"runs", "status: {active: 1}", nil, "Progressing < job/migrate"},
		{"no pod yet", "{}", nil, "Progressing < job/migrate"},
	} {
		j := job(tt.job)
		if got := outline(explained(chain.Job(j, tt.pods, nil, now), nil)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	cron := func(text string) *batchv1.CronJob {
		c := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "nightly", Namespace: "shop"}}
		if err := yaml.UnmarshalStrict([]byte(text), c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, tt := range []struct {
		name, cron string
		jobs       []*batchv1.Job
		want       string
	}{
		{"its last run failed", "{}", []*batchv1.Job{job(over)}, "Failing < pod/migrate-1 CrashLoop < job/migrate < cronjob/nightly"},
		{"suspended", "spec: {suspend: true}", nil, "Progressing < cronjob/nightly Paused"},
		{"never ran", "{}", nil, "NothingFound"},
		{"failed, and the Job is gone", "status: {lastScheduleTime: '2026-01-01T12:00:00Z', lastSuccessfulTime: '2026-01-01T11:00:10Z'}", nil, "Failing < cronjob/nightly"},
		{"went well, and the Job is gone", "status: {lastScheduleTime: '2026-01-01T12:00:00Z', lastSuccessfulTime: '2026-01-01T12:00:10Z'}", nil, "NothingFound"},
	} {
		pods := []*corev1.Pod{died}
		if tt.jobs == nil {
			pods = nil
		}
		if got := outline(explained(chain.CronJob(cron(tt.cron), tt.jobs, pods, nil, now), nil)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// What may not be read is not gone.
func TestJobsInTheDark(t *testing.T) {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "migrate", Namespace: "shop"}}
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded"}}
	cron := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "nightly", Namespace: "shop"}}
	missed := cron.DeepCopy()
	missed.Status.LastScheduleTime = podtest.At(0)
	for want, r := range map[string]chain.Report{
		"Failing < job/migrate":     explained(chain.Job(job, nil, []string{"pods"}, now), nil),
		"NothingFound":              explained(chain.CronJob(cron, nil, nil, []string{"jobs"}, now), nil),
		"Failing < cronjob/nightly": explained(chain.CronJob(missed, nil, nil, []string{"jobs"}, now), nil),
	} {
		if said := fmt.Sprint(r.Message, r.Notes); outline(r) != want || strings.Contains(said, "gone") || strings.Contains(said, "no Job is there") || len(r.NotSeen) != 1 {
			t.Errorf("%s: %s, want %s", outline(r), said, want)
		}
	}
}

// Old pods lack what the old template names; the new ones do not.
func TestAbsentOfAnotherRevision(t *testing.T) {
	creating := func(of types.UID, name string) *corev1.Pod {
		p := podtest.Waiting(name, "ContainerCreating", "")
		p.OwnerReferences, p.CreationTimestamp = podtest.Owned(of, name).OwnerReferences, *podtest.At(0)
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: "PodReadyToStartContainers", Status: corev1.ConditionFalse})
		return p
	}
	seen := rolling(creating("old", "old-1"), creating("new", "web-1"))
	gone := corev1.Volume{Name: "v", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "gone"}}}
	seen.Revisions[0].Template.Spec.Volumes = []corev1.Volume{gone}
	s := chain.Workload(seen, now)
	s.Look(false)
	for _, r := range workload.References(&seen.Revisions[0].Template) {
		if r.Use == workload.UseVolume {
			seen.Absent = append(seen.Absent, r)
		}
	}
	s.Take(seen)
	s.Look(true)
	if r := s.Explain(nil); r.Cause == diagnosis.SecretMissing || !strings.Contains(fmt.Sprint(r.Also), "SecretMissing") {
		t.Errorf("%s, also %v", outline(r), r.Also)
	}
}

func TestRisks(t *testing.T) {
	for command, want := range map[string]chain.Risk{
		"kubectl describe pod a -n b": chain.Look, "kubectl app why pod/a": chain.Look, "kubectl app status secret/a": chain.Look,
		"kubectl app set image deployment/a a=B": chain.Safe, "kubectl app create secret generic a": chain.Safe, "kubectl create serviceaccount a": chain.Safe,
		"kubectl delete pod a": chain.Risky, "kubectl edit deployment/a": chain.Risky, "kubectl set resources deployment/a": chain.Risky,
		"kubectl rollout resume deployment/a": chain.Risky, "kubectl app prune secrets": chain.Risky, "rm -rf /": chain.Risky,
	} {
		if got := chain.RiskOf(command); got != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}

func TestChanges(t *testing.T) {
	sick := podtest.Waiting("web-1", "ErrImagePull", "web:2.0: not found")
	again := podtest.Ready("web-2")
	podtest.RanBefore(again, time.Second, -30*time.Minute)
	at := func(pods ...*corev1.Pod) chain.Report { return explained(chain.Workload(rolling(pods...), now), nil) }
	for _, tt := range []struct {
		name          string
		before, after chain.Report
		want          chain.Changes
	}{
		{"sick", at(podtest.Ready("web-1")), at(sick), chain.Changes{Sick: []string{"pod/web-1"}}},
		{"healed", at(sick), at(podtest.Ready("web-1")), chain.Changes{Healed: []string{"pod/web-1"}}},
		{"gone", at(sick), at(podtest.Ready("web-3")), chain.Changes{Gone: []string{"pod/web-1"}}},
		{"killed and recovered", at(podtest.Ready("web-2")), at(again), chain.Changes{Recovered: []string{"pod/web-2"}}},
		{"nothing", at(sick), at(sick), chain.Changes{}},
	} {
		tt.after.Compare(&tt.before)
		got := tt.after.Changes
		if fmt.Sprint(got.Sick, got.Healed, got.Recovered, got.Gone) != fmt.Sprint(tt.want.Sick, tt.want.Healed, tt.want.Recovered, tt.want.Gone) {
			t.Errorf("%s: %+v", tt.name, *got)
		}
	}
}
