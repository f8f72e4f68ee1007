package config

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func secretRef(name string) workload.Ref {
	return workload.Ref{Kind: string(workload.SecretReference), Namespace: "shop", Name: name}
}

func configMapRef(name string) workload.Ref {
	return workload.Ref{Kind: string(workload.ConfigMapReference), Namespace: "shop", Name: name}
}

// editOf makes an edit of "a=2", which sets a key, and "b-", which removes one.
func editOf(arguments ...string) (e secrets.Edit) {
	for _, argument := range arguments {
		if key, removed := strings.CutSuffix(argument, "-"); removed {
			e.Remove = append(e.Remove, key)
			continue
		}
		key, value, _ := strings.Cut(argument, "=")
		e.Set = append(e.Set, secrets.Entry{Key: key, Value: []byte(value)})
	}
	return e
}

// planned reads secret/db and plans an edit of it.
func planned(t *testing.T, c Client, ref workload.Ref, arguments ...string) Change {
	t.Helper()
	before, err := c.ReadObject(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	change, err := PlanEdit(before, editOf(arguments...))
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func reasonOf(err error) cluster.Reason {
	var e *cluster.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Reason
}

// somebody writes secret/db.
func (s *apiServer) somebody(data ...string) func() {
	return func() {
		now := s.secret("db").DeepCopy()
		for _, pair := range data {
			key, value, _ := strings.Cut(pair, "=")
			now.Data[key] = []byte(value)
		}
		s.put(now)
	}
}

func deleteSecret(s *apiServer, name string) func() {
	return func() { delete(s.objects, namespacePath+"/secrets/"+name) }
}

// Of secret/db with a=1 b=1, the keys a=2 and b- are asked for, and taken back.
func TestChangeKeys(t *testing.T) {
	const patch = "patch secrets/db"
	conflict := apierrors.NewConflict(schema.GroupResource{}, "db", errors.New("it was changed"))
	noPermission := cluster.Forbidden
	for name, test := range map[string]struct {
		faults   func(*apiServer) []fault
		data     string // after the change
		reason   cluster.Reason
		restored string // after the way back
		back     cluster.Reason
	}{
		"it works": {data: "a=2", restored: "a=1 b=1"},
		"somebody else changes another key": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, before: s.somebody("c=3")}} },
			data:   "a=2 c=3", restored: "a=1 b=1 c=3",
		},
		"somebody else changes one of them": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, before: s.somebody("a=9")}} },
			data:   "a=9 b=1", reason: KeysChanged, restored: "a=9 b=1", back: KeysChanged,
		},
		"somebody else changes one of them afterwards": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, after: s.somebody("a=9")}} },
			data:   "a=9", restored: "a=9 b=1", back: KeysChanged,
		},
		"somebody else deletes it": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, before: deleteSecret(s, "db")}} },
			data:   "-", reason: cluster.NotFound, restored: "-", back: KeysChanged,
		},
		"a conflict": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, answer: conflict}} },
			data:   "a=2", restored: "a=1 b=1",
		},
		"no permission": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, answer: forbidden("secrets")}} },
			data:   "a=1 b=1", reason: noPermission, restored: "a=1 b=1",
		},
		"the answer is lost": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, lost: true}} },
			data:   "a=2", restored: "a=1 b=1",
		},
		"the answer is lost, and somebody else changes one of them": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, lost: true, after: s.somebody("a=9")}} },
			data:   "a=9", reason: UnknownWrite, restored: "a=9 b=1", back: KeysChanged,
		},
		"the request arrives after it was repeated": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, late: true}} },
			data:   "a=2", restored: "a=1 b=1",
		},
		"the request arrives after the repeated one was refused": {
			faults: func(*apiServer) []fault {
				return []fault{{request: patch, late: true}, {request: patch, answer: forbidden("secrets")}}
			},
			data: "a=1 b=1", reason: UnknownWrite, restored: "a=1 b=1",
		},
		"the request may arrive, and may not be taken back": {
			faults: func(*apiServer) []fault {
				return []fault{{request: patch, late: true}, {request: patch, answer: forbidden("secrets"), always: true}}
			},
			data: "a=1 b=1", reason: UnknownWrite, restored: "a=2", back: UnknownWrite,
		},
		"the way back is refused": {
			faults: func(*apiServer) []fault {
				return []fault{{request: patch}, {request: patch, answer: forbidden("secrets"), always: true}}
			},
			data: "a=2", restored: "a=2", back: noPermission,
		},
		"the answer to the way back is lost": {
			faults: func(*apiServer) []fault { return []fault{{request: patch}, {request: patch, lost: true}} },
			data:   "a=2", restored: "a=1 b=1",
		},
		"the way back may arrive later": {
			faults: func(*apiServer) []fault {
				return []fault{{request: patch}, {request: patch, late: true}, {request: patch, answer: forbidden("secrets"), always: true}}
			},
			data: "a=2", restored: "a=1 b=1", back: UnknownWrite,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := newAPIServer(t, secretOf("db", "a=1", "b=1"))
				change := planned(t, c, secretRef("db"), "a=2", "b-")
				if test.faults != nil {
					s.faults = test.faults(s)
				}
				change, err := c.ChangeKeys(t.Context(), change, cluster.WriteOptions{})
				if got := dataOf(Object{Secret: s.secret("db")}); got != test.data || reasonOf(err) != test.reason {
					t.Errorf("changed to %s, %v", got, err)
				}
				if err != nil && test.reason == noPermission {
					return // nothing to take back
				}
				_, err = c.RestoreKeys(t.Context(), change, cluster.WriteOptions{})
				s.arrive()
				if got := dataOf(Object{Secret: s.secret("db")}); got != test.restored || reasonOf(err) != test.back {
					t.Errorf("restored to %s, %v", got, err)
				}
			})
		})
	}
}

