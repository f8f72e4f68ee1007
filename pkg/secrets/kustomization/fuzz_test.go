package kustomization

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Whatever the text: an edit is refused, or all bytes outside the touched item stay, and what kustomize builds
// elsewhere is the same. The same edit again changes nothing.
func FuzzSet(f *testing.F) {
	for _, c := range readCases(f) {
		for _, text := range []string{c.before, crlf(c.before), byteOrderMark + c.before, started(c.before), strings.TrimSpace(c.before)} {
			f.Add([]byte(text), "a", "v")
			f.Add([]byte(text), "b", "'\"x: #y\n\n")
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, key, value string) {
		before, err := Parse(text)
		if err != nil {
			return
		}
		g := Generator{Kind: "ConfigMap", Name: "app"}
		entries := []secrets.Entry{lit(key, value)}
		if secrets.Check(entries) != nil {
			return
		}
		if g.Sources, err = NewSources(g.Kind, entries, nil); err != nil {
			return
		}
		after, err := before.Set(g, noFiles)
		if err != nil {
			return
		}
		if line, lost := lostLine(before, after, g); lost {
			t.Errorf("the line %q is lost or changed:\n%q\n->\n%q", line, before.Text(), after.Text())
		}
		again, err := after.Set(g, noFiles)
		if err != nil || !bytes.Equal(again.Text(), after.Text()) {
			t.Errorf("again: %v\n%s\n->\n%s", err, after.Text(), again.Text())
		}
		buildsTheSame(t, nil, string(before.Text()), string(after.Text()), g)
	})
}

// lostLine finds a line outside the touched item that is not in the text any more, in its order. It reads the
// lines of items by the next node's line, which is another way than the program's.
func lostLine(before, after *File, g Generator) (string, bool) {
	touched := map[int]bool{}
	if list, _, _, err := before.locate(g); err == nil && list != nil {
		touch(list, g.Sources[0].Keys()[0], touched, len(before.lines))
		for _, n := range before.top.Content {
			if n.Line <= list.Line && len(list.Content) == 0 {
				touched[n.Line] = true // the field's own line: its [] goes
			}
		}
	}
	left := after.Text()
	for i, from := range before.lines {
		line := before.text[from:before.lineEnd(from)]
		if touched[i+1] {
			continue
		}
		at := bytes.Index(left, line)
		if at < 0 {
			return string(line), true
		}
		left = left[at+len(line):]
	}
	return "", false
}

// touch notes the lines from each item of a key, and each empty list, to the next node.
func touch(n *yaml.Node, key string, lines map[int]bool, end int) {
	for i, c := range n.Content {
		last := end
		if i+1 < len(n.Content) {
			last = n.Content[i+1].Line - 1
		}
		empty := c.Kind != yaml.AliasNode && len(c.Content) == 0 && (c.Kind != yaml.ScalarNode || c.Tag == yaml.NodeTagNull)
		if empty || n.Kind == yaml.SequenceNode && keyOf(Files, c.Value) == key {
			for line := c.Line; line <= max(last, c.Line); line++ {
				lines[line] = true
			}
		}
		of := func(item *yaml.Node) bool { return keyOf(Files, item.Value) == key }
		if i > 0 && len(c.Content) > 0 && !slices.ContainsFunc(c.Content, func(item *yaml.Node) bool { return !of(item) }) {
			lines[n.Content[i-1].Line] = true // the list's own line goes with its last item
		}
		touch(c, key, lines, last)
	}
}
