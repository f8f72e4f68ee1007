package kustomization

import (
	"encoding/base64"
	"fmt"
	"maps"
	"path"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// directory is one in memory, with what kustomize reads.
type directory map[string]string

func (d directory) load(name string) ([]byte, error) {
	content, known := d[path.Clean(name)]
	if !known {
		return nil, fmt.Errorf("no file %s", name)
	}
	return []byte(content), nil
}

// build is what kustomize itself builds of a directory with this file.
func (d directory) build(text []byte) (resmap.ResMap, error) {
	system := filesys.MakeFsInMemory()
	for name, content := range d {
		if err := system.WriteFile("app/"+name, []byte(content)); err != nil {
			return nil, err
		}
	}
	if err := system.WriteFile("app/kustomization.yaml", text); err != nil {
		return nil, err
	}
	return krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(system, "app")
}

// buildsTheSame holds what kustomize builds after an edit against what it built before: the target has the
// values, and each other object is the same. Files that are missing are made up, and no base is needed.
func buildsTheSame(t *testing.T, d directory, before, after string, g Generator) {
	t.Helper()
	was, err := d.objects(before)
	if err != nil {
		t.Logf("kustomize builds nothing of the file as it was: %v", err)
		return
	}
	is, err := d.objects(after)
	if err != nil {
		t.Fatalf("kustomize builds nothing any more: %v", err)
	}
	target := string(g.Kind) + " " + g.Name
	if g.Namespace != "" {
		target += " " + g.Namespace
	}
	if _, known := is[target]; !known { // the file's own namespace, or a common one
		for key := range is {
			if strings.HasPrefix(key, target+" ") {
				target = key
			}
		}
	}
	data := is[target].data
	for _, s := range g.Sources {
		for _, e := range s.entries {
			if data[e.Key] != string(e.Value) {
				t.Errorf("kustomize builds %s with %q of %s, not %q", target, data[e.Key], e.Key, e.Value)
			}
		}
	}
	for key, value := range was[target].data {
		if _, known := data[key]; !known {
			t.Errorf("the key %s=%q is lost", key, value)
		}
	}
	delete(was, target)
	delete(is, target)
	if !reflect.DeepEqual(was, is) {
		t.Errorf("kustomize builds otherwise: %v\n->\n%v", was, is)
	}
}

type object struct {
	text string
	data map[string]string
}

func (d directory) objects(text string) (map[string]object, error) {
	f, err := Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	content := types.Kustomization{Namespace: f.content.Namespace, CommonAnnotations: f.content.CommonAnnotations, GeneratorOptions: options(types.SecretArgs{GeneratorArgs: types.GeneratorArgs{Options: f.content.GeneratorOptions}})}
	content.GeneratorOptions.DisableNameSuffixHash = true // the names are told by
	files := directory{}
	maps.Copy(files, d)
	ready := func(a types.GeneratorArgs) types.GeneratorArgs {
		a.Behavior = ""
		for _, name := range a.EnvSources {
			files[path.Clean(name)] += ""
		}
		for _, text := range a.FileSources {
			files[fileOf(text)] += ""
		}
		return a
	}
	for _, c := range f.content.ConfigMapGenerator {
		content.ConfigMapGenerator = append(content.ConfigMapGenerator, types.ConfigMapArgs{GeneratorArgs: ready(c.GeneratorArgs)})
	}
	for _, s := range f.content.SecretGenerator {
		content.SecretGenerator = append(content.SecretGenerator, types.SecretArgs{GeneratorArgs: ready(s.GeneratorArgs), Type: s.Type})
	}
	found := map[string]object{}
	if len(content.ConfigMapGenerator)+len(content.SecretGenerator) == 0 {
		return found, nil
	}
	reduced, err := yaml.Marshal(content)
	if err != nil {
		return nil, err
	}
	built, err := files.build(reduced)
	if err != nil {
		return nil, err
	}
	for _, r := range built.Resources() {
		text, err := r.AsYAML()
		if err != nil { // a key that is a number
			return nil, err
		}
		o := object{text: string(text), data: map[string]string{}}
		for key, value := range r.GetDataMap() {
			if r.GetKind() == "Secret" {
				decoded, err := base64.StdEncoding.DecodeString(value)
				if err != nil {
					return nil, err
				}
				value = string(decoded)
			}
			o.data[key] = value
		}
		found[strings.TrimSpace(r.GetKind()+" "+r.GetName()+" "+r.GetNamespace())] = o
	}
	return found, nil
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
			empty, err := Parse(nil)
			if err != nil {
				t.Fatal(err)
			}
			f, err := empty.Set(g, app.load)
			if err != nil {
				t.Fatal(err)
			}
			// Both in one order of fields.
			built, err := app.build(f.Text())
			if err != nil {
				t.Fatal(err)
			}
			text, err := built.AsYaml()
			if err != nil {
				t.Fatal(err)
			}
			got, err := yaml.JSONToYAML(mustJSON(t, string(text)))
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
