package preflight

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const webYAML = `
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}, {name: log, image: "log:1"}]}
`

func changeOf(t *testing.T, text string) cluster.Change {
	t.Helper()
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return cluster.Change{Captured: cluster.Captured{Object: workloadOf("Deployment", &d)}}
}

func workloadOf(kind string, o workload.API) cluster.Object {
	return cluster.Object{API: o, Kind: workload.KindNamed(kind)}
}

func TestCheckPaused(t *testing.T) {
	changes := []cluster.Change{changeOf(t, webYAML), changeOf(t, `{metadata: {name: api, namespace: shop}, spec: {paused: true}}`)}
	checks := RefusePaused(changes, nil)
	if len(checks) != 1 || checks[0].Message != "deployment/api is paused: the change is stored already and not rolled out" {
		t.Errorf("with the template of the change: %+v", checks)
	}
	changes[1].Edit.Template.Spec.ServiceAccountName = "api"
	checks = RefusePaused(changes, nil)
	if len(checks) != 1 {
		t.Fatalf("%d checks, want one of the paused workload alone: %+v", len(checks), checks)
	}
	c := checks[0]
	if c.Check != CheckPaused || c.Level != Refuse || c.Workload != other || c.Message != "deployment/api is paused: the change would be stored and not rolled out" ||
		!slices.Equal(c.Next, []string{"kubectl app rollout resume deployment/api -n shop"}) {
		t.Errorf("%+v", c)
	}
	checks = RefusePaused(changes, func(ref workload.Ref) string { return "resume " + ref.Name })
	if len(checks) != 1 || !slices.Equal(checks[0].Next, []string{"resume api", "kubectl app rollout resume deployment/api -n shop"}) {
		t.Errorf("%+v", checks)
	}
	changes[1].Edit.Resume = true
	if checks = RefusePaused(changes, nil); len(checks) > 0 {
		t.Errorf("refused, though it is resumed: %+v", checks)
	}
}

func TestNamespaces(t *testing.T) {
	order, in := namespaces([]cluster.Change{
		changeOf(t, `{metadata: {name: web, namespace: shop}}`), changeOf(t, `{metadata: {name: web, namespace: bank}}`), changeOf(t, `{metadata: {name: api, namespace: shop}}`),
	})
	if !slices.Equal(order, []string{"shop", "bank"}) || len(in["shop"]) != 2 || in["shop"][1].Ref() != other {
		t.Errorf("%v: %d of shop", order, len(in["shop"]))
	}
}

// Whoever writes the workload again is named, with what keeps the change.
func TestOwnerWarnings(t *testing.T) {
	for name, test := range map[string]struct{ metadata, says, next string }{
		"Flux":    {`labels: {helm.toolkit.fluxcd.io/name: shop, helm.toolkit.fluxcd.io/namespace: flux}`, "or the next reconciliation reverts it", "flux suspend helmrelease shop -n flux"},
		"Argo CD": {`annotations: {argocd.argoproj.io/tracking-id: "shop:apps/Deployment:shop/web"}`, "the next sync", "argocd app diff shop"},
		"Helm":    {`annotations: {meta.helm.sh/release-name: shop, meta.helm.sh/release-namespace: shop}, labels: {app.kubernetes.io/managed-by: Helm}`, "or the next helm upgrade reverts it", "helm get values shop -n shop"},
		"apply":   {`annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}`, "is managed by kubectl apply", ""},
	} {
		t.Run(name, func(t *testing.T) {
			checks := checkOwners([]cluster.Change{changeOf(t, "metadata: {name: web, namespace: shop, "+test.metadata+"}")})
			if len(checks) != 1 {
				t.Fatalf("%+v", checks)
			}
			c := checks[0]
			if c.Check != CheckOwner || c.Level != Warn || c.Workload != web || !strings.Contains(c.Message, test.says) || strings.Join(c.Next[:min(1, len(c.Next))], "") != test.next {
				t.Errorf("%+v", c)
			}
		})
	}
	for metadata, warned := range map[string]bool{
		`annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}`: false,
		`labels: {kustomize.toolkit.fluxcd.io/name: shop}`:                      true,
	} {
		restart := changeOf(t, "metadata: {name: web, namespace: shop, "+metadata+"}")
		restart.Edit.Template = rollout.PlanRestart(restart.Template(), time.Now())
		if checks := checkOwners([]cluster.Change{restart}); (len(checks) > 0) != warned {
			t.Errorf("a restart, %s: %+v", metadata, checks)
		}
	}
	if checks := checkOwners([]cluster.Change{changeOf(t, webYAML)}); len(checks) != 0 {
		t.Errorf("nobody owns it, and that is warned of: %+v", checks)
	}
	message, next := OwnerWarning(web, workload.Owner{Tool: workload.OwnerSSA, Name: "terraform"})
	if !strings.HasPrefix(message, `deployment/web is applied by "terraform" (server-side)`) || len(next) != 1 {
		t.Errorf("%s %q", message, next)
	}
}

