package config

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// versionOf is a version of secret/db with this data, created then.
func versionOf(t *testing.T, created time.Time, data ...string) *corev1.Secret {
	t.Helper()
	version, err := secrets.NewSecretVersion(withType(secretOf("db", data...)).(*corev1.Secret), "db")
	if err != nil {
		t.Fatal(err)
	}
	version.CreationTimestamp = metav1.NewTime(created)
	return version
}

// deploymentUsing has all keys of some Secrets as variables.
func deploymentUsing(name string, secretNames ...string) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	container := corev1.Container{Name: "main"}
	for _, secret := range secretNames {
		from := &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: secret}}
		container.EnvFrom = append(container.EnvFrom, corev1.EnvFromSource{SecretRef: from})
	}
	d.Spec.Template.Spec.Containers = []corev1.Container{container}
	return d
}

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestReadVersioned(t *testing.T) {
	first, second := versionOf(t, noon, "a=1"), versionOf(t, noon.Add(time.Hour), "a=2")
	base := secretOf("db", "a=0")
	for name, test := range map[string]struct {
		objects []runtime.Object
		faults  []fault
		want    string // data
		reason  cluster.Reason
	}{
		"there is no version":       {objects: []runtime.Object{base}, want: "a=0"},
		"nothing is there":          {reason: cluster.NotFound},
		"none is in use":            {objects: []runtime.Object{base, first, second}, want: "a=2"},
		"an old one is in use":      {objects: []runtime.Object{base, first, second, deploymentUsing("web", first.Name)}, want: "a=1"},
		"the object is in use":      {objects: []runtime.Object{base, first, second, deploymentUsing("web", "db")}, want: "a=0"},
		"two are in use":            {objects: []runtime.Object{first, second, deploymentUsing("web", first.Name), deploymentUsing("api", second.Name)}, reason: SeveralVersions},
		"versions can't be listed":  {objects: []runtime.Object{base}, faults: []fault{{request: "list secrets", answer: forbidden("secrets")}}, reason: cluster.Forbidden},
		"workloads can't be listed": {objects: []runtime.Object{first}, faults: []fault{{request: "list", always: true, answer: forbidden("pods")}}, reason: cluster.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := newAPIServer(t, test.objects...)
			s.faults = test.faults
			found, err := c.ReadVersioned(t.Context(), secretRef("db"))
			if reasonOf(err) != test.reason || err == nil && dataOf(found) != test.want {
				t.Errorf("got %s, %v", dataOf(found), err)
			}
		})
	}
}

