package secrets

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Lookup finds a variable of the process environment.
type Lookup func(name string) (value string, set bool)

// ParseEnvFile reads a file by the rules of kubectl's --from-env-file (k8s.io/kubectl
// pkg/cmd/util/env_file.go): KEY=VALUE as it stands, quotes included; empty lines and lines that begin
// with "#" count for nothing. Two things differ: a line of any length is read, and a KEY alone, whose
// value is the variable of that name, is an error if there is none.
//
// Every line that can't be read is in the error, joined: *MalformedError, *UnsetError. found is what the user
// should know of the others.
func ParseEnvFile(name string, content []byte, lookup Lookup) (entries []Entry, found []Finding, err error) {
	var faults []error
	content, found, err = plainText(content, Origin{Kind: EnvFile, Name: name})
	if err != nil {
		return nil, nil, err
	}
	number, before := 0, ""
	for line := range bytes.Lines(content) {
		number++
		origin := Origin{Kind: EnvFile, Name: name, Line: number}
		entry, err := envLine(line, before, origin, lookup)
		switch text := strings.TrimSpace(string(line)); {
		case strings.HasPrefix(text, "#"):
			before = ""
		case text != "":
			before = text
		}
		switch {
		case err != nil:
			faults = append(faults, err)
		case entry.Key != "":
			entries = append(entries, entry)
			found = append(found, lookAtValue(entry, string(entry.Value))...)
		}
	}
	if len(entries)+len(faults) == 0 {
		found = append(found, emptyFile(Origin{Kind: EnvFile, Name: name}))
	}
	return entries, found, errors.Join(faults...)
}

func emptyFile(origin Origin) Finding {
	return Finding{Level: Warn, Problem: EmptyFile, Origin: origin, Message: "no line of it is KEY=VALUE: it gives no key"}
}

// envLine reads one line, which follows before; the entry of an empty one, or of a comment, has no key.
func envLine(line []byte, before string, origin Origin, lookup Lookup) (Entry, error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if !utf8.Valid(line) {
		return Entry{}, &MalformedError{origin, "the line is not UTF-8; a binary value needs a file of its own"}
	}
	text := strings.TrimLeftFunc(string(line), unicode.IsSpace)
	if hidesLines(text) {
		return Entry{}, &MalformedError{origin, crProblem}
	}
	if text == "" || text[0] == '#' {
		return Entry{}, nil
	}
	key, value, found := strings.Cut(text, "=")
	switch {
	case len(validation.IsEnvVarName(key)) > 0:
		return Entry{}, &MalformedError{origin, nameProblem(key, found)}
	case found && isToken(key, value, before):
		return Entry{}, &MalformedError{origin, tokenProblem}
	}
	if !found {
		var set bool
		if value, set = lookup(key); !set {
			return Entry{}, &UnsetError{Origin: origin}
		}
	}
	return Entry{key, []byte(value), origin}, checkKey(key, origin)
}

// ErrDotenvSyntax is the errors of lines that ParseDotenv may read, and ParseEnvFile does not.
var ErrDotenvSyntax = errors.New("the rules of a .env file may read the line")

// These lines are ErrDotenvSyntax.
const (
	noPairProblem = `the line is not KEY=VALUE (quotes do not join lines here)`
	exportProblem = `the line begins with "export": write KEY=VALUE alone`
)

// nameProblem shows nothing of the line.
func nameProblem(key string, found bool) string {
	switch {
	case !found:
		return noPairProblem
	case key == "":
		return `there is no name before "="`
	case strings.HasPrefix(key, byteOrderMark):
		return `a byte order mark (BOM) stands before the name: were two files put together?`
	case strings.HasPrefix(key, "export "):
		return exportProblem
	case strings.TrimSpace(key) != key:
		return `a space stands between the name and "="`
	}
	return `the text before "=" is not a valid variable name: use letters, digits, '-', '_' and '.', and no digit first`
}
