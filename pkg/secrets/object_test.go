package secrets

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestObjectsHaveTheirMeta(t *testing.T) {
	m := Meta{
		Name: "db", Namespace: "shop", Immutable: true,
		Labels: map[string]string{"app": "web", "no": "true"}, Annotations: map[string]string{"why": "test: yes"},
	}
	s, err := NewSecret(m, corev1.SecretTypeOpaque, entriesOf(map[string]string{"a": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewConfigMap(m, entriesOf(map[string]string{"a": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	if s.Type != "Opaque" || s.Immutable == nil || !*s.Immutable || c.Immutable == nil || !*c.Immutable {
		t.Errorf("secret %v, configmap %v", s, c)
	}
	for _, o := range []interface {
		GetName() string
		GetNamespace() string
		GetLabels() map[string]string
		GetAnnotations() map[string]string
	}{s, c} {
		if got := fmt.Sprint(o.GetName(), " ", o.GetNamespace(), " ", o.GetLabels(), " ", o.GetAnnotations()); got != "db shop map[app:web no:true] map[why:test: yes]" {
			t.Errorf("meta %s", got)
		}
	}
}

func TestDiff(t *testing.T) {
	before := map[string][]byte{"gone": []byte("hunter2"), "same": []byte("x"), "longer": []byte("1"), "other": []byte("ab")}
	after := map[string][]byte{"new": []byte("hunter2!"), "same": []byte("x"), "longer": []byte("12"), "other": []byte("cd")}
	var got []string
	for _, c := range Diff(before, after) {
		got = append(got, c.Key+": "+c.String())
	}
	want := "gone: removed, 7 bytes|longer: changed, 1 byte -> 2 bytes|new: added, 8 bytes|other: changed, 2 bytes as before|same: unchanged, 1 byte"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestEdit(t *testing.T) {
	data := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	next, err := Edit{Set: entriesOf(map[string]string{"a": "3", "c": "4"}), Remove: []string{"b"}}.Apply(data)
	if err != nil || len(next) != 2 || string(next["a"]) != "3" || string(next["c"]) != "4" || string(data["a"]) != "1" || len(data) != 2 {
		t.Errorf("%v, %v; the argument %v", next, err, data)
	}
	_, err = Edit{Set: entriesOf(map[string]string{"a": "3", "d e": "x"}), Remove: []string{"a", "bb"}}.Apply(data)
	for _, says := range []string{`"a" is given twice: by a, and by a-`, `there is no key "bb"; did you mean "b"?`, `did you mean "d_e"?`} {
		wantFault(t, err, says)
	}
	for edit, refused := range map[*Edit]bool{
		{Remove: []string{"unlike"}}:                true,
		{Remove: []string{"unlike"}, MayLack: true}: false,
		{Remove: []string{"aa"}, MayLack: true}:     true,
	} {
		if _, err := edit.Apply(map[string][]byte{"a": nil, "b": nil}); (err != nil) != refused {
			t.Errorf("%+v: %v", edit, err)
		}
	}
	_, err = Edit{Set: []Entry{{"big", make([]byte, MaxSize), Origin{Kind: File, Name: "big"}}}}.Apply(data)
	wantFault(t, err, "an object holds 1.00 MiB; the largest is big")
}

func TestDockerLogin(t *testing.T) {
	login := Login{Server: DefaultRegistry, Username: "me", Email: "me@example.com", Password: Entry{Value: []byte("hun<ter>2&"), Origin: Origin{Kind: Stdin}}}
	e, err := login.Entry()
	if err != nil {
		t.Fatal(err)
	}
	theirs := kubectlCreate(t, nil, "secret", "docker-registry", "pull", "--docker-username=me", "--docker-password=hun<ter>2&", "--docker-email=me@example.com")
	ours, err := NewSecret(Meta{Name: "pull"}, corev1.SecretTypeDockerConfigJson, []Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	if err := AppendSecretHash(ours); err != nil {
		t.Fatal(err)
	}
	sameObject(t, "secret", ours, theirs)
}