// What the server says of this change is a refusal; what keeps it from saying anything ends the command.
func TestAdmissionCheck(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		check CheckName
		level Level
		ends  bool
	}{
		"invalid":                     {err: &cluster.Error{Reason: cluster.Invalid, Message: "spec.replicas: must not be negative"}, check: CheckAdmission, level: Refuse},
		"denied by a webhook":         {err: &cluster.Error{Reason: cluster.Denied, Message: "no latest tags"}, check: CheckAdmission, level: Refuse},
		"a webhook with side effects": {err: &cluster.Error{Reason: cluster.Invalid, Message: "admission webhook audit does not support dry run"}, check: CheckAdmission, level: Warn},
		"no permission to patch":      {err: &cluster.Error{Reason: cluster.Forbidden, Message: "not allowed"}, check: CheckPermission, level: Refuse},
		"a webhook that is away":      {err: &cluster.Error{Reason: cluster.ServerFault, Message: "failed calling webhook"}, check: CheckAdmission, level: Refuse},
		"a server that is ill":        {err: &cluster.Error{Reason: cluster.ServerFault, Message: "etcd is gone"}, ends: true},
		"unreachable":                 {err: &cluster.Error{Reason: cluster.Unreachable}, ends: true},
		"anything else":               {err: errors.New("oh"), ends: true},
	} {
		check, ok := admissionCheck(changeOf(t, webYAML), test.err)
		if ok == test.ends || check.Check != test.check || check.Level != test.level {
			t.Errorf("%s: %+v %v", name, check, ok)
		}
	}
}

func TestRefused(t *testing.T) {
	r := Report{Checks: []Check{{Level: Warn, Message: "a"}, {Level: Refuse, Message: "b"}, {Level: Note, Message: "c"}}}
	if got := r.Refused(); len(got) != 1 || got[0].Message != "b" {
		t.Errorf("refused %+v", got)
	}
}

// A StatefulSet has no pause, and a broken pod of it holds up a fix as well; an undo deletes that pod.
func TestPreflightOfAnOrderedSet(t *testing.T) {
	set := func(ready int32) cluster.Change {
		replicas := int32(3)
		s := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "db", Namespace: "shop"}}
		s.Spec.Replicas, s.Status.ReadyReplicas = &replicas, ready
		s.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "db"}}
		o := workloadOf("StatefulSet", s)
		return cluster.Change{Captured: cluster.Captured{Object: o, Before: &rollout.Baseline{Workload: o.Workload(), Serving: ready == 3}}}
	}
	if checks := refuseUnpausable([]cluster.Change{set(3), changeOf(t, webYAML)}, true); len(checks) != 1 || checks[0].Level != Refuse || !strings.HasPrefix(checks[0].Message, "statefulset/db can't be paused") {
		t.Errorf("--on-failure=pause: %+v", checks)
	}
	if checks := refuseUnpausable([]cluster.Change{set(3)}, false); len(checks) != 0 {
		t.Errorf("another --on-failure: %+v", checks)
	}
	for _, test := range []struct {
		ready  int32
		undoes bool
		warned int
	}{{2, false, 1}, {2, true, 0}, {3, false, 0}} {
		if checks := checkOrder([]cluster.Change{set(test.ready)}, Options{Undoes: test.undoes, Watch: true}); len(checks) != test.warned {
			t.Errorf("%+v: %+v", test, checks)
		}
	}
}

// A Job's template is fixed: by itself it refuses the release, among other workloads of "all" it is left out. Neither a
// Job nor a CronJob has a pause.
func TestFixedTemplates(t *testing.T) {
	image := func(o cluster.Object) cluster.Change {
		template := *o.Template().DeepCopy()
		template.Spec.Containers = []corev1.Container{{Name: "main", Image: "main:9"}}
		return cluster.Change{Captured: cluster.Captured{Object: o}, Edit: cluster.Edit{Template: template}}
	}
	job := func(name string) cluster.Change {
		return image(workloadOf("Job", &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"}}))
	}
	cron := image(workloadOf("CronJob", &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "nightly", Namespace: "shop"}}))
	kept, left := WithoutFixed([]cluster.Change{job("a"), cron, job("b")})
	if len(kept) != 1 || kept[0].Ref().Kind != "CronJob" || len(left) != 1 || !strings.HasPrefix(left[0], "2 jobs are left out: the pod template of a job is immutable") {
		t.Errorf("kept %d, %q", len(kept), left)
	}
	kept, left = WithoutFixed([]cluster.Change{job("a")})
	if checks := refuseFixed(kept); len(left) > 0 || len(checks) != 1 || checks[0].Object != "job/a" {
		t.Errorf("a Job alone: %q, %+v", left, checks)
	}
	if checks := refuseUnpausable([]cluster.Change{cron}, true); len(checks) != 1 {
		t.Errorf("--on-failure=pause of a CronJob: %+v", checks)
	}
}

// What a template leaves out, a webhook may set: only what it asks for can be too much for certain.
func TestQuotaOfWhatTheTemplateLeavesOut(t *testing.T) {
	one := resource.MustParse("1")
	quota := func(name corev1.ResourceName) []corev1.ResourceQuota {
		return []corev1.ResourceQuota{{
			ObjectMeta: metav1.ObjectMeta{Name: "q"},
			Status:     corev1.ResourceQuotaStatus{Hard: corev1.ResourceList{name: one}, Used: corev1.ResourceList{name: one}},
		}}
	}
	for name, test := range map[string]struct {
		resource corev1.ResourceName
		requests corev1.ResourceList
		want     Level
	}{
		"it leaves the requests out": {corev1.ResourceRequestsCPU, nil, Warn},
		"it asks for too much":       {corev1.ResourceRequestsCPU, corev1.ResourceList{corev1.ResourceCPU: one}, Refuse},
		"there is no room for a pod": {corev1.ResourcePods, nil, Refuse},
	} {
		spec := &corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Resources: corev1.ResourceRequirements{Requests: test.requests}}}}
		quotas := quota(test.resource)
		checks := room{change: changeOf(t, webYAML), after: spec, added: 1}.checks(quotas, quotas)
		if len(checks) != 1 || checks[0].Level != test.want {
			t.Errorf("%s: %+v", name, checks)
		}
	}
}
