package kustomization

import (
	"bytes"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// spliced is the text with nothing but the lines of one entry encoded anew, or those of one field. It is
// nil where these can't be told from the others; Set holds the result against what it has to say.
func (f *File) spliced(g Generator) []byte {
	top, err := root(f.text)
	if err != nil || top.Style&yaml.FlowStyle != 0 {
		return nil
	}
	s := splicer{file: f, lines: bytes.SplitAfter(f.text, []byte("\n")), top: top}
	key, list := field(top, g.field())
	switch {
	case key == nil:
		return s.newField(g)
	case list.Kind != yaml.SequenceNode || len(list.Content) == 0 || list.Style&yaml.FlowStyle != 0:
		return s.field(g, key)
	}
	entry, err := f.find(list, g)
	switch {
	case err != nil:
		return nil
	case entry == nil:
		return s.newEntry(g, key, list)
	}
	return s.entry(g, key, list, entry)
}

type splicer struct {
	file  *File
	lines [][]byte // with their ends
	top   *yaml.Node
}

// newField adds a field at the end, after an empty line if that is how the others are parted.
func (s *splicer) newField(g Generator) []byte {
	empty := &yaml.Node{Kind: yaml.MappingNode}
	g.set(child1(child(empty, g.field(), yaml.SequenceNode)))
	text := bytes.TrimRight(s.file.text, " \r\n")
	between := "\n"
	if bytes.Contains(bytes.ReplaceAll(text, []byte("\r"), nil), []byte("\n\n")) {
		between = "\n\n"
	}
	added := s.encoded(empty, 0)
	if added == nil {
		return nil
	}
	return slices.Concat(text, s.ends([]byte(between)), added)
}

// child1 makes the first entry of a list.
func child1(list *yaml.Node) *yaml.Node {
	list.Content = append(list.Content, &yaml.Node{Kind: yaml.MappingNode})
	return list.Content[len(list.Content)-1]
}

// field encodes a whole field anew: one that is empty, or stands on one line.
func (s *splicer) field(g Generator, key *yaml.Node) []byte {
	from := key.Line - 1
	to := s.end(from, s.nextField(key))
	part, err := root(bytes.Join(s.lines[from:to], nil))
	if err != nil || part.Kind != yaml.MappingNode {
		return nil
	}
	list := child(part, g.field(), yaml.SequenceNode)
	entry, err := s.file.find(list, g)
	if err != nil {
		return nil
	}
	if entry == nil {
		entry = child1(list)
	}
	g.set(entry)
	return s.replaced(from, to, part, 0)
}

func (s *splicer) newEntry(g Generator, key, list *yaml.Node) []byte {
	last := list.Content[len(list.Content)-1]
	at := s.end(last.Line-1, s.nextField(key))
	added := &yaml.Node{Kind: yaml.SequenceNode}
	g.set(child1(added))
	return s.replaced(at, at, added, list.Column-1)
}

// entry encodes the lines of an entry anew. They are parsed by themselves, so that the comments around them
// belong to none.
func (s *splicer) entry(g Generator, key, list, entry *yaml.Node) []byte {
	from, next := entry.Line-1, s.nextField(key)
	if i := slices.Index(list.Content, entry); i+1 < len(list.Content) {
		next = list.Content[i+1].Line - 1
	}
	to := s.end(from, next)
	part, err := root(bytes.Join(s.lines[from:to], nil))
	if err != nil || part.Kind != yaml.SequenceNode || len(part.Content) != 1 || part.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	g.set(part.Content[0])
	return s.replaced(from, to, part, list.Column-1)
}

// nextField is the line of the field behind one, or the end.
func (s *splicer) nextField(key *yaml.Node) int {
	i := slices.Index(s.top.Content, key)
	if i+2 < len(s.top.Content) {
		return s.top.Content[i+2].Line - 1
	}
	return len(s.lines)
}

// end goes back from what comes next over empty lines and comments, which are no one's.
func (s *splicer) end(from, next int) int {
	for next > from+1 {
		line := bytes.TrimSpace(s.lines[next-1])
		if len(line) > 0 && line[0] != '#' {
			break
		}
		next--
	}
	return next
}

func (s *splicer) replaced(from, to int, n *yaml.Node, indent int) []byte {
	added := s.encoded(n, indent)
	if added == nil {
		return nil
	}
	before := bytes.Join(s.lines[:from], nil)
	if len(before) > 0 && !bytes.HasSuffix(before, []byte("\n")) {
		before = append(before, s.ends([]byte("\n"))...)
	}
	return slices.Concat(before, added, bytes.Join(s.lines[to:], nil))
}

// encoded is nil for what YAML can't hold.
func (s *splicer) encoded(n *yaml.Node, indent int) []byte {
	text, err := s.file.encode(n)
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(strings.Repeat(" ", indent))
		}
		b.Write(line)
	}
	return s.ends(b.Bytes())
}

// ends gives lines the ends that the file has.
func (s *splicer) ends(text []byte) []byte {
	if bytes.Contains(s.file.text, []byte("\r\n")) {
		return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	return text
}

// kept tells whether every comment of the file is in the text too, as often.
func (f *File) kept(text []byte) bool {
	left := comments(text)
	for comment, n := range comments(f.text) {
		if left[comment] < n {
			return false
		}
	}
	return true
}

func comments(text []byte) map[string]int {
	found := map[string]int{}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("#")) {
			found[string(line)]++
		}
	}
	if top, err := root(text); err == nil {
		beside(top, found)
	}
	return found
}

// beside counts the comments that stand behind something.
func beside(n *yaml.Node, found map[string]int) {
	if n.LineComment != "" {
		found[n.LineComment]++
	}
	for _, c := range n.Content {
		beside(c, found)
	}
}
