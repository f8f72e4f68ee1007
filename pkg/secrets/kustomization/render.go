package kustomization

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// field is a field to be written. Its value is a scalar, a []scalar, a []field, or a [][]field of one entry.
type field struct {
	name  string
	value any
}

// scalar is a value, and its YAML: what stands on its first line, and the lines of a block.
type scalar struct {
	value string
	head  string
	body  []string
}

// quoted is a text as YAML. It gets quotes where YAML 1.1, which kustomize reads, has something else than a text.
func quoted(value string) scalar {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: value}
	plain := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
	if yaml.IsYaml1_1NonString(plain) || strings.ContainsAny(value, "\r\u0085\u2028\u2029\uFEFF") || strings.TrimLeft(value, " \n") != value {
		n.Style = yaml.DoubleQuotedStyle
	}
	text, err := yaml.Marshal(n)
	if err != nil {
		return scalar{}
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	s := scalar{value, lines[0], lines[1:]}
	for i, line := range s.body {
		s.body[i] = strings.TrimPrefix(line, encoderIndent)
	}
	return s
}

// encoderIndent is what the encoder puts before the lines of a block.
const encoderIndent = "  "

// style is how a file indents.
type style struct {
	eol string
	// sequence and mapping are how much deeper a list or a mapping is than its field.
	sequence, mapping int
}

func (d *document) style() style {
	s := style{eol: "\n", mapping: 2}
	if found := lineBreak.Find(d.text); string(found) == "\r\n" {
		s.eol = "\r\n"
	}
	return s.within(d.top)
}

// within is the style of a part of the file, where that has its own.
func (s style) within(n *yaml.Node) style {
	if depth, found := step(n, yaml.SequenceNode); found {
		s.sequence = depth
	}
	if depth, found := step(n, yaml.MappingNode); found {
		s.mapping = depth
	}
	return s
}

// step is how much deeper the first block of that kind is than its field.
func step(n *yaml.Node, kind yaml.Kind) (int, bool) {
	if n == nil || n.Style&yaml.FlowStyle != 0 {
		return 0, false
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && c.Kind == kind && c.Style&yaml.FlowStyle == 0 && c.Anchor == "" && c.Column >= n.Column {
			return c.Column - n.Column, true
		}
		if depth, found := step(c, kind); found {
			return depth, true
		}
	}
	return 0, false
}

func (s style) fields(fields []field, indent int) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(strings.Repeat(" ", indent) + quoted(f.name).head + ":")
		if one, is := f.value.(scalar); is {
			b.WriteString(" " + one.head + s.eol + s.block(one.body, indent+2))
			continue
		}
		b.WriteString(s.eol + s.children(f.value, indent))
	}
	return b.String()
}

// children are the lines below a field that stands at an indent.
func (s style) children(value any, indent int) string {
	if fields, is := value.([]field); is {
		return s.fields(fields, indent+s.mapping)
	}
	return s.items(value, indent+s.sequence, "- ")
}

// items are those of a list. The first field of a mapping stands behind the dash.
func (s style) items(value any, indent int, dash string) string {
	var b strings.Builder
	scalars, _ := value.([]scalar)
	for _, item := range scalars {
		b.WriteString(strings.Repeat(" ", indent) + dash + item.head + s.eol + s.block(item.body, indent+2))
	}
	mappings, _ := value.([][]field)
	for _, item := range mappings {
		lines := s.fields(item, indent+len(dash))
		b.WriteString(strings.Repeat(" ", indent) + dash + lines[indent+len(dash):])
	}
	return b.String()
}

func (s style) block(lines []string, indent int) string {
	var b strings.Builder
	for _, line := range lines {
		if line != "" {
			line = strings.Repeat(" ", indent) + line
		}
		b.WriteString(line + s.eol)
	}
	return b.String()
}
