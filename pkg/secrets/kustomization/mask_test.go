package kustomization

import (
	"fmt"
	"strings"
	"testing"
)

// However a literal of a Secret is written, its value is not shown; what ConfigMaps have is.
func TestMasked(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"as kustomize writes it": {
			`
configMapGenerator:
- name: app
  literals:
  - a=shown
secretGenerator:
- name: app
  # - password=hunter2
  # a note
  literals:
  - password=hunter2 # hunter2
  - other=1
  type: Opaque
`, `
configMapGenerator:
- name: app
  literals:
  - a=shown
secretGenerator:
- name: app
  # <comment>
  # <comment>
  literals:
  - password=<7 bytes> # <comment>
  - other=<1 byte>
  type: Opaque
`,
		},
		"of several lines": {
			`
secretGenerator:
- literals:
  - |
    a=hunter2
    # hunter2

    hunter2
  - b=hunter2
    hunter2
  - "c=hunter2
    # hunter2"
  - hunter2
  name: app
`, `
secretGenerator:
- literals:
  - a=<27 bytes>
  - b=<15 bytes>
  - c=<17 bytes>
  - =<7 bytes>
  name: app
`,
		},
		"in a line": {
			`
secretGenerator:
- {name: app, literals: [a=hunter2, "b=hunter2",
    c=hunter2]}
resources: []
`, `
secretGenerator:
- {name: app, literals: [a=<7 bytes>, b=<7 bytes>,
    c=<7 bytes>]}
resources: []
`,
		},
		"JSON": {
			`
{"secretGenerator":[{"name":"ä","literals":["a=hunter2"],"type":"Opaque"}]}
`, `
{"secretGenerator":[{"name":"ä","literals":[a=<7 bytes>],"type":"Opaque"}]}
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(strings.TrimPrefix(test.text, "\n")))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := Masked(f, f); got != strings.TrimPrefix(test.want, "\n") || strings.Contains(got, "hunter2") {
				t.Errorf("got\n%s\nwant%s", got, test.want)
			}
		})
	}
}

// That a value changes is seen, even if its size does not.
func TestMaskedShowsChanges(t *testing.T) {
	before, err := Parse([]byte("secretGenerator:\n- name: app\n  literals:\n  - a=hunter2\n  - b=1\n"))
	if err != nil {
		t.Fatal(err)
	}
	g := sources(t, "Secret", lit("a", "hunter3"), lit("c", "x"))
	after, err := before.Set(g, noFiles)
	if err != nil {
		t.Fatal(err)
	}
	_, got := Masked(before, after)
	if want := "secretGenerator:\n- name: app\n  literals:\n  - a=<7 bytes, changed>\n  - b=<1 byte>\n  - c=<1 byte>\n"; got != want {
		t.Errorf("got\n%s", got)
	}
	fresh, err := Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	after, err = fresh.Set(g, noFiles)
	if err != nil {
		t.Fatal(err)
	}
	if first, next := Masked(fresh, after); first != "" || !strings.Contains(next, "- a=<7 bytes>\n") {
		t.Errorf("of a new file: %q, %q", first, next)
	}
}

// A source says nothing of its value, whatever is printed of it.
func TestSourcesHideValues(t *testing.T) {
	g := sources(t, "Secret", lit("a", "hunter2"))
	if got := strings.Join([]string{fmt.Sprintf("%v", g), fmt.Sprintf("%+v", g), fmt.Sprintf("%s", g.Sources), fmt.Sprintf("%#v", g.Sources[0])}, " "); strings.Contains(got, "hunter2") {
		t.Error(got)
	}
}
