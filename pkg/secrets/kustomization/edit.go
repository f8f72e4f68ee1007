package kustomization

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// edit replaces a part of a text.
type edit struct {
	from, to int
	text     string
}

// editor collects edits of a document. The first thing that can't be edited safely is its error.
type editor struct {
	*document
	style
	field string // that it is at
	edits []edit
	err   error
}

// edited is the text with a generator set in it; same tells that only the sources may differ.
func (f *File) edited(g Generator, now types.SecretArgs, list, entry *yaml.Node, same bool) ([]byte, error) {
	e := &editor{document: f.document, style: f.style().within(list).within(entry), field: g.field()}
	switch {
	case list == nil:
		e.addField(field{g.field(), [][]field{g.fields(now, true, lists(g.Sources))}})
	case list.Kind == yaml.AliasNode || list.Anchor != "" || list.Style&yaml.TaggedStyle != 0:
		e.refuse(list, "has a YAML anchor, alias or tag: replace it with plain YAML")
	case entry == nil:
		e.merge(f.top, []field{{g.field(), [][]field{g.fields(now, true, lists(g.Sources))}}})
	case shared(entry) != nil:
		e.refuse(shared(entry), "has a YAML anchor, alias, merge key or tag: replace it with plain YAML")
	case same:
		e.merge(entry, e.place(g, entry))
	default:
		e.merge(entry, g.fields(now, false, e.place(g, entry)))
	}
	return e.apply()
}

func (e *editor) refuse(n *yaml.Node, problem string) {
	if e.err == nil {
		e.err = unsafe("line %d: %s %s", n.Line, e.field, problem)
	}
}

// shared finds what makes a part of the text count elsewhere too.
func shared(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 || n.Tag == yaml.MergeTag {
		return n
	}
	for _, c := range n.Content {
		if found := shared(c); found != nil {
			return found
		}
	}
	return nil
}

func (e *editor) add(from, to int, text string) { e.edits = append(e.edits, edit{from, to, text}) }

// apply gives the text with all edits.
func (e *editor) apply() ([]byte, error) {
	slices.SortStableFunc(e.edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var text []byte
	at := 0
	for _, next := range e.edits {
		if e.err == nil && next.from < at {
			e.err = unsafe("two changes are in line %d: make one of them yourself", e.line(next.from)+1)
		}
		if e.err != nil {
			return nil, e.err
		}
		text = append(text, e.text[at:next.from]...)
		if n := len(text); next.from == len(e.text) && n > 0 && text[n-1] != '\n' && strings.HasSuffix(next.text, "\n") {
			text = append(text, e.eol...)
		}
		text, at = append(text, next.text...), next.to
	}
	return append(text, e.text[at:]...), e.err
}

// restOfLine is what may stand behind a value: a comment.
var restOfLine = regexp.MustCompile(`^[ \t]*(?:[ \t]#.*)?$`)

// after is the end of a node, and the beginning of the line behind it.
func (e *editor) after(n, parent *yaml.Node) (end, next int) {
	end = e.end(n, parent.Column-1)
	if parent.Style&yaml.FlowStyle != 0 {
		e.refuse(parent, "is in flow style, [...] or {...}: write it as a block, with one field or item on a line")
	} else if end == unknown || !restOfLine.Match(e.text[end:e.lineEnd(end)]) {
		e.refuse(n, "can't be edited safely: write it as a block, with one field or item on a line")
	}
	if e.err != nil {
		return 0, 0
	}
	return end, e.next(end)
}

// replace writes another value in the place of one. The comment behind it stays.
func (e *editor) replace(n, parent *yaml.Node, s scalar) {
	end, next := e.after(n, parent)
	if n.Kind != yaml.ScalarNode {
		e.refuse(n, "is not a single value, but kustomize expects one")
	}
	if e.err != nil {
		return
	}
	from, body, indent := e.offset(n), next, parent.Column+1
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		end, body = from+len(blockHeader.Find(e.text[from:])), e.next(from)
		indent, _ = e.indentation(e.line(body))
	}
	if from == end {
		s.head = " " + s.head
	}
	e.add(from, end, s.head)
	e.add(body, next, e.block(s.body, indent))
}

var ownLine, dashLine = regexp.MustCompile(`^ *$`), regexp.MustCompile(`^ *- +$`)

// remove takes whole lines out, from that of a node. The comment behind it stays, on a line of its own, or is
// given back.
func (e *editor) remove(n *yaml.Node, before *regexp.Regexp, end, next int, stays bool) (comment string) {
	if e.err != nil {
		return ""
	}
	if header := blockHeader.Find(e.text[e.offset(n):]); header != nil {
		end = e.offset(n) + len(header)
	}
	begin, rest := e.lines[n.Line-1], e.text[end:e.lineEnd(end)]
	if !before.Match(e.text[begin:e.offset(n)]) || !restOfLine.Match(rest) {
		e.refuse(n, "can't be removed, because its line has other text too: remove it yourself")
	}
	comment = strings.TrimSpace(string(rest))
	if comment == "" || !stays {
		e.add(begin, next, "")
		return comment
	}
	indent, _ := e.indentation(n.Line - 1)
	e.add(begin, next, strings.Repeat(" ", indent)+comment+e.eol)
	return ""
}

