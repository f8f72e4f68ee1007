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
// Every line that can't be read is in the error, joined: *MalformedError, *UnsetError.
func ParseEnvFile(name string, content []byte, lookup Lookup) ([]Entry, error) {
	var entries []Entry
	var faults []error
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	number := 0
	for line := range bytes.Lines(content) {
		number++
		origin := Origin{Kind: EnvFile, Name: name, Line: number}
		entry, err := envLine(line, origin, lookup)
		if err != nil {
			faults = append(faults, err)
		} else if entry.Key != "" {
			entries = append(entries, entry)
		}
	}
	return entries, errors.Join(faults...)
}

// envLine reads one line; the entry of an empty one, or of a comment, has no key.
func envLine(line []byte, origin Origin, lookup Lookup) (Entry, error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if !utf8.Valid(line) {
		return Entry{}, &MalformedError{origin, "the line is not UTF-8; a binary value needs a file of its own (--from-file)"}
	}
	text := strings.TrimLeftFunc(string(line), unicode.IsSpace)
	if text == "" || text[0] == '#' {
		return Entry{}, nil
	}
	key, value, found := strings.Cut(text, "=")
	if len(validation.IsEnvVarName(key)) > 0 {
		return Entry{}, &MalformedError{origin, nameProblem(key, found)}
	}
	if !found {
		var set bool
		if value, set = lookup(key); !set {
			return Entry{}, &UnsetError{Origin: origin}
		}
	}
	return Entry{key, []byte(value), origin}, checkKey(key, origin)
}

// nameProblem shows nothing of the line.
func nameProblem(key string, found bool) string {
	switch {
	case !found:
		return `the line is not KEY=VALUE (or does a value of several lines lack its quotes? --from-dotenv reads those)`
	case key == "":
		return `there is no name before "="`
	case strings.HasPrefix(key, "export "):
		return `the line begins with "export", which --from-dotenv reads`
	case strings.TrimSpace(key) != key:
		return `a space stands between the name and "="`
	}
	return `what stands before "=" can't be the name of a variable: letters, digits, '-', '_' and '.' can, and no digit first`
}
