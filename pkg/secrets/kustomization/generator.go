package kustomization

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Generator is what an entry of secretGenerator or configMapGenerator is to say. What is empty is left as
// it is in an entry that is there already.
type Generator struct {
	// Kind is Secret or ConfigMap.
	Kind                workload.ReferenceKind
	Name, Namespace     string
	Type                string // of a Secret
	Behavior            string // create, replace or merge
	Labels, Annotations map[string]string
	Immutable           bool
	// Hash tells whether the name gets the hash of the content, as it does by default.
	Hash    *bool
	Sources []Source
}

func (g Generator) field() string {
	if g.Kind == workload.SecretReference {
		return "secretGenerator"
	}
	return "configMapGenerator"
}

func (g Generator) String() string { return strings.ToLower(string(g.Kind)) + "/" + g.Name }

// List is the field of an entry that a source stands in.
type List string

// The lists.
const (
	Literals List = "literals"
	Files    List = "files"
	Envs     List = "envs"
)

// Source is one line of an entry.
type Source struct {
	List List
	// Keys are those that it gives: one, but of envs.
	Keys []string
	// text is the line; of a literal it holds the value.
	text string
	// origin is the file as the command line names it, or "".
	origin string
}

// Format writes the list and the keys, whatever the verb: a value must not slip into a message.
func (s Source) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s %s", s.List, strings.Join(s.Keys, ", "))
}

// PlainTextError is a value of a Secret that a kustomization could only hold in plain text.
type PlainTextError struct {
	Key    string
	Origin secrets.Origin
}

func (e *PlainTextError) Error() string {
	return fmt.Sprintf("%s (%s): the value would go into the repository in plain text", e.Key, e.Origin)
}

// Hints are shown below the message.
func (e *PlainTextError) Hints() []string {
	return []string{"write it to a file that git ignores, KEY=VALUE in a .env below that directory, and give the file: --from-env-file=FILE"}
}

// BinaryError is a value that no text can hold.
type BinaryError struct {
	Key    string
	Origin secrets.Origin
}

func (e *BinaryError) Error() string {
	return fmt.Sprintf("%s (%s): the value is not UTF-8, and a kustomization is text: it needs a file of its own (--from-file)", e.Key, e.Origin)
}

// NewSources are the lines that give entries. relative turns the path of a file into what a kustomization
// calls it. All faults are in the error, joined: those of relative, *PlainTextError, *BinaryError.
func NewSources(kind workload.ReferenceKind, entries []secrets.Entry, relative func(string) (string, error)) ([]Source, error) {
	var sources []Source
	var faults []error
	for _, e := range entries {
		s, err := newSource(kind, e, relative)
		i := slices.IndexFunc(sources, func(known Source) bool { return s.List == Envs && known.List == Envs && known.text == s.text })
		switch {
		case err != nil && slices.ContainsFunc(faults, func(f error) bool { return f.Error() == err.Error() }):
			// of the file that was told already
		case err != nil:
			faults = append(faults, err)
		case i >= 0:
			sources[i].Keys = append(sources[i].Keys, e.Key)
		default:
			sources = append(sources, s)
		}
	}
	return sources, errors.Join(faults...)
}

func newSource(kind workload.ReferenceKind, e secrets.Entry, relative func(string) (string, error)) (Source, error) {
	s := Source{Keys: []string{e.Key}}
	switch e.Origin.Kind {
	case secrets.File, secrets.EnvFile, secrets.Dotenv:
		name, err := relative(e.Origin.Name)
		s.List, s.text, s.origin = Envs, name, e.Origin.Name
		if e.Origin.Kind == secrets.File {
			s.List, s.text = Files, fileText(e.Key, name)
		}
		return s, err
	case secrets.Literal:
	default:
		if kind == workload.SecretReference {
			return s, &PlainTextError{e.Key, e.Origin}
		}
	}
	if !utf8.Valid(e.Value) {
		return s, &BinaryError{e.Key, e.Origin}
	}
	s.List, s.text = Literals, literalText(e.Key, string(e.Value))
	return s, nil
}

// fileText leaves out the key where kustomize takes it from the path.
func fileText(key, name string) string {
	if path.Base(name) == key && !strings.Contains(name, "=") {
		return name
	}
	return key + "=" + name
}

// literalText is what kustomize reads the value from: it takes one pair of quotes off.
func literalText(key, value string) string {
	if n := len(value); n > 1 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		value = `"` + value + `"`
	}
	return key + "=" + value
}

// keyOf is the key of a line of literals or files, as kustomize reads it.
func keyOf(list List, text string) string {
	key, _, found := strings.Cut(text, "=")
	if !found && list == Files {
		return path.Base(text)
	}
	return key
}
