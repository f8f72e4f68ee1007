package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func namesOf(users []consumers.Consumer) (names []string) {
	for _, c := range users {
		names = append(names, c.String())
	}
	slices.Sort(names)
	return names
}

// Every list has several pages here.
func TestConsumers(t *testing.T) {
	var objects []runtime.Object
	for i := range 5 {
		objects = append(objects, deploymentUsing(fmt.Sprintf("web-%d", i), "db"), podUsing(fmt.Sprintf("pod-%d", i), "a"))
	}
	objects = append(objects, secretOf("db", "a=1"), configMapOf("flags", "b=1"), deploymentUsing("other", "elsewhere"))
	s, c := newAPIServer(t, objects...)
	found, notSeen, err := c.Consumers(t.Context(), []workload.Ref{secretRef("db"), configMapRef("flags")})
	if err != nil || len(notSeen) > 0 || len(found) != 2 {
		t.Fatalf("%v, %v, %v", found, notSeen, err)
	}
	if got := namesOf(found[0].Consumers); len(got) != 10 || got[0] != "deployment/web-0" || got[9] != "pod/pod-4" {
		t.Errorf("consumers %v", got)
	}
	if len(found[1].Consumers) != 0 || len(found[1].Keys) != 1 || found[0].Type != "Opaque" {
		t.Errorf("%+v", found[1])
	}
	if got := s.sent("list deployments"); got != 3 {
		t.Errorf("%d pages of deployments", got)
	}
}

func TestConsumersWithoutPermission(t *testing.T) {
	everything := []runtime.Object{secretOf("db", "a=1"), deploymentUsing("web", "db"), podUsing("p", "a")}
	for name, test := range map[string]struct {
		objects   []runtime.Object
		forbidden []string
		asked     bool // for the objects themselves
		unseen    []string
		found     []string
		reason    cluster.Reason
		says      string
	}{
		"all may be seen": {objects: everything, found: []string{"deployment/web", "pod/p"}},
		"no pods":         {objects: everything, forbidden: []string{"list pods"}, unseen: []string{"pods"}, found: []string{"deployment/web"}},
		"no ingresses and no jobs": {
			objects: everything, forbidden: []string{"list ingresses", "list jobs"}, unseen: []string{"jobs", "ingresses"},
			found: []string{"deployment/web", "pod/p"},
		},
		"not the object": {
			objects: everything, forbidden: []string{"get secrets"}, unseen: []string{"secret/db"}, found: []string{"deployment/web", "pod/p"},
		},
		"not the object, which is asked for": {objects: everything, forbidden: []string{"get secrets"}, asked: true, reason: cluster.Forbidden},
		"nothing":                            {objects: everything, forbidden: []string{"list"}, reason: cluster.Forbidden},
		"nothing, but the object": {
			objects: everything, forbidden: []string{"list"}, asked: true,
			unseen: []string{"deployments", "statefulsets", "daemonsets", "replicasets", "cronjobs", "jobs", "pods", "ingresses", "serviceaccounts"},
		},
		"the object is missing": {objects: []runtime.Object{secretOf("dbs")}, reason: cluster.NotFound, says: `"dbs"`},
		"the object is missing, and used": {
			objects: everything[1:], reason: cluster.NotFound, says: "which deployment/web, pod/p would use",
		},
		"its name can't be looked for": {objects: everything[1:2], forbidden: []string{"list secrets"}, reason: cluster.NotFound, says: "which deployment/web would use"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := newAPIServer(t, test.objects...)
			for _, request := range test.forbidden {
				s.faults = append(s.faults, fault{request: request, answer: forbidden("it"), always: true})
			}
			search := c.Consumers
			if test.asked {
				search = c.Contents
			}
			found, notSeen, err := search(t.Context(), []workload.Ref{secretRef("db")})
			if reasonOf(err) != test.reason || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v", err)
			}
			var unseen []string
			for _, n := range notSeen {
				unseen = append(unseen, n.Resource)
			}
			if !slices.Equal(unseen, test.unseen) {
				t.Errorf("not seen: %v", unseen)
			}
			if err == nil && !slices.Equal(namesOf(found[0].Consumers), test.found) {
				t.Errorf("found %v", namesOf(found[0].Consumers))
			}
		})
	}
}

