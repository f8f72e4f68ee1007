package secrets

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Environment is that of the process: NAME=VALUE, as os.Environ gives it.
type Environment []string

// Lookup finds a variable.
func (e Environment) Lookup(name string) (value string, set bool) {
	// The last one counts, as in exec.
	for _, pair := range slices.Backward(e) {
		if n, v, _ := strings.Cut(pair, "="); n == name {
			return v, true
		}
	}
	return "", false
}

func (e Environment) names() []string {
	names := make([]string, 0, len(e))
	for _, pair := range e {
		// Windows has variables like "=C:".
		if name, _, _ := strings.Cut(pair, "="); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// VariableSource is the value of --from-env: NAME, or NAME=KEY.
type VariableSource struct{ Name, Key string }

// ParseVariable reads NAME[=KEY].
func ParseVariable(argument string) (VariableSource, error) {
	origin := Origin{Kind: Literal, Name: "--from-env"}
	name, key, renamed := strings.Cut(argument, "=")
	if !renamed {
		key = name
	}
	// Names are no secrets, but who takes --from-env for --from-literal writes a value behind the "=".
	if !isVariable(name) {
		return VariableSource{}, &MalformedError{origin, "it takes the name of a variable, or NAME=KEY"}
	}
	if err := checkKey(key, origin); err != nil {
		return VariableSource{}, &MalformedError{origin, fmt.Sprintf("the text after %s= is not a valid key: give NAME=KEY, to store the variable NAME as KEY", name)}
	}
	return VariableSource{name, key}, nil
}

// ParseVariableName reads the name of a variable whose value goes by the given key. What is none may be
// the value, and is not shown.
func ParseVariableName(argument, flag, key string) (VariableSource, error) {
	if !isVariable(argument) {
		return VariableSource{}, &MalformedError{Origin{Kind: Literal, Name: flag}, "it takes the name of a variable, and not its value"}
	}
	return VariableSource{argument, key}, nil
}

// ParsePrefix reads the beginning of names of variables. What is none may be a value, and is not shown.
func ParsePrefix(argument string) error {
	if !isVariable(argument) {
		return &MalformedError{Origin{Kind: Literal, Name: "--from-env-prefix"}, "it takes what the names of variables begin with, such as DB_"}
	}
	return nil
}

// keysOfVariables finds keys of NAME=KEY that may be values: a key is no secret. They are not shown.
func keysOfVariables(d *Draft) []Finding {
	var found []Finding
	for _, e := range d.Entries {
		if e.Origin.Kind != Variable || strings.HasPrefix(e.Key, ".") || resembles(e.Key, e.Origin.Name) {
			continue
		}
		f := Finding{Level: Note, Problem: ValueAsKey, Origin: e.Origin, Message: "its value is stored under the key after " + e.Origin.Name + "=, as NAME=KEY asks"}
		if strings.ContainsAny(e.Key, "0123456789") {
			f.Level, f.Message = Warn, "the text after "+e.Origin.Name+"= becomes the name of a key, and names are not secret; if it is the value, remove that key, choose a new value and give --from-env="+e.Origin.Name
		}
		found = append(found, f)
	}
	return found
}

// resembles tells whether a key and a variable have a word, or the beginning of one, in common.
func resembles(key, variable string) bool {
	key, variable = strings.ToLower(key), strings.ToLower(variable)
	for _, word := range strings.FieldsFunc(variable, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		if strings.Contains(key, word[:min(len(word), 4)]) {
			return true
		}
	}
	return strings.HasSuffix(variable, key)
}

func isVariable(name string) bool { return name != "" && len(validation.IsEnvVarName(name)) == 0 }

// Entry takes the value of the variable; an *UnsetError if there is none.
func (v VariableSource) Entry(e Environment) (Entry, error) {
	origin := Origin{Kind: Variable, Name: v.Name}
	value, set := e.Lookup(v.Name)
	if !set {
		return Entry{}, &UnsetError{Variable: v.Name, Origin: origin, Nearest: workload.Nearest(v.Name, e.names())}
	}
	return Entry{v.Key, []byte(value), origin}, nil
}

// WithPrefix takes all variables whose names begin with prefix, which the keys then lack: it is the
// reverse of envFrom's prefix. None at all is an *UnsetError.
func (e Environment) WithPrefix(prefix string) ([]Entry, error) {
	var entries []Entry
	var faults []error
	names := slices.Compact(slices.Sorted(slices.Values(e.names())))
	for _, name := range names {
		key, begins := strings.CutPrefix(name, prefix)
		if !begins {
			continue
		}
		value, _ := e.Lookup(name)
		origin := Origin{Kind: Variable, Name: name}
		if err := checkKey(key, origin); err != nil {
			faults = append(faults, err)
			continue
		}
		entries = append(entries, Entry{key, []byte(value), origin})
	}
	if len(entries) == 0 && len(faults) == 0 {
		return nil, &MalformedError{Origin{Kind: Literal, Name: "--from-env-prefix"}, "no variable is set whose name begins with " + redact.ArgumentOr(prefix, "this text")}
	}
	return entries, errors.Join(faults...)
}
