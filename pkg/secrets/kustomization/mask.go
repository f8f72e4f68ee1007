package kustomization

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Masked are two states of a file for the eye: without the values of Secrets' literals, and without those
// comments among them that may hold one.
func Masked(before, after *File) (string, string) {
	old := map[string]string{}
	for _, l := range before.secretLiterals() {
		old[l.id] = l.value
	}
	first := before.masked(nil)
	if before.fresh {
		first = ""
	}
	return first, after.masked(old)
}

// literal is one of a Secret, and where its text stands.
type literal struct {
	id, key, value string
	node           *yaml.Node
}

func (f *File) secretLiterals() []literal {
	top, err := root(f.text)
	if err != nil {
		return nil
	}
	_, list := field(top, "secretGenerator")
	if list == nil {
		return nil
	}
	var found []literal
	for i, entry := range list.Content {
		id := fmt.Sprint(i)
		if _, name := field(entry, "name"); name != nil {
			id = name.Value
		}
		_, lines := field(entry, string(Literals))
		if lines == nil {
			continue
		}
		for _, n := range lines.Content {
			key, value, known := strings.Cut(n.Value, "=")
			if !known { // it may be the value alone
				key, value = "", n.Value
			}
			found = append(found, literal{id + "\n" + key, key, value, n})
		}
	}
	slices.SortFunc(found, func(a, b literal) int {
		return cmp.Or(cmp.Compare(a.node.Line, b.node.Line), cmp.Compare(a.node.Column, b.node.Column))
	})
	return found
}

// shown is a literal without its value; old are the values from before, nil if this is before.
func (l literal) shown(old map[string]string) string {
	size := secrets.Size(len(l.value))
	if was, known := old[l.id]; known && was != l.value {
		return fmt.Sprintf("%s=<%s, changed>", l.key, size)
	}
	return fmt.Sprintf("%s=<%s>", l.key, size)
}

// masked shows of each line up to its first literal what stands there, and of the rest nothing.
func (f *File) masked(old map[string]string) string {
	all := f.secretLiterals()
	top, err := root(f.text)
	if err != nil {
		return ""
	}
	from, to := secretField(top)
	starts := lineNumbers(top, nil)
	var b strings.Builder
	until, plain := 0, false // of a literal's own lines
	number := 0
	for line := range bytes.Lines(f.text) {
		number++
		shown := string(line)
		var here []string
		for len(all) > 0 && all[0].node.Line == number {
			if here == nil {
				shown = string([]rune(shown)[:all[0].node.Column-1])
			}
			here = append(here, all[0].shown(old))
			until, plain = nextAfter(starts, number), all[0].node.Style == 0
			all = all[1:]
		}
		switch text := strings.TrimSpace(shown); {
		case here != nil:
			b.WriteString(shown + strings.Join(here, ", ") + "\n")
		case strings.HasPrefix(text, "#") && (number >= until || plain):
			if number >= from && number < to && strings.Contains(text, "=") {
				shown = strings.Repeat(" ", strings.Index(shown, "#")) + "# <comment>\n"
			}
			b.WriteString(shown)
		case number >= until || text == "":
			b.WriteString(shown)
		}
	}
	return b.String()
}

// secretField is where the Secrets' field begins, and where the next one does; comments before it are in it.
func secretField(top *yaml.Node) (from, to int) {
	key, _ := field(top, "secretGenerator")
	i := slices.Index(top.Content, key)
	if key == nil {
		return 0, 0
	}
	if i+2 < len(top.Content) {
		return key.Line, top.Content[i+2].Line
	}
	return key.Line, math.MaxInt
}

func lineNumbers(n *yaml.Node, known []int) []int {
	known = append(known, n.Line)
	for _, c := range n.Content {
		known = lineNumbers(c, known)
	}
	return known
}

func nextAfter(starts []int, line int) int {
	next := math.MaxInt
	for _, s := range starts {
		if s > line {
			next = min(next, s)
		}
	}
	return next
}