// merge writes fields into a mapping. Fields that it lacks are added at its end.
func (e *editor) merge(m *yaml.Node, fields []field) {
	var missing []field
	same := strings.EqualFold
	if e.field == "labels" || e.field == "annotations" {
		same = func(a, b string) bool { return a == b }
	}
	for _, f := range fields {
		key, value, err := e.find(m, f.name, same)
		e.err, e.field = cmp.Or(e.err, err), f.name
		one, single := f.value.(scalar)
		children, below := f.value.([]field)
		switch {
		case e.err != nil:
			return
		case key == nil:
			missing = append(missing, f)
		case single && value.Value == one.value:
		case single:
			e.replace(value, m, one)
		case value.Tag == yaml.NodeTagNull, value.Style&yaml.FlowStyle != 0 && len(value.Content) == 0:
			e.fill(key, value, m, f)
		case below:
			e.merge(value, children)
		default:
			e.append(value, f)
		}
	}
	if len(missing) > 0 {
		e.field = missing[0].name
		_, next := e.after(m.Content[len(m.Content)-1], m)
		e.add(next, next, e.within(m).fields(missing, m.Column-1))
	}
}

// fill writes what stands below a field in the place of null, [] or {}.
func (e *editor) fill(key, value, m *yaml.Node, f field) {
	end, next := e.after(value, m)
	if colon := e.end(key, m.Column-1); e.err == nil && strings.TrimRight(string(e.text[colon:e.offset(value)]), " ") == ":" {
		e.add(colon+len(":"), end, "")
		e.add(next, next, e.children(f.value, key.Column-1))
		return
	}
	e.refuse(value, "can't be edited safely: write it as a block")
}

var dashes = regexp.MustCompile(`^- +$`)

// append adds items behind the last one of a list, with the blanks that this has behind its dash.
func (e *editor) append(list *yaml.Node, f field) {
	if list.Kind != yaml.SequenceNode {
		e.refuse(list, "is not a list, but kustomize expects one")
		return
	}
	last := list.Content[len(list.Content)-1]
	dash := "- "
	_, next := e.after(last, list)
	if begin := e.lines[last.Line-1] + list.Column - 1; last.Column > list.Column && dashes.Match(e.text[begin:e.offset(last)]) {
		dash = string(e.text[begin:e.offset(last)])
	}
	e.add(next, next, e.items(f.value, list.Column-1, dash))
}

// addField adds a field at the end of the file, behind an empty line if others are parted so.
func (e *editor) addField(f field) {
	text, indent, blank := "", 0, e.eol+e.eol
	switch {
	case e.top == nil:
		text = strings.ReplaceAll(begin, "\n", e.eol)
	case e.top.Style&yaml.FlowStyle != 0:
		e.refuse(e.top, "can't be added, because the file is in flow style, {...}: write the file as a block")
	default:
		indent = e.top.Column - 1
	}
	if old := string(e.text); strings.Contains(old, blank) && !strings.HasSuffix(old, blank) {
		text = e.eol + text
	}
	e.add(len(e.text), len(e.text), text+e.fields([]field{f}, indent))
}

// place writes sources where their keys are given already, and gives those that are new. A key that another list
// gives is taken out there.
func (e *editor) place(g Generator, entry *yaml.Node) []field {
	var added []Source
	gone := map[*yaml.Node]bool{}
	for _, s := range g.Sources {
		_, one := e.child(entry, "env") // the older, singular field
		placed := one != nil && s.in(Envs, one.Value)
		for _, name := range []List{Literals, Files, Envs} {
			_, list := e.child(entry, string(name))
			for _, item := range list.Content {
				switch {
				case s.List == name && name != Envs && placed && s.gives(keyOf(name, item.Value)):
					e.refuse(item, "has the key "+keyOf(name, item.Value)+" twice: remove one of them")
				case s.in(name, item.Value):
					placed = true
				case name == Envs || !s.gives(keyOf(name, item.Value)):
				case name == s.List:
					e.replace(item, list, quoted(s.text))
					placed = true
				default:
					end, next := e.after(item, list)
					s.comment = e.remove(item, dashLine, end, next, s.List == Envs)
					gone[item] = true
				}
			}
		}
		if !placed {
			added = append(added, s)
		}
	}
	for _, name := range []List{Literals, Files} {
		key, list := e.child(entry, string(name))
		kept := slices.ContainsFunc(list.Content, func(item *yaml.Node) bool { return !gone[item] })
		if len(list.Content) > 0 && !kept && !slices.ContainsFunc(added, func(s Source) bool { return s.List == name }) {
			end := e.end(key, 0) + len(":")
			e.remove(key, ownLine, end, e.next(end), true)
		}
	}
	return lists(added)
}

// child is a list of an entry, or an empty one.
func (e *editor) child(entry *yaml.Node, name string) (key, value *yaml.Node) {
	key, value, err := e.find(entry, name, strings.EqualFold)
	if e.err, e.field = cmp.Or(e.err, err), name; value == nil {
		value = &yaml.Node{}
	}
	return key, value
}
