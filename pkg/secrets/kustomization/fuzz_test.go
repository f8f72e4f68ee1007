package kustomization

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Whatever the text: what is set is there, kustomize reads all else as before, every comment stays, fields
// stay in their order, and to do it again changes nothing.
func FuzzSet(f *testing.F) {
	for _, text := range []string{
		"", "# only a comment\n", "resources: [a.yaml]\n",
		"configMapGenerator:\n# of the app\n- name: app # ours\n  literals:\n  - a=1 # one\n  # two\n  - b=2\n# the end\n",
		"configMapGenerator:\n  - name: app\n    files:\n      - a=conf/a # a file\n\n  # - name: old\n\nnamespace: x\n",
		"configMapGenerator: [{name: app, literals: [a=1]}] # in a line\n", "configMapGenerator: # none\nresources:\n- a\n",
		"{\"configMapGenerator\": [{\"name\": \"app\"}]}\n", "configMapGenerator:\n- literals:\n  - |\n    b=1\n\n    # no comment\n  name: app\n",
		"---\nresources:\r\n- a.yaml # first\r\n", "ConfigMapGenerator:\n-\n  name: app\n", "configMapGenerator:\n- name: app\n  literals: # none\n",
	} {
		f.Add([]byte(text), "a", "v")
		f.Add([]byte(text), "b", "'\"x: #y\n")
	}
	f.Fuzz(func(t *testing.T, text []byte, key, value string) {
		before, err := Parse(text)
		if err != nil {
			return
		}
		entry := secrets.Entry{Key: key, Value: []byte(value), Origin: secrets.Origin{Kind: secrets.Literal}}
		g := Generator{Kind: "ConfigMap", Name: "app"}
		if secrets.Check([]secrets.Entry{entry}) != nil {
			return
		}
		if g.Sources, err = NewSources(g.Kind, []secrets.Entry{entry}, nil); err != nil {
			return
		}
		after, err := before.Set(g, noFiles)
		if err != nil {
			return // it says that it can't
		}
		read, err := pairs(after.args(g).KvPairSources, func(string) ([]byte, error) { return nil, nil })
		if err == nil && !slices.ContainsFunc(read, func(p types.Pair) bool { return p.Key == key && p.Value == value }) {
			t.Errorf("%s is not set in\n%s", key, after.Text())
		}
		was, is := before.content, after.content
		was.ConfigMapGenerator, is.ConfigMapGenerator = nil, nil
		if !reflect.DeepEqual(was, is) {
			t.Errorf("more was changed:\n%s\n->\n%s", before.Text(), after.Text())
		}
		if !before.kept(after.Text()) {
			t.Errorf("a comment is lost:\n%s\n->\n%s", before.Text(), after.Text())
		}
		if a, b := fields(t, before), fields(t, after); !slices.Equal(a, b[:len(a)]) {
			t.Errorf("the order of the fields: %v -> %v", a, b)
		}
		again, err := after.Set(g, noFiles)
		if err != nil || !bytes.Equal(again.Text(), after.Text()) {
			t.Errorf("again: %v\n%s\n->\n%s", err, after.Text(), again.Text())
		}
	})
}

func fields(t *testing.T, f *File) []string {
	t.Helper()
	top, err := root(f.text)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := 0; i < len(top.Content); i += 2 {
		names = append(names, strings.ToLower(top.Content[i].Value))
	}
	return names
}
