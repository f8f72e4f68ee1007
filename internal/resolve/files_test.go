package resolve

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// With --local, files are all that is needed: no kubeconfig and no server.
func TestLocalFiles(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	c := cluster.New(genericclioptions.NewConfigFlags(true), "v1", &redact.Redactor{})
	folder := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const web = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {app: web}}, spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}}`
	two := write("two.yaml", web+"\n---\n"+strings.ReplaceAll(web, "web", "api"))
	service := write("service.yaml", "{apiVersion: v1, kind: Service, metadata: {name: web}}")
	for name, test := range map[string]struct {
		selection Selection
		want      []string
		reason    cluster.Reason
	}{
		"all of a file":        {Selection{Filenames: []string{two}}, []string{"deployment/web", "deployment/api"}, ""},
		"by label":             {Selection{Filenames: []string{two}, LabelSelector: "app=api"}, []string{"deployment/api"}, ""},
		"none with that label": {Selection{Filenames: []string{two}, LabelSelector: "app=db"}, nil, cluster.NothingFound},
		"another kind":         {Selection{Filenames: []string{service}, Verb: "set image"}, nil, cluster.Unsupported},
		"no such file":         {Selection{Filenames: []string{filepath.Join(folder, "none.yaml")}}, nil, cluster.BadFile},
		"no YAML":              {Selection{Filenames: []string{write("bad.yaml", "a: [")}}, nil, cluster.BadFile},
	} {
		t.Run(name, func(t *testing.T) {
			test.selection.Local = true
			objects, err := Workloads(t.Context(), c, test.selection)
			if test.reason != "" && !cluster.Is(err, test.reason) || test.reason == "" && err != nil {
				t.Fatalf("%v, want %s", err, test.reason)
			}
			var got []string
			for _, o := range objects {
				got = append(got, o.Ref().String())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestPlaced(t *testing.T) {
	for name, test := range map[string]struct {
		own, wanted string
		explicit    bool
		want        string
	}{
		"a file that names none":    {"", "shop", false, "shop"},
		"and -n does":               {"", "shop", true, "shop"},
		"a file that names its own": {"bank", "shop", false, "bank"},
		"the same as -n":            {"shop", "shop", true, "shop"},
		"another than -n":           {"bank", "shop", true, ""},
	} {
		got, err := placed(test.own, test.wanted, test.explicit)
		if got != test.want || (err != nil) != (test.want == "") || err != nil && !cluster.Is(err, cluster.BadFile) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
