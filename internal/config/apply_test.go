package config

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// wanted is an object as `create` makes it.
func wanted(o runtime.Object) (c Object) {
	switch o := withType(o.DeepCopyObject()).(type) {
	case *corev1.Secret:
		c.Secret = o
	case *corev1.ConfigMap:
		c.ConfigMap = o
	}
	return c
}

// podUsing has a variable of a key of secret/db.
func podUsing(name, key string) *corev1.Pod {
	from := &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: key}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "main", Env: []corev1.EnvVar{{Name: "V", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: from}}},
		}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
			Name: "main", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}},
		}}},
	}
}

func sealed(o *corev1.Secret) *corev1.Secret {
	o.Immutable = new(true)
	return o
}

func typedAs(t corev1.SecretType, o *corev1.Secret) *corev1.Secret {
	o.Type = t
	return o
}

// `create secret generic db` with a=2.
func TestUpsert(t *testing.T) {
	const self, patch = cluster.DefaultFieldManager, "patch secrets/db"
	for name, test := range map[string]struct {
		there     *corev1.Secret // before, from the manager by
		by        string
		others    []runtime.Object
		want      *corev1.Secret // a=2 when nil
		options   ApplyOptions
		faults    func(*apiServer) []fault
		data      string // after
		operation string
		reason    cluster.Reason
		says      string // by the error
		patches   int
	}{
		"nothing is there":      {data: "a=2", operation: "created", patches: 1},
		"a dry run":             {options: ApplyOptions{WriteOptions: cluster.WriteOptions{DryRun: true}}, data: "-", operation: "created", patches: 1},
		"the same is there":     {there: secretOf("db", "a=2"), by: self, data: "a=2", operation: "unchanged", patches: 1},
		"it is there":           {there: secretOf("db", "a=1"), by: self, data: "a=2", operation: "configured", patches: 1},
		"it has keys of others": {there: secretOf("db", "b=1"), by: "helm", data: "a=2 b=1", operation: "configured", patches: 1},
		"a key of ours goes":    {there: secretOf("db", "a=1", "b=1"), by: self, data: "a=2", operation: "configured", patches: 1},
		"a key in use would go": {there: secretOf("db", "a=1", "b=1"), by: self, others: []runtime.Object{podUsing("p", "b")}, data: "a=1 b=1", reason: KeysInUse, says: "it would lose b, in use by pod/p"},
		"another key is in use": {there: secretOf("db", "a=1", "b=1"), by: self, others: []runtime.Object{podUsing("p", "a")}, data: "a=2", operation: "configured", patches: 1},
		"a key in use goes by order": {
			there: secretOf("db", "a=1", "b=1"), by: self, others: []runtime.Object{podUsing("p", "b")}, options: ApplyOptions{Remove: true},
			data: "a=2", operation: "configured", patches: 1,
		},
		"users may not be listed": {
			there: secretOf("db", "a=1", "b=1"), by: self,
			faults: func(*apiServer) []fault { return []fault{{request: "list pods", answer: forbidden("pods")}} },
			data:   "a=1 b=1", reason: KeysInUse, says: "no permission to list pods",
		},
		"nothing may be listed": {
			there: secretOf("db", "a=1", "b=1"), by: self,
			faults: func(*apiServer) []fault { return []fault{{request: "list", answer: forbidden("pods"), always: true}} },
			data:   "a=1 b=1", reason: KeysInUse, says: "no permission to list workloads",
		},
		"ingresses may not be listed": {
			there: secretOf("db", "a=1", "b=1"), by: self,
			faults: func(*apiServer) []fault {
				return []fault{{request: "list ingresses", answer: forbidden("ingresses")}}
			},
			data: "a=2", operation: "configured", patches: 1,
		},
		"a key is somebody else's": {
			there: secretOf("db", "a=1"), by: "helm", data: "a=1", reason: FieldConflict, says: `other managers set other values: key a (by "helm")`, patches: 1,
		},
		"a key is taken over": {
			there: secretOf("db", "a=1"), by: "helm", options: ApplyOptions{Force: true}, data: "a=2", operation: "configured", patches: 1,
		},
		"it exists, which is a fault":   {there: secretOf("db", "a=1"), by: self, options: ApplyOptions{IfExists: FailOnExisting}, data: "a=1", reason: Exists, says: "secret/db exists already"},
		"it exists, which is enough":    {there: secretOf("db", "a=1"), by: self, options: ApplyOptions{IfExists: SkipExisting}, data: "a=1", operation: "unchanged"},
		"it is immutable":               {there: sealed(secretOf("db", "a=1")), by: self, data: "a=1", reason: Immutable, says: "secret/db is immutable: a can't be changed"},
		"it is immutable, and the same": {there: sealed(secretOf("db", "a=2")), by: self, data: "a=2", operation: "unchanged", patches: 1},
		"it is of another type": {
			there: typedAs(corev1.SecretTypeBasicAuth, secretOf("db", "a=1")), by: self, data: "a=1", reason: OtherType, says: "which can't be changed to Opaque",
		},
		"no value is given": {there: secretOf("db", "a=1"), by: "helm", want: secretOf("db"), data: "a=1", reason: NoValues, says: "it would lose a"},
		"no value, and it may not be read": {
			there: secretOf("db", "a=1"), by: "helm", want: secretOf("db"),
			faults: func(*apiServer) []fault { return []fault{{request: "get", answer: forbidden("secrets")}} },
			data:   "a=1", reason: NoValues, says: "its data can't be read",
		},
		"it may not be read": {
			there: secretOf("db", "a=1"), by: self,
			faults: func(*apiServer) []fault { return []fault{{request: "get", answer: forbidden("secrets")}} },
			data:   "a=2", operation: "configured", patches: 1,
		},
		"it may not be read, and is somebody else's": {
			there: secretOf("db", "a=1"), by: "helm",
			faults: func(*apiServer) []fault { return []fault{{request: "get", answer: forbidden("secrets")}} },
			data:   "a=1", reason: FieldConflict, says: "other managers", patches: 1,
		},
		"it may not be written": {
			faults: func(*apiServer) []fault { return []fault{{request: "patch", answer: forbidden("secrets")}} },
			data:   "-", reason: cluster.Forbidden, says: "secrets", patches: 1,
		},
		"the namespace is missing": {
			faults: func(s *apiServer) []fault {
				delete(s.objects, namespacePath)
				missing := apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "shop")
				return []fault{{request: "patch", answer: missing}}
			},
			data: "-", reason: cluster.NoNamespace, says: `"shop"`, patches: 1,
		},
		"somebody edited it in kubectl's way": { // to the server this is another manager, of the same name
			there: secretOf("db", "b=1"), by: self,
			faults: func(s *apiServer) []fault {
				edited := s.secret("db").DeepCopy()
				edited.Data["a"] = []byte("1")
				s.store(s.pathOf(edited), edited, self)
				return nil
			},
			data: "a=2", operation: "configured", patches: 2,
		},
		"it appears under the write": {
			faults: func(s *apiServer) []fault {
				return []fault{{request: patch, before: func() { s.put(secretOf("db", "b=1")) }}}
			},
			data: "a=2 b=1", operation: "configured", patches: 2,
		},
		"it appears under the write, with another value": {
			faults: func(s *apiServer) []fault {
				return []fault{{request: patch, before: func() { s.put(secretOf("db", "a=1")) }}}
			},
			data: "a=1", reason: FieldConflict, says: `key a (by "somebody")`, patches: 2,
		},
		"it changes under the write": {
			there: secretOf("db", "a=1"), by: self,
			faults: func(s *apiServer) []fault { return []fault{{request: patch, before: s.somebody("c=3")}} },
			data:   "a=2 c=3", operation: "configured", patches: 2,
		},
		"it is deleted under the write": {
			there: secretOf("db", "a=1", "c=1"), by: "helm", want: secretOf("db", "b=2"),
			faults: func(s *apiServer) []fault { return []fault{{request: patch, before: deleteSecret(s, "db")}} },
			data:   "b=2", operation: "created", patches: 1,
		},
		"the answer is lost": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, lost: true}} },
			data:   "a=2", operation: "created", patches: 1,
		},
		"the request arrives after it was repeated": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, late: true}} },
			data:   "a=2", operation: "created", patches: 2,
		},
		"the request may arrive after the repeated one was refused": {
			faults: func(*apiServer) []fault {
				return []fault{{request: patch, late: true}, {request: patch, answer: forbidden("secrets")}}
			},
			data: "-", reason: UnknownWrite, says: "it is not known whether secret/db was written", patches: 2,
		},
		"the request is lost, and somebody else creates it": {
			options: ApplyOptions{IfExists: FailOnExisting},
			faults: func(s *apiServer) []fault {
				return []fault{{request: patch, late: true, after: func() { s.put(secretOf("db", "a=9")) }}}
			},
			data: "a=9", reason: Exists, says: "secret/db exists already", patches: 1,
		},
		"the answer is lost, and it may not be read": {
			there: secretOf("db", "a=1"), by: self,
			faults: func(*apiServer) []fault {
				return []fault{
					{request: "get", answer: forbidden("secrets"), always: true},
					{request: patch, lost: true},
					{request: patch, answer: forbidden("secrets")},
				}
			},
			data: "a=2", reason: UnknownWrite, says: "it is not known whether secret/db was written", patches: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := newAPIServer(t, test.others...)
				if test.there != nil {
					s.applied(test.by, test.there)
				}
				if test.faults != nil {
					s.faults = test.faults(s)
				}
				want := secretOf("db", "a=2")
				if test.want != nil {
					want = test.want
				}
				if test.options.IfExists == "" {
					test.options.IfExists = UpdateExisting
				}
				done, err := c.ApplyObject(t.Context(), wanted(want), test.options)
				if got := dataOf(Object{Secret: s.secret("db")}); got != test.data || s.sent("patch") != test.patches {
					t.Errorf("%s after %d patches", got, s.sent("patch"))
				}
				if reasonOf(err) != test.reason || err != nil && !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v", err)
				}
				if err == nil && done.Operation() != test.operation {
					t.Errorf("secret/db %s", done.Operation())
				}
				if done.Tried != (test.patches > 0) {
					t.Errorf("tried: %v", done.Tried)
				}
				was := dataOf(Object{Secret: s.secret("db")})
				s.arrive()
				if got := dataOf(Object{Secret: s.secret("db")}); got != was && test.reason != UnknownWrite {
					t.Errorf("%s after all", got)
				}
			})
		})
	}
}

