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

var comments = regexp.MustCompile(`(?m)(^|[ \t])#[^\r\n]*`)

func (f *File) masked(old map[string]string) string {
	var b strings.Builder
	at := 0
	rest := func(to int, secret bool) {
		part := f.text[at:max(at, to)]
		if secret {
			part = comments.ReplaceAll(part, []byte("$1# <comment>"))
		}
		b.Write(part)
		at = max(at, to)
	}
	for i := 0; f.top != nil && i+1 < len(f.top.Content); i += 2 {
		key, list := f.top.Content[i], f.top.Content[i+1]
		if !strings.EqualFold(key.Value, "secretGenerator") {
			continue
		}
		limit := len(f.text)
		if i+2 < len(f.top.Content) {
			limit = f.offset(f.top.Content[i+2])
		}
		rest(f.offset(key), false)
		for _, l := range literals(list) {
			rest(f.offset(l.node), true)
			b.WriteString(l.shown(old))
			if at = f.end(l.node, l.indent); at == unknown {
				b.WriteString(" <the rest is not shown>\n")
				at = limit
			}
		}
		rest(limit, true)
	}
	rest(len(f.text), false)
	return b.String()
}

type literal struct {
	node          *yaml.Node
	entry, indent int
}

// literals are those of Secrets, in the order of the text.
func literals(list *yaml.Node) []literal {
	var all []literal
	for number, entry := range list.Content {
		for i := 0; i+1 < len(entry.Content); i += 2 {
			if !strings.EqualFold(entry.Content[i].Value, string(Literals)) {
				continue
			}
			for _, item := range entry.Content[i+1].Content {
				all = append(all, literal{item, number, entry.Content[i+1].Column - 1})
			}
		}
	}
	return all
}

func (l literal) shown(old map[string]string) string {
	key, value := parted(l.node.Value)
	size := secrets.Size(len(value))
	if was, known := old[fmt.Sprint(l.entry, key)]; known && was != value {
		return fmt.Sprintf("%s=<%s, changed>", key, size)
	}
	return fmt.Sprintf("%s=<%s>", key, size)
}
