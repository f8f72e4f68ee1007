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

// loader lets kustomize's reader of keys and values read by Load, and nothing else.
type loader struct{ load Load }

func (l loader) Load(name string) ([]byte, error) { return l.load(name) }
func (l loader) Repo() string                     { return "" }
func (l loader) Root() string                     { return "" }
func (l loader) Cleanup() error                   { return nil }

func (l loader) New(string) (ifc.Loader, error) {
	return nil, errors.New("a source of values has nothing below it")
}

// pairs are what kustomize reads of sources.
func pairs(sources types.KvPairSources, load Load) ([]types.Pair, error) {
	return kv.NewLoader(loader{load}, provider.NewDefaultDepProvider().GetFieldValidator()).Load(sources)
}

// ReadError is a source of which kustomize would read something else than was meant.
type ReadError struct {
	Origin  secrets.Origin
	Problem string
	Next    string
}

func (e *ReadError) Error() string { return fmt.Sprintf("%s: %s", e.Origin, e.Problem) }

// Hints are shown below the message.
func (e *ReadError) Hints() []string { return []string{e.Next} }

// Check finds what kustomize would read otherwise. entries are what this program has read of sources. All
// faults are in the error, joined: *ReadError, those of load.
func Check(entries []secrets.Entry, sources []Source, load Load) error {
	var faults []error
	for _, s := range sources {
		switch s.List {
		case Envs:
			faults = append(faults, checkEnv(entries, s, load))
		case Files:
			faults = append(faults, checkFile(entries, s, load))
		}
	}
	return errors.Join(faults...)
}

func checkFile(entries []secrets.Entry, s Source, load Load) error {
	read, err := pairs(types.KvPairSources{FileSources: []string{s.text}}, load)
	if err != nil {
		return &ReadError{secrets.Origin{Kind: secrets.File, Name: s.origin}, "kustomize can't read it under this name: " + err.Error(), "another name for the file"}
	}
	for _, e := range entries {
		if e.Key == s.Keys[0] && (read[0].Key != e.Key || read[0].Value != string(e.Value)) {
			return &ReadError{e.Origin, "kustomize reads the file whole, its newline at the end included", "take the newline out of the file, in place of --trim-newline"}
		}
	}
	return nil
}

func checkEnv(entries []secrets.Entry, s Source, load Load) error {
	read, err := pairs(types.KvPairSources{EnvSources: []string{s.text}}, load)
	if err != nil {
		return &ReadError{secrets.Origin{Kind: secrets.File, Name: s.origin}, "kustomize can't read it", "--from-file takes it as one value"}
	}
	values, twice := map[string]string{}, map[string]bool{}
	for _, p := range read {
		_, known := values[p.Key]
		values[p.Key], twice[p.Key] = p.Value, known
	}
	var faults []error
	for _, e := range entries {
		value, known := values[e.Key]
		switch {
		case e.Origin.Name != s.origin:
			if known {
				faults = append(faults, &ReadError{e.Origin, fmt.Sprintf("%s gives the key %s too, and kustomize lets no later file win", s.origin, e.Key), "take the key out of one of them"})
			}
		case twice[e.Key]:
			faults = append(faults, &ReadError{e.Origin, fmt.Sprintf("the key %s stands in the file twice, and kustomize lets no later line win", e.Key), "take the first one out"})
		case !known || value != string(e.Value):
			faults = append(faults, otherwise(e))
		}
		delete(values, e.Key)
	}
	if len(faults) == 0 && len(values) > 0 {
		faults = append(faults, &ReadError{secrets.Origin{Kind: secrets.File, Name: s.origin}, "kustomize reads more keys of it", rewrite})
	}
	return errors.Join(faults...)
}

const rewrite = "write each value as it is behind KEY=, on one line, or give what can't be so by --from-file"

func otherwise(e secrets.Entry) error {
	problem := "kustomize reads this line otherwise: it knows no quotes, no export, no comments behind a value, no $, and no value of several lines"
	if e.Origin.Kind == secrets.EnvFile {
		problem = "kustomize reads this line otherwise: a name alone is empty, and a line of more than 64 KiB is lost with all that follow it"
	}
	return &ReadError{e.Origin, problem, rewrite}
}
