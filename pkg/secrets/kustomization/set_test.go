package kustomization

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// noFiles is a directory in which nothing is.
func noFiles(string) ([]byte, error) { return nil, fs.ErrNotExist }

func sources(t *testing.T, kind string, entries ...secrets.Entry) Generator {
	t.Helper()
	g := Generator{Kind: "ConfigMap", Name: "app"}
	if kind == "Secret" {
		g.Kind = "Secret"
	}
	var err error
	g.Sources, err = NewSources(g.Kind, entries, func(name string) (string, error) { return name, nil })
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func lit(key, value string) secrets.Entry {
	return secrets.Entry{Key: key, Value: []byte(value), Origin: secrets.Origin{Kind: secrets.Literal}}
}

func file(key, name string) secrets.Entry {
	return secrets.Entry{Key: key, Origin: secrets.Origin{Kind: secrets.File, Name: name}}
}

func env(key, name string) secrets.Entry {
	return secrets.Entry{Key: key, Origin: secrets.Origin{Kind: secrets.EnvFile, Name: name, Line: 1}}
}

// Each case is a text, what is set in it, and the text that comes out: all else in it stays as it was.
func TestSet(t *testing.T) {
	for name, test := range map[string]struct {
		before string
		g      func(*testing.T) Generator
		after  string
	}{
		"nothing there": {
			before: "",
			g: func(t *testing.T) Generator {
				return sources(t, "ConfigMap", lit("a", "1"), file("b.conf", "conf/b.conf"))
			},
			after: `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
configMapGenerator:
- name: app
  literals:
  - a=1
  files:
  - conf/b.conf
`,
		},
		"a field is added behind the others, after an empty line as they are": {
			before: `
# What the shop is made of

resources:   # in this order
    - web.yaml
    - "db.yaml"

# the end
`,
			g: func(t *testing.T) Generator { return sources(t, "Secret", env("A", ".env")) },
			after: `
# What the shop is made of

resources:   # in this order
    - web.yaml
    - "db.yaml"

# the end

secretGenerator:
- name: app
  envs:
  - .env
`,
		},
		"a key is changed where it stands, the others stay": {
			before: `
configMapGenerator:
# of the shop
- name: shop
  literals: [x=1]

# of the app
- name: app
  literals:
  - b=2 # two
  # one
  - a=1   # first
  files:
  - c=conf/c

# the end
resources:
- web.yaml
`,
			g: func(t *testing.T) Generator { return sources(t, "ConfigMap", lit("a", "3"), lit("d", "4")) },
			after: `
configMapGenerator:
# of the shop
- name: shop
  literals: [x=1]

# of the app
- name: app
  literals:
  - b=2 # two
  # one
  - a=3 # first
  - d=4
  files:
  - c=conf/c

# the end
resources:
- web.yaml
`,
		},
		"a key moves to another list, with its comment": {
			before: `
configMapGenerator:
  - name: app
    literals:
      - a=1
      - b=2 # two
    files:
      - c=conf/c # three
`,
			g: func(t *testing.T) Generator { return sources(t, "ConfigMap", file("b", "conf/b"), lit("c", "3")) },
			after: `
configMapGenerator:
  - name: app
    literals:
      - a=1
      - c=3 # three
    files:
      - conf/b # two
`,
		},
		"an env file takes over what literals gave": {
			before: `
secretGenerator:
- name: app
  literals:
  - A=1
  type: Opaque
`,
			g: func(t *testing.T) Generator { return sources(t, "Secret", env("A", ".env"), env("B", ".env")) },
			after: `
secretGenerator:
- name: app
  type: Opaque
  envs:
  - .env
`,
		},
		"an entry behind the last one": {
			before: `
secretGenerator:
  - name: shop
    envs:
      - shop.env
  # - name: old

resources: []
`,
			g: func(t *testing.T) Generator {
				g := sources(t, "Secret", file("tls.crt", "web.crt"), file("tls.key", "web.key"))
				g.Type = "kubernetes.io/tls"
				return g
			},
			after: `
secretGenerator:
  - name: shop
    envs:
      - shop.env
  - name: app
    type: kubernetes.io/tls
    files:
      - tls.crt=web.crt
      - tls.key=web.key
  # - name: old

resources: []
`,
		},
		"options are set by key": {
			before: `
configMapGenerator:
- name: app
  options:
    labels: {b: "2"}
    disableNameSuffixHash: true
  literals:
  - a=1
`,
			g: func(t *testing.T) Generator {
				g := sources(t, "ConfigMap", lit("a", "1"))
				g.Labels, g.Annotations = map[string]string{"a": "1", "b": "two"}, map[string]string{"note": "yes"}
				g.Immutable, g.Hash, g.Behavior = true, new(true), "merge"
				return g
			},
			after: `
configMapGenerator:
- name: app
  options:
    labels: {b: two, a: "1"}
    annotations:
      note: "yes"
    immutable: true
  literals:
  - a=1
  behavior: merge
`,
		},
		"no hash": {
			before: `
configMapGenerator: []
`,
			g: func(t *testing.T) Generator {
				g := sources(t, "ConfigMap", lit("a", "1"))
				g.Hash = new(false)
				return g
			},
			after: `
configMapGenerator:
- name: app
  literals:
  - a=1
  options:
    disableNameSuffixHash: true
`,
		},
		"a field that is empty": {
			before: `
namespace: shop # ours
configMapGenerator: # none yet

namePrefix: x-
`,
			g: func(t *testing.T) Generator { return sources(t, "ConfigMap", lit("a", "1")) },
			after: `
namespace: shop # ours
configMapGenerator: # none yet
- name: app
  literals:
  - a=1

namePrefix: x-
`,
		},
		"JSON": {
			before: `
{"resources": ["web.yaml"], "configMapGenerator": [{"name": "app", "literals": ["a=1"]}]}
`,
			g: func(t *testing.T) Generator { return sources(t, "ConfigMap", lit("b", "2")) },
			after: `
{"resources": ["web.yaml"], "configMapGenerator": [{"name": "app", "literals": ["a=1", b=2]}]}
`,
		},
		"values of every kind": {
			before: `
configMapGenerator:
- name: app
`,
			g: func(t *testing.T) Generator {
				return sources(t, "ConfigMap", lit("quoted", `"x"`), lit("lines", "one\ntwo\n"), lit("colon", "a: b"), lit("empty", ""), lit("tail", "x "))
			},
			after: `
configMapGenerator:
- name: app
  literals:
  - quoted=""x""
  - |
    lines=one
    two
  - "colon=a: b"
  - empty=
  - 'tail=x '
`,
		},
		"nothing changes": {
			before: `
configMapGenerator:
-   name:  app
    literals:
       - a=1
`,
			g: func(t *testing.T) Generator { return sources(t, "ConfigMap", lit("a", "1")) },
			after: `
configMapGenerator:
-   name:  app
    literals:
       - a=1
`,
		},
		"an env file that is read already takes over a comment": {
			before: `
secretGenerator:
- name: app
  envs:
  - .env # ours
  literals:
  - A=1 # the first
`,
			g: func(t *testing.T) Generator { return sources(t, "Secret", env("A", ".env")) },
			after: `
secretGenerator:
- name: app
  envs:
  # the first
  - .env # ours
`,
		},
		"the older, singular env": {
			before: `
secretGenerator:
- name: app
  env: ./.env
`,
			g: func(t *testing.T) Generator { return sources(t, "Secret", env("A", ".env")) },
			after: `
secretGenerator:
- name: app
  env: ./.env
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(strings.TrimPrefix(test.before, "\n")))
			if err != nil {
				t.Fatal(err)
			}
			next, err := f.Set(test.g(t), noFiles)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(next.Text()); got != strings.TrimPrefix(test.after, "\n") {
				t.Errorf("got\n%s\nwant%s", got, test.after)
			}
			again, err := next.Set(test.g(t), noFiles)
			if err != nil || string(again.Text()) != string(next.Text()) {
				t.Errorf("the second time: %v\n%s", err, again.Text())
			}
		})
	}
}

// Windows' line ends stay what they are, in what is added too.
func TestSetKeepsLineEnds(t *testing.T) {
	f, err := Parse([]byte("resources:\r\n- a.yaml\r\n\r\nnamespace: shop"))
	if err != nil {
		t.Fatal(err)
	}
	next, err := f.Set(sources(t, "ConfigMap", lit("a", "1")), noFiles)
	if want := "resources:\r\n- a.yaml\r\n\r\nnamespace: shop\r\n\r\nconfigMapGenerator:\r\n- name: app\r\n  literals:\r\n  - a=1\r\n"; err != nil || string(next.Text()) != want {
		t.Errorf("%v\n%q", err, next.Text())
	}
}

func TestSetChoosesByNamespace(t *testing.T) {
	f, err := Parse([]byte("namespace: shop\nconfigMapGenerator:\n- {name: app, namespace: other}\n- {name: app}\n"))
	if err != nil {
		t.Fatal(err)
	}
	g := sources(t, "ConfigMap", lit("a", "1"))
	if _, err := f.Set(g, noFiles); err == nil || !strings.Contains(err.Error(), "2 entries named app: choose with --namespace") {
		t.Errorf("error %v", err)
	}
	for namespace, want := range map[string]string{
		"other": "namespace: shop\nconfigMapGenerator:\n- {name: app, namespace: other, literals: [a=1]}\n- {name: app}\n",
		"shop":  "namespace: shop\nconfigMapGenerator:\n- {name: app, namespace: other}\n- {name: app, namespace: shop, literals: [a=1]}\n",
	} {
		g.Namespace = namespace
		next, err := f.Set(g, noFiles)
		if err != nil || string(next.Text()) != want {
			t.Errorf("%s: %v\n%s", namespace, err, next.Text())
		}
	}
}

func TestTextsThatAreRefused(t *testing.T) {
	for text, says := range map[string]string{
		"a: b: c":                             "it is no YAML",
		"- a":                                 "it has no fields",
		"resources: []\n---\nresources: []\n": "more than one YAML document",
		"resource: []":                        `kustomize does not take it: invalid Kustomization: json: unknown field "resource"`,
		"kind: Deployment":                    "kind should be Kustomization or Component",
		"secretGenerator: {a: b}":             "kustomize does not take it",
	} {
		var fault *FileError
		if _, err := Parse([]byte(text)); !errors.As(err, &fault) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	f, err := Parse([]byte("configMapGenerator:\n- &app {name: app}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Set(sources(t, "ConfigMap", lit("a", "1")), noFiles); err == nil || !strings.Contains(err.Error(), "YAML anchors") {
		t.Errorf("error %v", err)
	}
}

// A key that comes from a file which the entry reads is changed there, and nowhere else.
func TestKeysThatFilesGive(t *testing.T) {
	f, err := Parse([]byte("secretGenerator:\n- name: app\n  envs: [b.env, gone.env]\n"))
	if err != nil {
		t.Fatal(err)
	}
	load := func(name string) ([]byte, error) {
		if name == "b.env" {
			return []byte("A=1\n"), nil
		}
		return nil, fs.ErrNotExist
	}
	var taken *TakenError
	if _, err := f.Set(sources(t, "Secret", lit("A", "2")), load); !errors.As(err, &taken) || *taken != (TakenError{"A", "b.env"}) {
		t.Errorf("error %v", err)
	}
	if _, err := f.Set(sources(t, "Secret", lit("B", "2")), load); err != nil {
		t.Errorf("another key: %v", err)
	}
}

// A text that lacks a comment is never given back, wherever the comment stood, and however often.
func TestKept(t *testing.T) {
	f, err := Parse([]byte("# one\nnamespace: x # two\n# one\nnamePrefix: y-\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		string(f.Text()): true,
		"# one\n# two\nnamePrefix: y-\n# one\nnamespace: x\n": true,
		"# one\nnamespace: x # two\n":                         false,
		"# one\n# one\nnamespace: x\n":                        false,
	} {
		if got := f.kept([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
