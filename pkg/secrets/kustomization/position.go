package kustomization

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// document is a YAML text, its nodes, and the byte at which each line begins.
type document struct {
	text  []byte
	lines []int      // as the YAML library counts lines
	top   *yaml.Node // a mapping; nil if the text has comments only
}

const byteOrderMark = "\uFEFF"

// tab finds a line that is indented with one.
var tab = regexp.MustCompile(`(?m)^[ -]*\t[^\s]`)

var lineBreak = regexp.MustCompile(`\r\n|[\r\n\x{85}\x{2028}\x{2029}]`)

// parse reads a text of one YAML document. The error is a *FileError.
func parse(text []byte) (*document, error) {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, unsafe("it is not UTF-8 text: save it as UTF-8")
	}
	d := &document{text: text, lines: []int{0}}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		d.lines[0] = len(byteOrderMark)
	}
	for _, at := range lineBreak.FindAllIndex(text, -1) {
		d.lines = append(d.lines, at[1])
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil && !errors.Is(err, io.EOF) {
		if at := tab.FindIndex(text); at != nil {
			return nil, unsafe("it is not YAML: line %d is indented with a tab, and YAML takes only spaces", d.line(at[0])+1)
		}
		return nil, notYAML(err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, unsafe("it has several YAML documents, and kustomize reads only the first: keep one")
	}
	switch {
	case len(first.Content) == 0 || first.Content[0].Tag == yaml.NodeTagNull:
	case first.Content[0].Kind != yaml.MappingNode:
		return nil, unsafe("it is not a kustomization: it has no fields")
	default:
		d.top = first.Content[0]
	}
	return d, nil
}

// offset is where a node begins. Its column counts characters, not bytes.
func (d *document) offset(n *yaml.Node) int {
	at := d.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(d.text[at:])
		at += size
	}
	return at
}

// line is the index of the line in which a byte stands.
func (d *document) line(at int) int {
	i, found := slices.BinarySearch(d.lines, at)
	if !found {
		i--
	}
	return max(i, 0)
}

// next is where the line after a byte begins, or the end of the text.
func (d *document) next(at int) int {
	if i := d.line(at) + 1; i < len(d.lines) {
		return d.lines[i]
	}
	return len(d.text)
}

// lineEnd is where the line of a byte ends, without its line break.
func (d *document) lineEnd(at int) int {
	return at + len(bytes.TrimRight(d.text[at:d.next(at)], breaks))
}

// unknown is the end of a node that can't be found.
const unknown = -1

// end is the byte behind a node, or unknown. indent is the column, from 0, of the block that the node is in.
func (d *document) end(n *yaml.Node, indent int) int {
	at := d.offset(n)
	if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		at = d.behind(at, properties)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		return at + len("*") + len(n.Value)
	case n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle != 0:
		return d.flowEnd(n, at)
	case n.Kind != yaml.ScalarNode:
		return d.end(n.Content[len(n.Content)-1], n.Column-1)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return d.blockEnd(at, indent)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return d.behind(at, doubleQuoted)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return d.behind(at, singleQuoted)
	}
	return d.plainEnd(at, n.Value)
}

const (
	breaks = "\r\n\u0085\u2028\u2029"
	blanks = " \t" + breaks
)

var (
	doubleQuoted = regexp.MustCompile(`^"(?:[^"\\]|\\(?s:.))*"`)
	singleQuoted = regexp.MustCompile(`^'(?:[^']|'')*'`)
	blockHeader  = regexp.MustCompile(`^[|>][-+1-9]*`)
	properties   = regexp.MustCompile(`^(?:[!&]\S*\s*)*`)
	flowOpens    = regexp.MustCompile(`^[\[{]`)
	flowCloses   = regexp.MustCompile(`^(?:[\s,:?]|#.*)*[\]}]`)
)

// behind is the byte behind what matches at a byte, or unknown.
func (d *document) behind(at int, what *regexp.Regexp) int {
	if found := what.FindIndex(d.text[at:]); found != nil {
		return at + found[1]
	}
	return unknown
}

// flowEnd goes from the last value in brackets to the closing one. A lone pair in [a: b] has none.
func (d *document) flowEnd(n *yaml.Node, at int) int {
	opened := d.behind(at, flowOpens)
	at = max(at, opened)
	for _, c := range n.Content {
		if at = d.end(c, 0); at == unknown {
			return unknown
		}
	}
	if opened == unknown {
		return at
	}
	return d.behind(at, flowCloses)
}

// plainEnd follows the value through the text. YAML folds blanks and line breaks of the text into the value's.
func (d *document) plainEnd(at int, value string) int {
	for _, r := range value {
		rest := d.text[at:]
		switch found, size := utf8.DecodeRune(rest); {
		case strings.ContainsRune(blanks, r):
			at += len(rest) - len(bytes.TrimLeft(rest, blanks))
		case found != r:
			return unknown
		default:
			at += size
		}
	}
	return at
}

// blockEnd is the end of the last line of a block scalar that counts for its value. A line that begins with
// '#' is in the block if it is indented like the block.
func (d *document) blockEnd(at, indent int) int {
	header := blockHeader.Find(d.text[at:])
	first, end := d.line(at)+1, d.lineEnd(at)
	depth := 0
	if digit := bytes.IndexAny(header, "123456789"); digit > 0 {
		depth = indent + int(header[digit]-'0')
	}
	for i := first; depth == 0 && i < len(d.lines); i++ {
		if spaces, blank := d.indentation(i); !blank {
			depth = max(spaces, indent+1)
		}
	}
	for i := first; i < len(d.lines); i++ {
		spaces, blank := d.indentation(i)
		if !blank && spaces < depth {
			break
		}
		if !blank || spaces > depth || bytes.IndexByte(header, '+') > 0 {
			end = d.lineEnd(d.lines[i])
		}
	}
	return end
}

func (d *document) indentation(line int) (spaces int, blank bool) {
	text := d.text[d.lines[line]:d.lineEnd(d.lines[line])]
	spaces = len(text) - len(bytes.TrimLeft(text, " "))
	return spaces, spaces == len(text)
}

// find is a field. Two of one name are refused: kustomize reads only one of them, and takes names in any case.
func (d *document) find(m *yaml.Node, name string, same func(a, b string) bool) (key, value *yaml.Node, err error) {
	var keys []*yaml.Node
	for i := 0; i+1 < len(m.Content); i += 2 {
		if same(m.Content[i].Value, name) {
			key, value = m.Content[i], m.Content[i+1]
			keys = append(keys, key)
		}
	}
	if len(keys) > 1 {
		err = unsafe("%s is given twice, on %s, and kustomize reads only the last one: combine them into one", name, where(keys...))
	}
	return key, value, err
}

// where names the lines of several nodes.
func where(nodes ...*yaml.Node) string {
	var lines []string
	for _, n := range nodes {
		lines = append(lines, strconv.Itoa(n.Line))
	}
	return "lines " + strings.Join(lines[:len(lines)-1], ", ") + " and " + lines[len(lines)-1]
}
