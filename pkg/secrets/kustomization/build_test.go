package kustomization

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// directory is one in memory, with what kustomize reads.
type directory map[string]string

func (d directory) load(name string) ([]byte, error) {
	content, known := d[name]
	if !known {
		return nil, fmt.Errorf("no file %s", name)
	}
	return []byte(content), nil
}

// build is kustomize's own.
func (d directory) build(t *testing.T, text []byte) string {
	t.Helper()
	system := filesys.MakeFsInMemory()
	for name, content := range d {
		if err := system.WriteFile("app/"+name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := system.WriteFile("app/kustomization.yaml", text); err != nil {
		t.Fatal(err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(system, "app")
	if err != nil {
		t.Fatal(err)
	}
	out, err := built.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// every is an entry of each kind, with values that YAML and kustomize could take for something else.
func every(t *testing.T, d directory) []secrets.Entry {
	t.Helper()
	entries := []secrets.Entry{lit("plain", "x"), lit("quoted", `"x"`), lit("single", "'"), lit("yes", "yes"), lit("lines", "\n one\n\ttwo\n\n"), lit("signs", "a=b: #c {}"), lit("empty", "")}
	for key, name := range map[string]string{"web.conf": "conf/web.conf", "renamed": "conf/web.conf"} {
		e := file(key, name)
		e.Value = []byte(d[name])
		entries = append(entries, e)
	}
	parsed, _, err := secrets.ParseEnvFile(".env", []byte(d[".env"]), nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(entries, parsed...)
}

var app = directory{"conf/web.conf": "a = 1\nb = \"2\"\n", ".env": "# ours\nA='1' # kept\n  B=x=y\nC=\n"}

// What kustomize builds of the file is, byte for byte, what create makes of the same command line; but for
// the hash in the name, into which kubectl takes the name, too, and whether it is immutable.
func TestKustomizeBuildsTheSame(t *testing.T) {
	entries := every(t, app)
	meta := secrets.Meta{Name: "app", Namespace: "shop", Labels: map[string]string{"tier": "1", "on": "yes"}, Annotations: map[string]string{"note": "a: b"}, Immutable: true}
	for kind, object := range map[string]func() (any, error){
		"ConfigMap": func() (any, error) {
			c, err := secrets.NewConfigMap(meta, entries)
			if err != nil {
				return nil, err
			}
			sum, err := secrets.ConfigMapHash(meta, entries)
			c.Name += "-" + sum
			return c, err
		},
		"Secret": func() (any, error) {
			s, err := secrets.NewSecret(meta, corev1.SecretTypeOpaque, entries)
			if err != nil {
				return nil, err
			}
			sum, err := secrets.SecretHash(meta, corev1.SecretTypeOpaque, entries)
			s.Name += "-" + sum
			return s, err
		},
	} {
		t.Run(kind, func(t *testing.T) {
			made, err := object()
			if err != nil {
				t.Fatal(err)
			}
			want, err := yaml.Marshal(made)
			if err != nil {
				t.Fatal(err)
			}
			g := sources(t, kind, entries...)
			g.Namespace, g.Labels, g.Annotations, g.Immutable = meta.Namespace, meta.Labels, meta.Annotations, true
			if kind == "Secret" {
				g.Type = "Opaque"
			}
			if err := Check(entries, g.Sources, app.load); err != nil {
				t.Fatal(err)
			}
			empty, err := Parse(nil)
			if err != nil {
				t.Fatal(err)
			}
			f, err := empty.Set(g, app.load)
			if err != nil {
				t.Fatal(err)
			}
			// Both in one order of fields.
			got, err := yaml.JSONToYAML(mustJSON(t, app.build(t, f.Text())))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("kustomize builds\n%s\ncreate makes\n%s\nof\n%s", got, want, f.Text())
			}
		})
	}
}

func mustJSON(t *testing.T, text string) []byte {
	t.Helper()
	out, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
