package kustomization

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// FileError is a text that is no kustomization, or that can't be edited safely.
type FileError struct{ Problem string }

func (e *FileError) Error() string { return e.Problem }

var lineNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^yaml: line ([0-9]+): `) })

// notYAML names the line, and nothing else of the library's error: that quotes pieces of the text, which may be
// pieces of a value.
func notYAML(err error) error {
	if m := lineNumber().FindStringSubmatch(err.Error()); m != nil {
		return unsafe("it is not YAML: there is an error near line %s; kubectl kustomize shows it", m[1])
	}
	return unsafe("it is not YAML: kubectl kustomize shows the error")
}

// unreadable says what kustomize does not read, without a piece of the text.
func (d *document) unreadable(err error) error {
	const lead = "kustomize can't read it: "
	for next := err; next != nil; next = errors.Unwrap(next) {
		if quoted, found := strings.CutPrefix(next.Error(), "json: unknown field "); found {
			name, _ := strconv.Unquote(quoted)
			if lines := keyLines(d.top, name); len(lines) == 1 {
				return unsafe(lead+"it does not know the field on line %d", lines[0])
			}
			return unsafe(lead + "it does not know one of the fields")
		}
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		kind, _, _ := strings.Cut(wrong.Value, " ") // "number 4711"
		return unsafe(lead+"the field %s can't be of type %s", fieldName(wrong.Field), kind)
	}
	return unsafe(lead + "kubectl kustomize shows the error")
}

// fieldName leaves out the embedded structs of Go, whose names are capital.
func fieldName(path string) string {
	var names []string
	for name := range strings.SplitSeq(path, ".") {
		if name != "" && strings.ToLower(name[:1]) == name[:1] {
			names = append(names, name)
		}
	}
	return strings.Join(names, ".")
}

// keyLines are the lines on which a key stands, wherever it does.
func keyLines(n *yaml.Node, name string) []int {
	if n == nil {
		return nil
	}
	var lines []int
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && c.Value == name {
			lines = append(lines, c.Line)
		}
		lines = append(lines, keyLines(c, name)...)
	}
	return lines
}