// Ctrl-C while a write is under way: it gets five seconds. If it may still arrive after them, it is made void, so that what
// is said of the way back stays true.
func TestChangeKeysEndsWithTheContext(t *testing.T) {
	const patch, get = "patch secrets/db", "get secrets/db"
	for name, test := range map[string]struct {
		faults   func(*apiServer) []fault
		data     string
		reason   cluster.Reason
		back     cluster.Reason
		restored string
		voided   bool
	}{
		"it arrives after the way back": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, hangs: true}} },
			data:   "a=1", reason: UnknownWrite, restored: "a=1", voided: true,
		},
		"it arrives before the way back": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, hangs: true, after: s.arrive}} },
			data:   "a=2", reason: UnknownWrite, restored: "a=1",
		},
		"it arrives while it is made void": {
			faults: func(s *apiServer) []fault {
				return []fault{{request: patch, hangs: true}, {request: patch, before: s.arrive}}
			},
			data: "a=1", reason: UnknownWrite, restored: "a=1",
		},
		"the answer that it is void is lost": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, hangs: true}, {request: patch, lost: true}} },
			data:   "a=1", reason: UnknownWrite, restored: "a=1", voided: true,
		},
		"the request that makes it void is lost": {
			faults: func(*apiServer) []fault { return []fault{{request: patch, hangs: true}, {request: patch, late: true}} },
			data:   "a=1", reason: UnknownWrite, restored: "a=1", voided: true,
		},
		"somebody else has made it void": {
			faults: func(s *apiServer) []fault { return []fault{{request: patch, hangs: true, after: s.somebody("c=3")}} },
			data:   "a=1 c=3", reason: UnknownWrite, restored: "a=1 c=3",
		},
		"the server goes away": {
			faults: func(*apiServer) []fault {
				gone := apierrors.NewServiceUnavailable("going")
				return []fault{{request: patch, hangs: true}, {request: get, answer: gone, always: true}}
			},
			data: "a=1", reason: UnknownWrite, back: UnknownWrite, restored: "a=2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := newAPIServer(t, secretOf("db", "a=1"))
				change := planned(t, c, secretRef("db"), "a=2")
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				s.faults = test.faults(s)
				change, err := c.ChangeKeys(ctx, change, cluster.WriteOptions{})
				if got := dataOf(Object{Secret: s.secret("db")}); got != test.data || reasonOf(err) != test.reason {
					t.Errorf("changed to %s, %v", got, err)
				}
				_, err = c.RestoreKeys(t.Context(), change, cluster.WriteOptions{})
				s.arrive()
				if got := dataOf(Object{Secret: s.secret("db")}); got != test.restored || reasonOf(err) != test.back {
					t.Errorf("restored to %s, %v", got, err)
				}
				if _, voided := s.secret("db").Annotations[workload.AnnotationVoided]; voided != test.voided {
					t.Errorf("annotations %v", s.secret("db").Annotations)
				}
			})
		})
	}
}