// What a write has changed, beside the values.
func TestUpserted(t *testing.T) {
	before := configMapOf("flags", "a=1")
	before.Labels, before.Annotations = map[string]string{"team": "red"}, map[string]string{"note": "old"}
	s, c := newAPIServer(t)
	s.applied(cluster.DefaultFieldManager, before)
	next := configMapOf("flags", "a=1", "b=2")
	next.Labels, next.Immutable = map[string]string{"team": "blue"}, new(true)
	done, err := c.ApplyObject(t.Context(), wanted(next), ApplyOptions{IfExists: UpdateExisting, Validation: metav1.FieldValidationStrict})
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(changes []secrets.KeyChange) (text string) {
		for _, k := range changes {
			text += k.Key + " " + string(k.Kind) + ";"
		}
		return text
	}
	if got := kinds(done.Changes()); got != "a unchanged;b added;" {
		t.Errorf("keys: %s", got)
	}
	if got := kinds(done.Labels()); got != "team changed;" {
		t.Errorf("labels: %s", got)
	}
	if got := kinds(done.Annotations()); got != "note removed;" {
		t.Errorf("annotations: %s", got)
	}
	if !done.Fixed() || done.Operation() != "configured" {
		t.Errorf("immutable: %v, %s", done.Fixed(), done.Operation())
	}
}

