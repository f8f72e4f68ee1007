package kustomization

import (
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Masked are two states of a file for a diff: in secretGenerator each literal shows its size in place of its
// value, and no comment shows its text.
func Masked(before, after *File) (string, string) {
	old := map[string]string{}
	for i, s := range before.content.SecretGenerator {
		for _, text := range s.LiteralSources {
			key, value := parted(text)
			old[fmt.Sprint(i, key)] = value
		}
	}
	return before.masked(nil), after.masked(old)
}

// parted are the key and the value of a literal. Without a key, all of it may be the value.
func parted(text string) (key, value string) {
	key, value, found := strings.Cut(text, "=")
	if !found {
		return "", key
	}
	return key, value
}

// mask writes the masked text up to a byte.
type mask struct {
	*File
	b     strings.Builder
	at    int
	limit int // where secretGenerator ends
	old   map[string]string
}

func (f *File) masked(old map[string]string) string {
	m := &mask{File: f, old: old}
	for i := 0; f.top != nil && i+1 < len(f.top.Content); i += 2 {
		key, list := f.top.Content[i], f.top.Content[i+1]
		if !strings.EqualFold(key.Value, "secretGenerator") {
			continue
		}
		if m.limit = len(f.text); i+2 < len(f.top.Content) {
			m.limit = f.offset(f.top.Content[i+2])
		}
		m.copy(f.offset(key))
		for number, entry := range list.Content {
			m.walk(entry, list.Column-1, number, false)
		}
		m.gap(m.limit)
	}
	m.copy(len(f.text))
	return m.b.String()
}

// walk masks the literals below a node; secret tells that the node is one.
func (m *mask) walk(n *yaml.Node, indent, entry int, secret bool) {
	if n.Kind == yaml.ScalarNode {
		from, to := m.offset(n), m.end(n, indent)
		m.gap(from)
		if to == unknown { // nor is the value's end: show nothing more
			m.b.WriteString("<not shown>\n")
			m.at = m.limit
			return
		}
		if secret {
			m.b.WriteString(m.shown(n.Value, entry))
			m.at = to
		}
		m.copy(to)
		return
	}
	for i, c := range n.Content {
		literals := n.Kind == yaml.MappingNode && i%2 == 1 && strings.EqualFold(n.Content[i-1].Value, string(Literals))
		m.walk(c, n.Column-1, entry, secret || literals)
	}
}

func (m *mask) shown(text string, entry int) string {
	key, value := parted(text)
	size := secrets.Size(len(value))
	if was, known := m.old[fmt.Sprint(entry, key)]; known && was != value {
		return fmt.Sprintf("%s=<%s, changed>", key, size)
	}
	return fmt.Sprintf("%s=<%s>", key, size)
}

func (m *mask) copy(to int) {
	if to > m.at {
		m.b.Write(m.text[m.at:to])
		m.at = to
	}
}

var comments = regexp.MustCompile(`(?m)(^|[ \t])#[^\r\n]*`)

// gap writes what stands between two values, with its comments masked.
func (m *mask) gap(to int) {
	if to > m.at {
		m.b.Write(comments.ReplaceAll(m.text[m.at:to], []byte("$1# <comment>")))
		m.at = to
	}
}
