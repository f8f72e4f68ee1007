package kustomization

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// File is the text of a kustomization file, which kustomize can read.
type File struct {
	text    []byte
	content types.Kustomization
	fresh   bool // it was empty
}

// FileError is a text that is no kustomization, or one that can't be edited.
type FileError struct{ Problem string }

func (e *FileError) Error() string { return e.Problem }

// begin is a kustomization that says nothing yet.
const begin = "apiVersion: " + types.KustomizationVersion + "\nkind: " + types.KustomizationKind + "\n"

// Parse reads the text of a kustomization file; an empty one is a new one. The error is a *FileError.
func Parse(text []byte) (*File, error) {
	f := &File{text: text}
	if f.fresh = len(bytes.TrimSpace(text)) == 0; f.fresh {
		text = []byte(begin)
		f.text = text
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil {
		return nil, &FileError{"it is no YAML: " + err.Error()}
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, &FileError{"it has more than one YAML document, of which kustomize reads the first"}
	}
	if first.Content[0].Kind != yaml.MappingNode {
		return nil, &FileError{"it is no kustomization: it has no fields"}
	}
	if err := f.content.Unmarshal(text); err != nil {
		return nil, &FileError{"kustomize does not take it: " + err.Error()}
	}
	if faults := f.content.EnforceFields(); len(faults) > 0 {
		return nil, &FileError{"kustomize does not take it: " + strings.Join(faults, "; ")}
	}
	return f, nil
}

// Text is what the file holds.
func (f *File) Text() []byte { return f.text }

// root is the tree of the text, as new: whoever gets it may change it.
func root(text []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	if len(document.Content) == 0 {
		return nil, &FileError{"it is empty"}
	}
	return document.Content[0], nil
}

// find is the entry of a generator, or nil. Without a namespace the name is enough, if no two have it.
func (f *File) find(list *yaml.Node, g Generator) (*yaml.Node, error) {
	var found []*yaml.Node
	for _, entry := range list.Content {
		_, name := field(entry, "name")
		namespace := f.content.Namespace
		if _, own := field(entry, "namespace"); own != nil {
			namespace = own.Value
		}
		if name != nil && name.Value == g.Name && (g.Namespace == "" || namespace == g.Namespace) {
			found = append(found, entry)
		}
	}
	switch {
	case len(found) > 1:
		return nil, &FileError{fmt.Sprintf("%s has %d entries named %s: choose with --namespace", g.field(), len(found), g.Name)}
	case len(found) == 0:
		return nil, nil
	case found[0].Kind != yaml.MappingNode || aliased(found[0]):
		return nil, &FileError{fmt.Sprintf("the entry %s of %s uses YAML anchors: what is changed there may be changed elsewhere too", g.Name, g.field())}
	}
	return found[0], nil
}

func aliased(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || slices.ContainsFunc(n.Content, aliased)
}

// Has tells whether there is an entry of that kind and name already.
func (f *File) Has(g Generator) (bool, error) {
	top, err := root(f.text)
	if err != nil {
		return false, err
	}
	_, list := field(top, g.field())
	if list == nil {
		return false, nil
	}
	entry, err := f.find(list, g)
	return entry != nil, err
}

// Set gives the file with a generator set in it, by key: an entry of that name keeps its other keys, and
// the file all else. The file itself is left as it is. The errors are *FileError and *TakenError; load reads
// the files that the entry names already, and those that it can't read are passed over.
func (f *File) Set(g Generator, load Load) (*File, error) {
	whole, err := f.reencoded(g)
	if err != nil {
		return nil, err
	}
	want, err := Parse(whole)
	if err != nil {
		return nil, err
	}
	if err := want.check(g, load); err != nil {
		return nil, err
	}
	if reflect.DeepEqual(want.content, f.content) {
		return f, nil
	}
	if text := f.spliced(g); text != nil && f.kept(text) && says(text, want.content) {
		return &File{text: text, content: want.content}, nil
	}
	if !f.kept(whole) {
		return nil, &FileError{"its comments can't be kept: write the entry by hand"}
	}
	return want, nil
}

func says(text []byte, want types.Kustomization) bool {
	f, err := Parse(text)
	return err == nil && reflect.DeepEqual(f.content, want)
}

// reencoded is the whole text encoded anew, with the generator set: its comments and order stay, but not
// its empty lines.
func (f *File) reencoded(g Generator) ([]byte, error) {
	top, err := root(f.text)
	if err != nil {
		return nil, err
	}
	list := child(top, g.field(), yaml.SequenceNode)
	entry, err := f.find(list, g)
	if err != nil {
		return nil, err
	}
	if entry == nil {
		entry = &yaml.Node{Kind: yaml.MappingNode}
		list.Content = append(list.Content, entry)
	}
	g.set(entry)
	return f.encode(top)
}

func (f *File) encode(n *yaml.Node) ([]byte, error) {
	style := yaml.SequenceIndentStyle(yaml.DeriveSeqIndentStyle(string(f.text)))
	text, err := yaml.MarshalWithOptions(n, &yaml.EncoderOptions{SeqIndent: style})
	if err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	return text, nil
}

// args is the entry of a generator as kustomize reads it.
func (f *File) args(g Generator) types.GeneratorArgs {
	var all []types.GeneratorArgs
	for _, s := range f.content.SecretGenerator {
		if g.field() == "secretGenerator" {
			all = append(all, s.GeneratorArgs)
		}
	}
	for _, c := range f.content.ConfigMapGenerator {
		if g.field() == "configMapGenerator" {
			all = append(all, c.GeneratorArgs)
		}
	}
	i := slices.IndexFunc(all, func(a types.GeneratorArgs) bool {
		return a.Name == g.Name && (g.Namespace == "" || a.Namespace == g.Namespace || a.Namespace == "" && f.content.Namespace == g.Namespace)
	})
	if i < 0 {
		return types.GeneratorArgs{}
	}
	return all[i]
}

// TakenError is a key that a file of the entry gives already.
type TakenError struct {
	Key, File string
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("the key %s comes from %s, which the entry reads: change it there", e.Key, e.File)
}

// check holds an entry against what it was to say.
func (f *File) check(g Generator, load Load) error {
	entry := f.args(g)
	envs := slices.Clone(entry.EnvSources)
	if entry.EnvSource != "" {
		envs = append(envs, entry.EnvSource)
	}
	given := map[List][]string{Literals: entry.LiteralSources, Files: entry.FileSources, Envs: envs}
	var faults []error
	for _, s := range g.Sources {
		if !slices.ContainsFunc(given[s.List], func(line string) bool { return line == s.text || s.List == Envs && path.Clean(line) == s.text }) {
			faults = append(faults, &FileError{fmt.Sprintf("the value of %s can't be written as YAML", strings.Join(s.Keys, ", "))})
		}
		for _, name := range envs {
			if s.List == Envs && path.Clean(name) == s.text {
				continue
			}
			read, _ := pairs(types.KvPairSources{EnvSources: []string{name}}, load)
			for _, p := range read {
				if slices.Contains(s.Keys, p.Key) {
					faults = append(faults, &TakenError{p.Key, name})
				}
			}
		}
	}
	return errors.Join(faults...)
}
