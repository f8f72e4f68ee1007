package kustomization

import (
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// set writes a generator into its entry, by key: what it does not name stays.
func (g Generator) set(entry *yaml.Node) {
	setText(entry, "name", g.Name)
	setText(entry, "namespace", g.Namespace)
	setText(entry, "type", g.Type)
	setText(entry, "behavior", g.Behavior)
	for _, s := range g.Sources {
		place(entry, s)
	}
	g.setOptions(entry)
}

func (g Generator) setOptions(entry *yaml.Node) {
	disabled := g.Hash != nil && !*g.Hash
	if len(g.Labels)+len(g.Annotations) > 0 || g.Immutable || disabled {
		options := child(entry, "options", yaml.MappingNode)
		setTexts(options, "labels", g.Labels)
		setTexts(options, "annotations", g.Annotations)
		setTrue(options, "immutable", g.Immutable)
		setTrue(options, "disableNameSuffixHash", disabled)
	}
	if _, options := field(entry, "options"); options != nil && g.Hash != nil && *g.Hash {
		remove(options, "disableNameSuffixHash")
		if len(options.Content) == 0 {
			remove(entry, "options")
		}
	}
}

// place puts a line where its key is given already, or at the end of its list. A key that another list
// gives moves, with its comments.
func place(entry *yaml.Node, s Source) {
	line := text(s.text)
	for _, list := range []List{Literals, Files} {
		_, lines := field(entry, string(list))
		if lines == nil || lines.Kind != yaml.SequenceNode {
			continue
		}
		for i := 0; i < len(lines.Content); i++ {
			known := lines.Content[i]
			switch {
			case !slices.Contains(s.Keys, keyOf(list, known.Value)):
			case list == s.List:
				if known.Value != s.text {
					write(known, s.text)
				}
				return
			default:
				keepComments(line, known)
				lines.Content = slices.Delete(lines.Content, i, i+1)
				i--
			}
		}
		if len(lines.Content) == 0 {
			remove(entry, string(list))
		}
	}
	if known := envLine(entry, s.text); known != nil && s.List == Envs {
		keepComments(known, line)
		return
	}
	lines := child(entry, string(s.List), yaml.SequenceNode)
	lines.Content = append(lines.Content, line)
}

// keepComments moves comments; behind a line is room for one.
func keepComments(to, from *yaml.Node) {
	to.HeadComment = joined(to.HeadComment, from.HeadComment)
	if to.LineComment == "" {
		to.LineComment = from.LineComment
	} else {
		to.HeadComment = joined(to.HeadComment, from.LineComment)
	}
	to.FootComment = joined(to.FootComment, from.FootComment)
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// envLine is where a file is read already, or nil; "env" is the older, singular field.
func envLine(entry *yaml.Node, name string) *yaml.Node {
	_, one := field(entry, "env")
	all := []*yaml.Node{one}
	if _, lines := field(entry, string(Envs)); lines != nil {
		all = append(all, lines.Content...)
	}
	for _, n := range all {
		if n != nil && path.Clean(n.Value) == name {
			return n
		}
	}
	return nil
}

// field finds a field as kustomize does, in whatever case it is written.
func field(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, name) {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// child is the value of a field, made where there is none.
func child(mapping *yaml.Node, name string, kind yaml.Kind) *yaml.Node {
	key, value := field(mapping, name)
	switch {
	case key == nil:
		value = &yaml.Node{Kind: kind}
		mapping.Content = append(mapping.Content, text(name), value)
	case value.Kind != kind || len(value.Content) == 0: // null, or [] in a line
		*value = yaml.Node{Kind: kind, HeadComment: value.HeadComment, LineComment: value.LineComment, FootComment: value.FootComment}
	}
	return value
}

func text(value string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	write(n, value)
	return n
}

// write makes a node a text, in quotes if kustomize would take it for something else: yes is no text to it.
func write(n *yaml.Node, value string) {
	n.Value, n.Tag, n.Style = value, yaml.NodeTagString, 0
	if yaml.IsYaml1_1NonString(&yaml.Node{Kind: yaml.ScalarNode, Value: value}) {
		n.Style = yaml.DoubleQuotedStyle
	}
}

func setText(mapping *yaml.Node, name, value string) {
	_, known := field(mapping, name)
	switch {
	case value == "" || known != nil && known.Value == value:
	case known != nil:
		write(known, value)
	default:
		mapping.Content = append(mapping.Content, text(name), text(value))
	}
}

// setTexts sets labels or annotations, whose keys are taken as they are written.
func setTexts(mapping *yaml.Node, name string, values map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		texts := child(mapping, name, yaml.MappingNode)
		known := exactly(texts, key)
		if known == nil {
			known = text("")
			texts.Content = append(texts.Content, text(key), known)
		}
		if known.Value != values[key] {
			write(known, values[key])
		}
	}
}

func exactly(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func setTrue(mapping *yaml.Node, name string, wanted bool) {
	if !wanted {
		return
	}
	_, known := field(mapping, name)
	if known == nil {
		known = &yaml.Node{}
		mapping.Content = append(mapping.Content, text(name), known)
	}
	known.Kind, known.Tag, known.Value, known.Style = yaml.ScalarNode, yaml.NodeTagBool, "true", 0
}

func remove(mapping *yaml.Node, name string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, name) {
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			return
		}
	}
}
