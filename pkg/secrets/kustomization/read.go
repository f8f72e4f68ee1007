package kustomization

import (
	"errors"
	"fmt"

	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/kv"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Load reads a file that a kustomization names, by its path there.
type Load func(name string) ([]byte, error)

// loader lets kustomize's reader of keys and values read by Load, and nothing else. A file that can't be read
// counts as empty.
type loader struct{ load Load }

func (l loader) Load(name string) ([]byte, error) {
	content, _ := l.load(name) // nothing, if it can't be read
	return content, nil
}

func (l loader) Repo() string   { return "" }
func (l loader) Root() string   { return "" }
func (l loader) Cleanup() error { return nil }

func (l loader) New(string) (ifc.Loader, error) {
	return nil, errors.New("a source of values has nothing below it")
}

// keyValues is what kustomize reads of sources.
func keyValues(load Load) ifc.KvLoader {
	return kv.NewLoader(loader{load}, provider.NewDefaultDepProvider().GetFieldValidator())
}

// fixed are values in place of sources.
type fixed map[string]string

func (fixed) Validator() ifc.Validator { return provider.NewDefaultDepProvider().GetFieldValidator() }

func (f fixed) Load(types.KvPairSources) ([]types.Pair, error) {
	var all []types.Pair
	for key, value := range f {
		all = append(all, types.Pair{Key: key, Value: value})
	}
	return all, nil
}

func (g Generator) asked(key string) (Source, secrets.Entry, bool) {
	for _, s := range g.Sources {
		for _, e := range s.entries {
			if e.Key == key {
				return s, e, true
			}
		}
	}
	return Source{}, secrets.Entry{}, false
}

// values are those that an entry has, with those that are asked for.
func (g Generator) values(now types.SecretArgs, load Load) (fixed, error) {
	all, err := keyValues(load).Load(now.KvPairSources)
	if err != nil { // its text may hold a value
		return nil, unsafe("kustomize can't read the values of %s: kubectl kustomize tells why", g)
	}
	values := fixed{}
	for _, p := range all {
		if _, twice := values[p.Key]; twice {
			if _, _, asked := g.asked(p.Key); !asked {
				return nil, unsafe("%s has the key %s twice, and kustomize refuses that: remove one of them", g, p.Key)
			}
		}
		values[p.Key] = p.Value
	}
	for _, name := range now.EnvSources {
		given, _ := keyValues(load).Load(types.KvPairSources{EnvSources: []string{name}})
		for _, p := range given {
			s, e, asked := g.asked(p.Key)
			if asked && !s.in(Envs, name) && (s.named() || p.Value != string(e.Value)) {
				return nil, unsafe("the entry reads the key %s from %s: change it there", p.Key, name)
			}
		}
	}
	for _, s := range g.Sources {
		for _, e := range s.entries {
			values[e.Key] = string(e.Value)
		}
	}
	return values, nil
}

// ReadError is a source that kustomize reads in another way than this program.
type ReadError struct {
	Origin  secrets.Origin
	Problem string
	Next    string
}

func (e *ReadError) Error() string { return fmt.Sprintf("%s: kustomize %s", e.Origin, e.Problem) }

// Hints are shown below the message.
func (e *ReadError) Hints() []string { return []string{e.Next} }

const rewrite = "write KEY=VALUE on one line, with the value as it is; for other values use --from-file"

// check finds what kustomize reads otherwise of the sources that are asked for. All faults are in the error,
// joined: *ReadError.
func (g Generator) check(load Load) error {
	read := map[string][]string{}
	unreadable := map[string]bool{}
	var faults []error
	for _, s := range g.Sources {
		one := map[List]types.KvPairSources{Files: {FileSources: []string{s.text}}, Envs: {EnvSources: []string{s.text}}, Literals: {LiteralSources: []string{s.text}}}
		given, err := keyValues(load).Load(one[s.List])
		if err != nil {
			origin := secrets.Origin{Kind: secrets.File, Name: s.entries[0].Origin.Name}
			unreadable[s.text] = true
			faults = append(faults, &ReadError{origin, "can't read it", map[List]string{Files: "rename the file", Envs: rewrite}[s.List]})
		}
		for _, p := range given {
			read[p.Key] = append(read[p.Key], p.Value)
		}
	}
	for _, s := range g.Sources {
		for _, e := range s.entries {
			switch values := read[e.Key]; {
			case unreadable[s.text]:
			case len(values) > 1:
				faults = append(faults, &ReadError{e.Origin, "refuses a key that is given twice, as " + e.Key + " is", "remove the others"})
			case len(values) == 0 || values[0] != string(e.Value):
				faults = append(faults, otherwise(e))
			}
		}
	}
	return errors.Join(faults...)
}

func otherwise(e secrets.Entry) error {
	switch e.Origin.Kind {
	case secrets.File:
		return &ReadError{e.Origin, "reads the whole file, with the newline at its end", "remove the newline from the file, and leave out --trim-newline"}
	case secrets.EnvFile:
		return &ReadError{e.Origin, "reads this line differently: a name without = is empty, and a line of more than 64 KiB is lost with all lines after it", rewrite}
	}
	return &ReadError{e.Origin, "reads this line differently: it knows no quotes, no export, no comment after a value, no $, and no value of several lines", rewrite}
}
