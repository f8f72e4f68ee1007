package clustertest

import (
	"fmt"
	"maps"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
)

// preflight checks web:2.0 (or another image) on the Deployment "web", as the user says.
func (b *bench) preflight(image string, flags ...func(*genericclioptions.ConfigFlags)) preflight.Report {
	b.t.Helper()
	c := b.cluster(flags...)
	report, err := preflight.Run(b.ctx, c, []cluster.Change{b.change(c, "web", image, "")}, preflight.Options{Watch: true})
	if err != nil {
		b.t.Fatal(err)
	}
	return report
}

func (b *bench) want(report preflight.Report, want ...string) {
	b.t.Helper()
	if len(want) == 0 && len(report.Checks) > 0 {
		b.t.Errorf("it should have nothing to say:\n%s", lines(report.Checks))
	}
	says(b.t, lines(report.Checks), want...)
}

func template(change func(*corev1.PodSpec)) func(*appsv1.Deployment) {
	return func(d *appsv1.Deployment) { change(&d.Spec.Template.Spec) }
}

func TestPreflightPaused(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1, func(d *appsv1.Deployment) { d.Spec.Paused = true })
	b.want(b.preflight("web:2.0"), "refuse Paused: deployment/web is paused")
}

func TestPreflightReferences(t *testing.T) {
	b := newBench(t)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "db"}, StringData: map[string]string{"password": "do-not-show-me"}}
	if _, err := b.client.CoreV1().Secrets(b.namespace).Create(b.ctx, secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	yes := true
	b.deploy("web", 0, template(func(s *corev1.PodSpec) {
		s.ServiceAccountName = "robot"
		s.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "registry"}}
		s.Volumes = []corev1.Volume{
			{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "disk"}}},
			{Name: "cert", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tls", Optional: &yes}}},
			{Name: "conf", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "conf"}}}},
		}
		s.Containers[0].Env = []corev1.EnvVar{{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "pasword",
		}}}}
	}))
	report := b.preflight("web:2.0")
	b.want(report,
		`refuse Reference: secret/db has no key "pasword", which the variable PASSWORD of container web of deployment/web needs; it has "password"`,
		`refuse Reference: configmap/conf does not exist in namespace "`+b.namespace+`", and the volume conf of deployment/web needs it`,
		`refuse Reference: persistentvolumeclaim/disk does not exist`,
		`refuse Reference: serviceaccount/robot does not exist`,
		`warn Reference: secret/registry does not exist`,
	)
	if len(report.Checks) != 5 {
		t.Errorf("checks:\n%s", lines(report.Checks))
	}
}

func TestPreflightQuota(t *testing.T) {
	half := resource.MustParse("500m")
	for name, test := range map[string]struct {
		hard        corev1.ResourceList
		unavailable int
		declare     bool
		limitRange  bool
		want        []string
	}{
		"room for the surge": {hard: corev1.ResourceList{"requests.cpu": resource.MustParse("1500m"), "pods": resource.MustParse("3")}, declare: true},
		"no room": {
			hard: corev1.ResourceList{"requests.cpu": resource.MustParse("1200m")}, declare: true,
			want: []string{"refuse Quota: resourcequota/q has 200m of requests.cpu left (1 of 1200m used), and deployment/web needs 500m"},
		},
		"no room for a pod":     {hard: corev1.ResourceList{"pods": resource.MustParse("2")}, declare: true, want: []string{"refuse Quota: resourcequota/q has 0 of pods left"}},
		"an old pod makes room": {hard: corev1.ResourceList{"pods": resource.MustParse("2")}, declare: true, unavailable: 1},
		"a limit that is a duty": {
			hard: corev1.ResourceList{"limits.memory": resource.MustParse("4Gi")}, declare: true,
			want: []string{"warn Quota: resourcequota/q admits only pods that set limits.memory, and container web of deployment/web does not"},
		},
		"a LimitRange does the duty": {hard: corev1.ResourceList{"limits.memory": resource.MustParse("4Gi")}, declare: true, limitRange: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if test.limitRange {
				b.limitRange()
			}
			surge, unavailable := intstr.FromInt32(1), intstr.FromInt(test.unavailable)
			b.deploy("web", 2, template(func(s *corev1.PodSpec) {
				if test.declare {
					s.Containers[0].Resources.Requests = corev1.ResourceList{"cpu": half}
				}
			}), func(d *appsv1.Deployment) {
				d.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &unavailable}
			})
			b.quota(test.hard)
			b.want(b.preflight("web:2.0"), test.want...)
		})
	}
}

func (b *bench) limitRange() {
	b.t.Helper()
	limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "defaults"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
		Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{"memory": resource.MustParse("1Gi")},
	}}}}
	if _, err := b.client.CoreV1().LimitRanges(b.namespace).Create(b.ctx, limits, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
}