// What makes a write void must not make the other keys look new.
func TestVoidKeepsTheTimesOfKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newAPIServer(t, secretOf("db", "a=1"))
		if _, err := c.ChangeKeys(t.Context(), planned(t, c, secretRef("db"), "b=1"), cluster.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		written := time.Now()
		time.Sleep(time.Hour) //nolint:forbidigo // the bubble's time
		s.faults = []fault{{request: "patch", hangs: true}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		change, _ := c.ChangeKeys(ctx, planned(t, c, secretRef("db"), "b=2"), cluster.WriteOptions{})
		if _, err := c.RestoreKeys(t.Context(), change, cluster.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		now := s.secret("db")
		subject := subjectOf(Object{Secret: now})
		for _, key := range subject.Keys {
			if key.Name == "b" && !key.Changed.Equal(written.Truncate(time.Second)) {
				t.Errorf("b was changed at %s, and looks changed at %s", written, key.Changed)
			}
		}
		if now.Annotations[workload.AnnotationVoided] == "" {
			t.Errorf("annotations %v", now.Annotations)
		}
	})
}

// A webhook that removes the annotation leaves the write as it was: it may still arrive.
func TestVoidWithoutEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newAPIServer(t, secretOf("db", "a=1"))
		change := planned(t, c, secretRef("db"), "a=2")
		change.unanswered = change.Before.Meta().ResourceVersion
		s.strips = workload.AnnotationVoided
		if _, err := c.RestoreKeys(t.Context(), change, cluster.WriteOptions{}); reasonOf(err) != UnknownWrite {
			t.Errorf("got %v", err)
		}
	})
}