func TestNamespaceOfConsumersIsMissing(t *testing.T) {
	s, c := newAPIServer(t)
	delete(s.objects, namespacePath)
	if _, _, err := c.Consumers(t.Context(), []workload.Ref{secretRef("db")}); reasonOf(err) != cluster.NoNamespace {
		t.Errorf("got %v", err)
	}
}

// Who uses a key that a change adds, changes or removes.
func TestConsumersAfter(t *testing.T) {
	s, c := newAPIServer(t, secretOf("db", "a=1", "b=1"), podUsing("a", "a"), podUsing("b", "b"))
	s.faults = []fault{{request: "list jobs", answer: forbidden("jobs")}}
	found, notSeen, err := c.ConsumersAfter(t.Context(), planned(t, c, secretRef("db"), "a=2"))
	if err != nil || len(notSeen) != 1 || !slices.Equal(namesOf(found), []string{"pod/a", "pod/b"}) {
		t.Fatalf("%v, %v, %v", found, notSeen, err)
	}
	for _, consumer := range found {
		if consumer.NeedsRoll != (consumer.Name == "a") {
			t.Errorf("%s needs new pods: %v", consumer, consumer.NeedsRoll)
		}
	}
	s.faults = []fault{{request: "list", answer: forbidden("pods"), always: true}}
	if _, _, err := c.ConsumersAfter(t.Context(), Change{Before: wanted(secretOf("db")), After: wanted(secretOf("db"))}); reasonOf(err) != cluster.Forbidden {
		t.Errorf("got %v", err)
	}
}