// quota creates a ResourceQuota and waits until its use is counted.
func (b *bench) quota(hard corev1.ResourceList) {
	b.t.Helper()
	q := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "q"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	q, err := b.client.CoreV1().ResourceQuotas(b.namespace).Create(b.ctx, q, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	w, err := b.client.CoreV1().ResourceQuotas(b.namespace).Watch(b.ctx, metav1.ListOptions{ResourceVersion: q.ResourceVersion})
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		if q, ok := event.Object.(*corev1.ResourceQuota); ok && len(q.Status.Used) == len(hard) {
			return
		}
	}
	b.t.Fatal("the quota was not counted")
}

func TestPreflightInvalid(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	c := b.cluster()
	captured, err := c.Capture(b.ctx, []cluster.Object{b.change(c, "web", "web:2.0", "").Object})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := cluster.PlanAll(captured, func(c cluster.Captured) (cluster.Edit, error) {
		edit := cluster.Edit{Template: *c.Template().DeepCopy()}
		edit.Template.Spec.Containers[0].Name = "Not A Name"
		return edit, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err := preflight.Run(b.ctx, c, changes, preflight.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.want(report, "refuse Admission: the API server rejected the change of deployment/web:", `spec.template.spec.containers[0].name: Invalid value: "Not A Name"`)
}

// TestPreflightPermissions takes one permission after the other from a user who has all that it takes.
func TestPreflightPermissions(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	all := []rbacv1.PolicyRule{
		{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: []string{"patch"}},
		{APIGroups: []string{"apps"}, Resources: []string{"replicasets"}, Verbs: []string{"list", "watch"}},
		{APIGroups: []string{"apps"}, Resources: []string{"replicasets"}, Verbs: []string{"patch"}},
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"list", "watch"}},
		{APIGroups: []string{""}, Resources: []string{"pods/log"}, Verbs: []string{"get"}},
		{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"list"}},
		{APIGroups: []string{""}, Resources: []string{"resourcequotas"}, Verbs: []string{"list"}},
	}
	wants := [][]string{
		nil, // without the first rule the workload itself can't be read
		{`refuse Permission: no permission to patch deployment/web`, `cannot patch resource "deployments"`},
		{"refuse Permission: no permission to list and watch replicasets"},
		{"note Permission: no permission to patch replicasets", "be recorded"},
		{"warn Permission: no permission to list and watch pods", "no cause can be found"},
		{"note Permission: no permission to get pods/log"},
		{"note Permission: no permission to list events"},
		{"note Quota: the quotas", "are not checked"},
	}
	user := func(f *genericclioptions.ConfigFlags) { *f.Impersonate = "dev-" + b.namespace }
	for i, want := range wants {
		if want == nil {
			continue
		}
		b.grant("dev-"+b.namespace, append(append([]rbacv1.PolicyRule{}, all[:i]...), all[i+1:]...))
		report := b.preflight("web:2.0", user)
		b.want(report, want...)
		if len(report.Checks) != 1 {
			t.Errorf("checks:\n%s", lines(report.Checks))
		}
	}
	b.grant("dev-"+b.namespace, all)
	b.want(b.preflight("web:2.0", user))

	// A role for this workload alone is enough.
	all[0].ResourceNames, all[1].ResourceNames = []string{"web"}, []string{"web"}
	b.grant("dev-"+b.namespace, all)
	b.want(b.preflight("web:2.0", user))
}

// grant gives a user these rules in the namespace, and no others.
func (b *bench) grant(user string, rules []rbacv1.PolicyRule) {
	b.t.Helper()
	roles, bindings := b.client.RbacV1().Roles(b.namespace), b.client.RbacV1().RoleBindings(b.namespace)
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "dev"}, Rules: rules}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "dev"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "dev"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
	}
	if _, err := roles.Update(b.ctx, role, metav1.UpdateOptions{}); err != nil { // creates it as well
		b.t.Fatal(err)
	}
	if _, err := bindings.Create(b.ctx, binding, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		b.t.Fatal(err)
	}
	b.awaitRules(user, rules)
}

// awaitRules asks until the authorizer has taken in the rules: it follows them with a watch of its own.
func (b *bench) awaitRules(user string, rules []rbacv1.PolicyRule) {
	b.t.Helper()
	config := rest.CopyConfig(b.config)
	config.Impersonate.UserName = user
	client := kubernetes.NewForConfigOrDie(config)
	want := map[string]bool{}
	for _, r := range rules {
		expand(want, r.Verbs, r.APIGroups, r.Resources, r.ResourceNames)
	}
	for {
		review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: b.namespace}}
		review, err := client.AuthorizationV1().SelfSubjectRulesReviews().Create(b.ctx, review, metav1.CreateOptions{})
		if err != nil {
			b.t.Fatal(err)
		}
		have := map[string]bool{}
		for _, r := range review.Status.ResourceRules {
			expand(have, r.Verbs, r.APIGroups, r.Resources, r.ResourceNames)
		}
		if maps.Equal(have, want) {
			return
		}
	}
}

// expand lists the single permissions of a rule, but for those that everybody has.
func expand(into map[string]bool, verbs, groups, resources, names []string) {
	for _, verb := range verbs {
		for _, group := range groups {
			for _, resource := range resources {
				if group == "" || group == "apps" {
					into[fmt.Sprint(verb, " ", group, "/", resource, names)] = true
				}
			}
		}
	}
}