// The second half of a pair of certificate and key can't stay when the first is replaced by that of another pair.
func TestUpsertChecksWhatStaysOfAPair(t *testing.T) {
	there := typedAs(corev1.SecretTypeTLS, secretOf("web", "tls.crt=no certificate", "tls.key=no key"))
	s, c := newAPIServer(t)
	s.applied("helm", there)
	want := typedAs(corev1.SecretTypeTLS, secretOf("web", "tls.crt=another"))
	_, err := c.ApplyObject(t.Context(), wanted(want), ApplyOptions{IfExists: UpdateExisting, Force: true})
	if reasonOf(err) != WrongPair || s.sent("patch") != 0 {
		t.Errorf("%v after %d patches", err, s.sent("patch"))
	}
}

// A manager that applied a key as stringData holds it although the server sees no conflict.
func TestUpsertSeesKeysAppliedAsText(t *testing.T) {
	there := secretOf("db", "a=1")
	there.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "argo", Operation: metav1.ManagedFieldsOperationApply, APIVersion: "v1", FieldsType: "FieldsV1",
		FieldsV1: metav1.NewFieldsV1(`{"f:stringData":{"f:a":{}}}`),
	}}
	s, c := newAPIServer(t)
	s.store(s.pathOf(there), there, "")
	_, err := c.ApplyObject(t.Context(), wanted(secretOf("db", "a=2")), ApplyOptions{IfExists: UpdateExisting})
	if reasonOf(err) != FieldConflict || !strings.Contains(err.Error(), `key a (by "argo")`) {
		t.Errorf("got %v", err)
	}
}

// Keys that an apply leaves as they are keep their time, and so does a removal.
func TestUpsertNotesTimes(t *testing.T) {
	s, c := newAPIServer(t)
	for _, o := range []*corev1.Secret{secretOf("db", "a=1", "b=1", "c=1"), secretOf("db", "a=1", "b=2")} {
		if _, err := c.ApplyObject(t.Context(), wanted(o), ApplyOptions{IfExists: UpdateExisting}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.secret("db").Annotations[workload.AnnotationKeyTimes]; !strings.Contains(got, `"a"`) {
		t.Errorf("times %s", got)
	}
	if owners := s.secret("db").ManagedFields; slices.ContainsFunc(owners, func(f metav1.ManagedFieldsEntry) bool { return f.Operation != metav1.ManagedFieldsOperationApply }) {
		t.Errorf("owners %v", owners)
	}
}
