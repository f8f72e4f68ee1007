package kustomization

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// File is the text of a kustomization file, and what kustomize reads of it.
type File struct {
	*document
	content types.Kustomization
}

func unsafe(format string, args ...any) error { return &FileError{fmt.Sprintf(format, args...)} }

// begin is a kustomization that says nothing yet.
const begin = "apiVersion: " + types.KustomizationVersion + "\nkind: " + types.KustomizationKind + "\n"

// Parse reads the text of a kustomization file; an empty one is a new one. The error is a *FileError.
func Parse(text []byte) (*File, error) {
	d, err := parse(text)
	if err != nil {
		return nil, err
	}
	f := &File{document: d}
	if err := f.content.Unmarshal(text); err != nil {
		return nil, d.unreadable(err)
	}
	if faults := f.content.EnforceFields(); len(faults) > 0 {
		return nil, unsafe("kustomize can't read it: %s", faults[0]) // the next one quotes a wrong kind
	}
	f.content.FixKustomization()
	return f, nil
}

// Text is what the file holds.
func (f *File) Text() []byte { return f.text }

// args are the entries of the generators of a kind. Only Secrets have a type.
func (f *File) args(g Generator) []types.SecretArgs {
	if g.secret() {
		return f.content.SecretGenerator
	}
	var all []types.SecretArgs
	for _, c := range f.content.ConfigMapGenerator {
		all = append(all, types.SecretArgs{GeneratorArgs: c.GeneratorArgs})
	}
	return all
}

// locate finds the entry of a generator: its list, or nil; its node, or nil; its index, or the next one. Without
// a namespace the name is enough, if only one entry has it.
func (f *File) locate(g Generator) (list, entry *yaml.Node, index int, err error) {
	all := f.args(g)
	index = len(all)
	if f.top == nil {
		return nil, nil, index, nil
	}
	for _, n := range f.top.Content {
		if n.Tag == yaml.MergeTag {
			return nil, nil, index, unsafe("line %d: the file has a merge key (<<): write its fields instead", n.Line)
		}
	}
	if _, list, err = f.find(f.top, g.field(), strings.EqualFold); err != nil || list == nil {
		return nil, nil, index, err
	}
	items := list.Content
	if list.Alias != nil {
		items = list.Alias.Content
	}
	var found []*yaml.Node
	for i, args := range all {
		own := args.Namespace
		if own == "" {
			own = f.content.Namespace
		}
		if args.Name == g.Name && (g.Namespace == "" || own == g.Namespace) && i < len(items) {
			entry, index = items[i], i
			found = append(found, entry)
		}
	}
	if len(found) > 1 {
		err = unsafe("%s has %d entries named %s, on %s: choose one with --namespace", g.field(), len(found), g.Name, where(found...))
	}
	return list, entry, index, err
}

// Has tells whether there is an entry of that kind and name already.
func (f *File) Has(g Generator) (bool, error) {
	_, entry, _, err := f.locate(g)
	return entry != nil, err
}

// Set gives the file with a generator set in it, by key: an entry of that name keeps its other keys. All other
// bytes of the file stay. If kustomize builds the same already, the file itself is given back. load reads the
// files that the entry names; one that can't be read counts as empty, since it may be missing here only. The
// errors are *FileError and *ReadError.
func (f *File) Set(g Generator, load Load) (*File, error) {
	list, entry, index, err := f.locate(g)
	if err != nil {
		return nil, err
	}
	now := types.SecretArgs{GeneratorArgs: types.GeneratorArgs{Name: g.Name, Namespace: g.Namespace}}
	if entry != nil {
		now = f.args(g)[index]
	}
	values, err := g.values(now, load)
	if err != nil {
		return nil, err
	}
	want, err := f.build(g, g.applied(now), values)
	if err != nil {
		return nil, unsafe("kustomize can't build %s as asked", g)
	}
	built, err := f.build(g, now, keyValues(load))
	same := entry != nil && err == nil && built == want
	if same && !slices.ContainsFunc(g.Sources, Source.named) {
		return f, nil
	}
	if g.Hash != nil && want.hash != *g.Hash {
		return nil, unsafe("generatorOptions has disableNameSuffixHash for all entries: --append-hash can't change that for one")
	}
	text, err := f.edited(g, now, list, entry, same)
	if err != nil {
		return nil, err
	}
	next, err := Parse(text)
	if err != nil {
		return nil, unsafe("%s can't be written safely: edit the file yourself", g)
	}
	all := next.args(g)
	if index >= len(all) || !reflect.DeepEqual(f.without(g, index), next.without(g, index)) {
		return nil, unsafe("writing %s would change what kustomize reads elsewhere in the file: edit the file yourself", g)
	}
	if err := g.check(load); err != nil {
		return nil, err
	}
	if built, err = next.build(g, all[index], keyValues(load)); err != nil || built != want {
		return nil, unsafe("kustomize would not build %s as asked: edit the file yourself", g)
	}
	if string(text) == string(f.text) {
		return f, nil
	}
	return next, nil
}

// without is all that kustomize reads, but one entry.
func (f *File) without(g Generator, index int) any {
	content, all := f.content, f.args(g)
	if g.secret() {
		content.SecretGenerator = nil
	} else {
		content.ConfigMapGenerator = nil
	}
	before := all[:min(index, len(all))]
	return []any{content, len(before), slices.Concat(before, all[min(index+1, len(all)):])}
}

// built is what kustomize's generator makes of an entry.
type built struct {
	object   string
	hash     bool
	behavior types.GenerationBehavior
}

func (f *File) build(g Generator, args types.SecretArgs, values ifc.KvLoader) (built, error) {
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	args.Options = types.MergeGlobalOptionsIntoLocal(options(args), f.content.GeneratorOptions)
	node, err := factory.MakeConfigMap(values, &types.ConfigMapArgs{GeneratorArgs: args.GeneratorArgs})
	if g.secret() {
		node, err = factory.MakeSecret(values, &args)
	}
	if err != nil {
		return built{}, err
	}
	b := built{hash: node.NeedHashSuffix(), behavior: max(node.Behavior(), types.BehaviorCreate)}
	node.RemoveBuildAnnotations() // those two
	text, err := node.AsYAML()
	b.object = string(text)
	return b, err
}

// options are a copy of an entry's.
func options(args types.SecretArgs) *types.GeneratorOptions {
	o := types.GeneratorOptions{}
	if args.Options != nil {
		o = *args.Options
	}
	o.Labels, o.Annotations = types.CopyMap(o.Labels), types.CopyMap(o.Annotations)
	return &o
}