func TestPlanEdit(t *testing.T) {
	fixed := secretOf("fixed", "a=1")
	fixed.Immutable = new(true)
	binary := configMapOf("binary")
	binary.BinaryData = map[string][]byte{"a": {0xff}}
	_, c := newAPIServer(t, secretOf("db", "a=1", "b=1"), configMapOf("flags", "a=1"), fixed, binary)
	for name, test := range map[string]struct {
		ref     workload.Ref
		edit    []string
		want    string
		changes string
		reason  cluster.Reason
		noKey   bool
	}{
		"a key is set":                     {ref: secretRef("db"), edit: []string{"a=2"}, want: "a=2 b=1", changes: "changed unchanged"},
		"a key is added":                   {ref: configMapRef("flags"), edit: []string{"b=2"}, want: "a=1 b=2", changes: "unchanged added"},
		"a key is removed":                 {ref: configMapRef("flags"), edit: []string{"a-"}, want: "", changes: "removed"},
		"a key that is not there":          {ref: secretRef("db"), edit: []string{"c-"}, noKey: true},
		"a binary key becomes text":        {ref: configMapRef("binary"), edit: []string{"a=1"}, want: "a=1", changes: "changed"},
		"an immutable one":                 {ref: secretRef("fixed"), edit: []string{"a=2"}, reason: Immutable},
		"an immutable one as it is":        {ref: secretRef("fixed"), edit: []string{"a=1"}, want: "a=1", changes: "unchanged"},
		"a wrong name, with a nearest one": {ref: secretRef("dbb"), reason: cluster.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			before, err := c.ReadObject(t.Context(), test.ref)
			if test.reason == cluster.NotFound {
				var e *cluster.Error
				if !errors.As(err, &e) || e.Nearest != "db" {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			change, err := PlanEdit(before, editOf(test.edit...))
			if noKey := (*secrets.NoKeyError)(nil); errors.As(err, &noKey) != test.noKey || reasonOf(err) != test.reason {
				t.Fatalf("got %v", err)
			}
			if err != nil {
				return
			}
			var changes []string
			for _, k := range change.Changes() {
				changes = append(changes, string(k.Kind))
			}
			if got := dataOf(change.After); got != test.want || strings.Join(changes, " ") != test.changes {
				t.Errorf("got %q, %v", got, changes)
			}
		})
	}
}

// The keys of a ConfigMap are text or binary, and one may become the other.
func TestChangeConfigMap(t *testing.T) {
	config := configMapOf("flags", "a=1", "b=1")
	config.BinaryData = map[string][]byte{"bin": {0xff, 0xfe}}
	s, c := newAPIServer(t, config)
	change, err := c.ChangeKeys(t.Context(), planned(t, c, configMapRef("flags"), "bin=text", "b=\xff", "new=1"), cluster.WriteOptions{})
	if now := s.configMap("flags"); err != nil || now.Data["bin"] != "text" || string(now.BinaryData["b"]) != "\xff" || now.Data["new"] != "1" || now.Data["a"] != "1" {
		t.Fatalf("%v, %v", now, err)
	}
	if _, err := c.RestoreKeys(t.Context(), change, cluster.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if now := s.configMap("flags"); string(now.BinaryData["bin"]) != "\xff\xfe" || now.Data["b"] != "1" || len(now.Data) != 2 || len(now.BinaryData) != 1 {
		t.Errorf("restored to %v", now)
	}
}

// A dry run asks the server, and stores nothing.
func TestChangeKeysDryRun(t *testing.T) {
	s, c := newAPIServer(t, secretOf("db", "a=1"))
	change, err := c.ChangeKeys(t.Context(), planned(t, c, secretRef("db"), "a=2"), cluster.WriteOptions{DryRun: true})
	if got := dataOf(Object{Secret: s.secret("db")}); err != nil || got != "a=1" || dataOf(change.After) != "a=2" || s.sent("patch") != 1 {
		t.Errorf("%s, then %s, %v", dataOf(change.After), got, err)
	}
}

func TestOvertaken(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(*apiServer)
		want      []string
	}{
		"nobody":      {func(*apiServer) {}, nil},
		"another key": {func(s *apiServer) { s.somebody("c=9")() }, nil},
		"one of them": {func(s *apiServer) { s.somebody("a=9")() }, []string{"a"}},
		"deleted":     {func(s *apiServer) { deleteSecret(s, "db")() }, []string{"a", "b"}},
		"made anew": {func(s *apiServer) {
			deleteSecret(s, "db")()
			s.put(secretOf("db", "a=2"))
		}, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := newAPIServer(t, secretOf("db", "a=1", "b=1"))
			change, err := c.ChangeKeys(t.Context(), planned(t, c, secretRef("db"), "a=2", "b-"), cluster.WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			test.meanwhile(s)
			if got, err := c.Overtaken(t.Context(), change); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	s, c := newAPIServer(t, secretOf("db", "a=1"))
	s.faults = []fault{{request: "get", answer: forbidden("secrets")}}
	if _, err := c.Overtaken(t.Context(), Change{After: Object{Secret: secretOf("db")}}); reasonOf(err) != cluster.Forbidden {
		t.Errorf("got %v", err)
	}
}

// Whoever applies a key will write it again.
func TestCheckOwners(t *testing.T) {
	s, c := newAPIServer(t)
	s.applied("terraform", secretOf("db", "a=1", "b=1"))
	for key, want := range map[string]int{"a=2": 1, "c=2": 0} {
		change := planned(t, c, secretRef("db"), key)
		if checks := CheckOwners(change, cluster.WriteOptions{}); len(checks) != want {
			t.Errorf("%s: %v", key, checks)
		}
	}
}
