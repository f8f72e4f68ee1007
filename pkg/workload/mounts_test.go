package workload

import (
	"fmt"
	"slices"
	"testing"
)

func TestMounts(t *testing.T) {
	s := spec(t, `
initContainers: [{name: migrate, volumeMounts: [{name: conf, mountPath: /m}]}]
containers:
- name: web
  volumeMounts:
  - {name: other, mountPath: /other}
  - {name: conf, mountPath: /etc/app/app.yml, subPath: ./app.yml/}
  - {name: conf, mountPath: /etc/pod, subPathExpr: $(POD)}
  - {name: conf, mountPath: /all, subPath: .}
`)
	var got []string
	for _, m := range Mounts(&s, "conf") {
		got = append(got, fmt.Sprintf("%s %s %q pinned %v", m.Container, m.Path, m.SubPath, m.Pinned()))
	}
	want := []string{
		`migrate /m "" pinned false`, `web /etc/app/app.yml "app.yml" pinned true`,
		`web /etc/pod "" pinned true`, `web /all "" pinned false`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestMountShows(t *testing.T) {
	for _, test := range []struct {
		subPath, file string
		want          bool
	}{
		{"", "a", true},
		{"a", "a", true},
		{"conf", "conf/a.yml", true},
		{"a", "ab", false},
		{"conf/a.yml", "conf", false},
	} {
		if got := (Mount{SubPath: test.subPath}).Shows(test.file); got != test.want {
			t.Errorf("subPath %q shows %q: %v", test.subPath, test.file, got)
		}
	}
}