func TestCheckVersioned(t *testing.T) {
	first, second := versionOf(t, noon, "a=1"), versionOf(t, noon.Add(time.Hour), "a=2")
	for name, test := range map[string]struct {
		now  []runtime.Object
		want string
	}{
		"the same":          {[]runtime.Object{first}, ""},
		"another is in use": {[]runtime.Object{first, second}, "replaced it since it was read"},
		"deleted":           {nil, "no secret/db"},
	} {
		t.Run(name, func(t *testing.T) {
			_, c := newAPIServer(t, test.now...)
			err := c.CheckVersioned(t.Context(), secretRef("db"), wanted(first))
			if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	_, c := newAPIServer(t, secretOf("db", "a=9"))
	if err := c.CheckVersioned(t.Context(), secretRef("db"), wanted(secretOf("db", "a=1"))); reasonOf(err) != KeysChanged {
		t.Errorf("got %v", err)
	}
}

// Of what the name of a version says, the name itself does not change with a second version.
func TestPlanVersion(t *testing.T) {
	before := wanted(secretOf("db", "a=1"))
	first, err := PlanVersion(before, editOf("a=2"))
	if err != nil || !strings.HasPrefix(first.After.Ref().Name, "db-") || !first.After.fixed() || first.Before.Ref().Name != "db" {
		t.Fatalf("%v, %v", first.After, err)
	}
	second, err := PlanVersion(first.After, editOf("a=3"))
	if err != nil || strings.Count(second.After.Ref().Name, "-") != 1 || second.After.Ref() == first.After.Ref() {
		t.Errorf("%v, %v", second.After, err)
	}
	again, err := PlanVersion(first.After, editOf("a=2"))
	if err != nil || again.After.Ref() != first.After.Ref() {
		t.Errorf("%v, %v", again.After, err)
	}
	config, err := PlanVersion(wanted(configMapOf("flags", "a=1")), editOf("a=2"))
	if err != nil || config.After.ConfigMap == nil || !config.After.fixed() {
		t.Errorf("%v, %v", config.After, err)
	}
	if _, err := PlanVersion(before, editOf("b-")); err == nil {
		t.Error("a key that is not there was removed")
	}
}

func TestCreateVersion(t *testing.T) {
	version := versionOf(t, time.Time{}, "a=2")
	other := version.DeepCopy()
	other.Data["a"] = []byte("9")
	open := version.DeepCopy()
	open.Immutable = nil
	create, patch := "create secrets", "patch secrets/"+version.Name
	appears := func(s *apiServer, o runtime.Object) func() { return func() { s.put(o) } }
	for name, test := range map[string]struct {
		there   *corev1.Secret
		dryRun  bool
		faults  func(*apiServer) []fault
		created bool
		taken   bool // up again: an annotation says when
		reason  cluster.Reason
		there2  bool // the object is there in the end
	}{
		"it is new":                   {created: true, there2: true},
		"a dry run":                   {dryRun: true, created: true},
		"it is there":                 {there: version, taken: true, there2: true},
		"a dry run where it is there": {there: version, dryRun: true, there2: true},
		"other data has the name":     {there: other, reason: Exists, there2: true},
		"it is not immutable":         {there: open, reason: Exists, there2: true},
		"it may not be patched": {
			there: version, there2: true,
			faults: func(*apiServer) []fault { return []fault{{request: patch, answer: forbidden("secrets")}} },
		},
		"it may not be created": {
			reason: cluster.Forbidden,
			faults: func(*apiServer) []fault { return []fault{{request: create, answer: forbidden("secrets")}} },
		},
		"it appears at the same time": {
			taken: true, there2: true,
			faults: func(s *apiServer) []fault { return []fault{{request: create, before: appears(s, version)}} },
		},
		"other data appears": {
			reason: Exists, there2: true,
			faults: func(s *apiServer) []fault { return []fault{{request: create, before: appears(s, other)}} },
		},
		"the answer is lost, and it was there": {
			there: version, taken: true, there2: true,
			faults: func(*apiServer) []fault { return []fault{{request: patch, lost: true}} },
		},
		"the answer is lost": {
			created: true, there2: true,
			faults: func(*apiServer) []fault { return []fault{{request: create, lost: true}} },
		},
		"it arrives after it was repeated": {
			created: true, there2: true,
			faults: func(*apiServer) []fault { return []fault{{request: create, late: true}} },
		},
		"it arrives after the repeated one was refused": {
			reason: UnknownWrite, there2: true,
			faults: func(*apiServer) []fault {
				return []fault{{request: create, late: true}, {request: create, answer: forbidden("secrets")}}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := newAPIServer(t)
				if test.there != nil {
					s.put(test.there)
				}
				if test.faults != nil {
					s.faults = test.faults(s)
				}
				written, created, err := c.CreateVersion(t.Context(), wanted(version), cluster.WriteOptions{DryRun: test.dryRun})
				if created != test.created || reasonOf(err) != test.reason || err == nil && dataOf(written) != "a=2" {
					t.Errorf("%s, created: %v, %v", dataOf(written), created, err)
				}
				s.arrive()
				now := s.secret(version.Name)
				if (now != nil) != test.there2 {
					t.Fatalf("in the end: %v", now)
				}
				if now != nil && (now.Annotations[workload.AnnotationTakenUp] != "") != test.taken {
					t.Errorf("annotations %v", now.Annotations)
				}
			})
		})
	}
	s, c := newAPIServer(t)
	config, err := PlanVersion(wanted(configMapOf("flags", "a=1")), editOf("a=2"))
	if err != nil {
		t.Fatal(err)
	}
	if _, created, err := c.CreateVersion(t.Context(), config.After, cluster.WriteOptions{}); err != nil || !created || s.configMap(config.After.Ref().Name) == nil {
		t.Errorf("created: %v, %v", created, err)
	}
}

// Versions are found page by page, without their values, and deleted only as they were seen.
func TestVersionsToPrune(t *testing.T) {
	var versions []runtime.Object
	for _, data := range []string{"a=1", "a=2", "a=3", "a=4", "a=5"} {
		versions = append(versions, versionOf(t, noon, data))
	}
	used := versions[2].(*corev1.Secret).Name
	s, c := newAPIServer(t, append(versions, secretOf("db", "a=0"), deploymentUsing("web", used), podUsing("p", "a"))...)
	found, err := c.Versions(t.Context(), "shop", "Secret")
	if err != nil || len(found) != len(versions) || s.sent("list secrets") != 3 {
		t.Fatalf("%v, %v after %d pages", found, err, s.sent("list secrets"))
	}
	mentions, err := c.Mentions(t.Context(), "shop", found)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		if keeper, kept := mentions.Keeper(v.Name); kept != (v.Name == used) || kept && keeper.Name != "web" {
			t.Errorf("%s kept: %v, %v", v.Name, kept, keeper)
		}
	}
	if err := c.DeleteVersion(t.Context(), found[0], true); err != nil || s.secret(found[0].Name) == nil {
		t.Errorf("a dry run: %v", err)
	}
	if err := c.DeleteVersion(t.Context(), found[0], false); err != nil || s.secret(found[0].Name) != nil {
		t.Errorf("deleted: %v", err)
	}
	touched := s.secret(found[1].Name).DeepCopy()
	touched.Labels = map[string]string{"used": "again"}
	s.put(touched)
	if err := c.DeleteVersion(t.Context(), found[1], false); reasonOf(err) != cluster.Conflict || s.secret(found[1].Name) == nil {
		t.Errorf("one that was touched since: %v", err)
	}
}

// What may not be looked at may use any version.
func TestMentionsSeeAll(t *testing.T) {
	version := versionOf(t, noon, "a=1")
	s, c := newAPIServer(t, version)
	none, err := c.Mentions(t.Context(), "shop", nil)
	if _, kept := none.Keeper(version.Name); err != nil || kept || len(s.requests) > 0 {
		t.Errorf("requests %v, %v", s.requests, err)
	}
	found, err := c.Versions(t.Context(), "shop", "Secret")
	if err != nil {
		t.Fatal(err)
	}
	var resources []string
	for _, m := range referrers() {
		resources = append(resources, m.resource)
	}
	for _, resource := range []string{"deployments", "replicasets", "controllerrevisions", "cronjobs", "ingresses", "serviceaccounts", "podtemplates"} {
		if !slices.Contains(resources, resource) {
			t.Errorf("nobody looks at %s", resource)
		}
	}
	for _, resource := range resources {
		s.faults = []fault{{request: "list " + resource, answer: forbidden(resource)}}
		if _, err := c.Mentions(t.Context(), "shop", found); reasonOf(err) != cluster.Forbidden {
			t.Errorf("%s: %v", resource, err)
		}
	}
	s.faults = []fault{{request: "list configmaps", answer: forbidden("configmaps")}}
	if _, err := c.Versions(t.Context(), "shop", "ConfigMap"); reasonOf(err) != cluster.Forbidden {
		t.Errorf("got %v", err)
	}
}
