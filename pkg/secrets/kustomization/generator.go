package kustomization

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/api/types"

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

func (g Generator) secret() bool { return g.Kind == workload.SecretReference }

func (g Generator) field() string {
	if g.secret() {
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
	List    List
	text    string          // of the item; of a literal it holds the value
	entries []secrets.Entry // that this program has read of it: one, but of envs
	comment string          // behind the item that it replaces
}

// Keys are those that a source gives.
func (s Source) Keys() []string {
	var keys []string
	for _, e := range s.entries {
		keys = append(keys, e.Key)
	}
	return keys
}

func (s Source) gives(key string) bool { return slices.Contains(s.Keys(), key) }

// named tells whether the entry has to name the source itself: a file's content may change.
func (s Source) named() bool { return s.List != Literals }

// Format writes the list and the keys, whatever the verb: a value must not slip into a message.
func (s Source) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s %s", s.List, strings.Join(s.Keys(), ", "))
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

// NewSources are the lines that give entries. relative turns the path of a file into what a kustomization
// calls it. All faults are in the error, joined: those of relative, *PlainTextError.
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
			sources[i].entries = append(sources[i].entries, e)
		default:
			sources = append(sources, s)
		}
	}
	return sources, errors.Join(faults...)
}

func newSource(kind workload.ReferenceKind, e secrets.Entry, relative func(string) (string, error)) (Source, error) {
	s := Source{entries: []secrets.Entry{e}}
	switch e.Origin.Kind {
	case secrets.File, secrets.EnvFile, secrets.Dotenv:
		name, err := relative(e.Origin.Name)
		s.List, s.text = Envs, name
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
		return s, fmt.Errorf("%s (%s): the value is not UTF-8 text: put it into a file, and use --from-file", e.Key, e.Origin)
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
	if unquoted(value) != value {
		value = `"` + value + `"`
	}
	return key + "=" + value
}

func unquoted(value string) string {
	if n := len(value); n > 1 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		return value[1 : n-1]
	}
	return value
}

// in tells whether an item of a list says the same to kustomize.
func (s Source) in(list List, item string) bool {
	key := s.entries[0].Key
	switch {
	case list != s.List:
		return false
	case list == Literals:
		return keyOf(list, item) == key && unquoted(item[len(key)+1:]) == string(s.entries[0].Value)
	case list == Files:
		return keyOf(list, item) == key && fileOf(item) == fileOf(s.text)
	}
	return path.Clean(item) == s.text
}

// keyOf is the key of a line of literals or files, as kustomize reads it.
func keyOf(list List, item string) string {
	key, _, found := strings.Cut(item, "=")
	if !found && list == Files {
		return path.Base(item)
	}
	return key
}

// fileOf is the path in a line of files.
func fileOf(item string) string {
	if _, name, found := strings.Cut(item, "="); found {
		item = name
	}
	return path.Clean(item)
}

// applied is an entry with what is asked for.
func (g Generator) applied(now types.SecretArgs) types.SecretArgs {
	now.Type, now.Behavior = cmp.Or(g.Type, now.Type), cmp.Or(g.Behavior, now.Behavior)
	o := options(now)
	maps.Copy(o.Labels, g.Labels)
	maps.Copy(o.Annotations, g.Annotations)
	o.Immutable = o.Immutable || g.Immutable
	if g.Hash != nil {
		o.DisableNameSuffixHash = !*g.Hash
	}
	now.Options = o
	return now
}

// fields are what is asked for, in the order of a new entry.
func (g Generator) fields(now types.SecretArgs, fresh bool, lists []field) []field {
	below := []field{{"labels", texts(g.Labels)}, {"annotations", texts(g.Annotations)}, {"immutable", boolean(g.Immutable, g.Immutable)}}
	if off := g.Hash != nil && !*g.Hash; off || options(now).DisableNameSuffixHash {
		below = append(below, field{"disableNameSuffixHash", boolean(off, g.Hash != nil)})
	}
	all := []field{{"type", text(g.Type)}, {"behavior", text(g.Behavior)}}
	if fresh {
		all = append([]field{{"name", text(g.Name)}, {"namespace", text(g.Namespace)}}, all...)
	}
	return present(slices.Concat(all, lists, []field{{"options", present(below)}}))
}

// present leaves out what is not asked for.
func present(fields []field) []field {
	return slices.DeleteFunc(fields, func(f field) bool {
		one, single := f.value.(scalar)
		below, mapping := f.value.([]field)
		return single && one.head == "" || mapping && len(below) == 0
	})
}

func text(value string) scalar {
	if value == "" {
		return scalar{}
	}
	return quoted(value)
}

func texts(values map[string]string) []field {
	var fields []field
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fields = append(fields, field{key, quoted(values[key])})
	}
	return fields
}

func boolean(value, asked bool) scalar {
	if !asked {
		return scalar{}
	}
	return scalar{value: strconv.FormatBool(value), head: strconv.FormatBool(value)}
}

// lists are those of new items, in the order of their first ones.
func lists(sources []Source) []field {
	items := map[List][]scalar{}
	var names []List
	for _, s := range sources {
		if items[s.List] == nil {
			names = append(names, s.List)
		}
		item := quoted(s.text)
		item.head = strings.TrimSpace(item.head + " " + s.comment)
		items[s.List] = append(items[s.List], item)
	}
	var all []field
	for _, name := range names {
		all = append(all, field{string(name), items[name]})
	}
	return all
}