func TestConsumerNames(t *testing.T) {
	named := func(names ...string) (all []consumers.Consumer) {
		for _, name := range names {
			all = append(all, consumers.Consumer{Ref: workload.Ref{Kind: "Deployment", Name: name}})
		}
		return all
	}
	for want, users := range map[string][]consumers.Consumer{
		"deployment/a": named("a"),
		"deployment/a, deployment/b, deployment/c":         named("a", "b", "c"),
		"deployment/a, deployment/b, deployment/c, others": named("a", "b", "c", "d"),
	} {
		if got := consumerNames(users); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The keys that `set env --from` can take.
func TestEnvKeys(t *testing.T) {
	binary := configMapOf("flags", "b=1", "a=1")
	binary.BinaryData = map[string][]byte{"c": {0xff}}
	for name, test := range map[string]struct {
		from   rollout.EnvSource
		faults []fault
		keys   []string
		unfit  string // a key
		reason cluster.Reason
		says   string
	}{
		"a Secret":                     {from: rollout.EnvSource{Kind: workload.SecretReference, Name: "db"}, keys: []string{"a", "nul"}, unfit: "nul"},
		"an empty Secret":              {from: rollout.EnvSource{Kind: workload.SecretReference, Name: "empty"}, keys: []string{}},
		"a ConfigMap, no binary keys":  {from: rollout.EnvSource{Kind: workload.ConfigMapReference, Name: "flags"}, keys: []string{"a", "b"}},
		"a wrong name":                 {from: rollout.EnvSource{Kind: workload.SecretReference, Name: "dbb"}, says: `did you mean "db"?`},
		"a name that is like no other": {from: rollout.EnvSource{Kind: workload.SecretReference, Name: "certificates"}, says: `does not exist in namespace "shop"`},
		"a wrong name, and names may not be listed": {
			from: rollout.EnvSource{Kind: workload.SecretReference, Name: "dbb"}, faults: []fault{{request: "list", answer: forbidden("secrets")}},
			says: `does not exist in namespace "shop"`,
		},
		"it may not be read": {
			from: rollout.EnvSource{Kind: workload.SecretReference, Name: "db"}, faults: []fault{{request: "get", answer: forbidden("secrets")}},
			reason: cluster.Forbidden,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := newAPIServer(t, secretOf("db", "a=1", "nul=\x00"), secretOf("empty"), binary)
			s.faults = test.faults
			test.from.Namespace = "shop"
			keys, unfit, err := c.EnvKeys(t.Context(), test.from)
			var absent *rollout.EnvSourceError
			if test.says != "" && (!errors.As(err, &absent) || !absent.Missing || !strings.Contains(absent.Message, test.says)) {
				t.Errorf("got %v", err)
			}
			if reasonOf(err) != test.reason || !slices.Equal(keys, test.keys) || err == nil && keys == nil {
				t.Errorf("%v, %v", keys, err)
			}
			for key, why := range unfit {
				if (why != "") != (key == test.unfit) {
					t.Errorf("%s: %q", key, why)
				}
			}
		})
	}
}

// What `set env --list --resolve` shows in place of a reference; never the value of a Secret.
func TestEnvValues(t *testing.T) {
	secretKey := func(name, key string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key}}
	}
	configMapKey := func(name, key string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key}}
	}
	s, c := newAPIServer(t, secretOf("db", "password=hunter2"), configMapOf("flags", "mode=fast"))
	values := c.EnvValues("shop")
	web, _ := workload.ObjectOf(deploymentUsing("web"))
	for _, test := range []struct {
		from        *corev1.EnvVarSource
		value, told string
		fails       string
		reference   string
	}{
		{from: secretKey("db", "password"), told: "7 bytes", reference: "secret db, key password"},
		{from: secretKey("db", "password"), told: "7 bytes", reference: "secret db, key password"}, // read once
		{from: secretKey("db", "user"), fails: "key user not found in secret db", reference: "secret db, key user"},
		{from: secretKey("dc", "user"), fails: "no secret/dc", reference: "secret dc, key user"},
		{from: configMapKey("flags", "mode"), value: "fast", reference: "configmap flags, key mode"},
		{from: configMapKey("flags", "mode"), value: "fast", reference: "configmap flags, key mode"},
		{from: configMapKey("none", "mode"), fails: "no configmap/none", reference: "configmap none, key mode"},
		{
			from:  &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}},
			value: "web", reference: "field path metadata.name",
		},
	} {
		value, told, err := values.Resolve(t.Context(), web, &corev1.Container{Name: "main"}, test.from)
		if value != test.value || told != test.told || (err != nil) != (test.fails != "") || err != nil && !strings.Contains(err.Error(), test.fails) {
			t.Errorf("%s: %q, %q, %v", test.reference, value, told, err)
		}
		if got := EnvReference(test.from); got != test.reference {
			t.Errorf("reference %q, want %q", got, test.reference)
		}
	}
	if got := s.sent("get secrets/db") + s.sent("get configmaps/flags"); got != 2 {
		t.Errorf("%d reads", got)
	}
}

// A certificate tells when it ends; its other keys and other objects do not.
func TestSubjectOf(t *testing.T) {
	subject := subjectOf(wanted(sealed(typedAs(corev1.SecretTypeBasicAuth, secretOf("db", "a=12345")))))
	if subject.Type != "kubernetes.io/basic-auth" || !subject.Immutable || subject.Ref != secretRef("db") {
		t.Errorf("%+v", subject)
	}
	if len(subject.Keys) != 1 || subject.Keys[0].Name != "a" || subject.Keys[0].Bytes != 5 || !subject.Keys[0].Expires.IsZero() {
		t.Errorf("%+v", subject.Keys)
	}
	if config := subjectOf(wanted(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "c"}})); config.Type != "" || config.Immutable {
		t.Errorf("%+v", config)
	}
}
