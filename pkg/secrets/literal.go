package secrets

import (
	"fmt"
	"strings"

	"k8s.io/kubectl/pkg/util"
)

// ParseLiteral reads KEY=VALUE by the rules of kubectl's --from-literal: all behind the first "=" is
// the value, as it stands. The error, a *MalformedError or a *KeyError, shows nothing of an argument
// that has no "=", or none but at its end: it may be the value alone, in base64.
func ParseLiteral(argument string, origin Origin) (Entry, error) {
	key, value, found := strings.Cut(argument, "=")
	switch {
	case !found:
		return Entry{}, &MalformedError{origin, "it has no \"=\": give KEY=VALUE"}
	case key == "":
		return Entry{}, &MalformedError{origin, "it begins with \"=\": give KEY=VALUE"}
	case strings.Trim(value, "=") == "" && isBase64(argument):
		return Entry{}, &MalformedError{origin, "it looks like a base64 value without a key: give KEY=VALUE"}
	}
	err := checkKey(key, origin)
	if err != nil && strings.Trim(value, "=") == "" {
		err = &MalformedError{origin, "the text before \"=\" is not a valid key: " + keyProblem(key)}
	}
	return Entry{key, []byte(value), origin}, err
}

// ParsePrompt reads a key to ask for. What is none may be the value, and is not shown.
func ParsePrompt(argument string) error {
	origin := Origin{Kind: Literal, Name: "--prompt"}
	if checkKey(argument, origin) == nil {
		return nil
	}
	return &MalformedError{origin, "it takes a key alone (letters, digits, '-', '_' and '.'), and asks for the value"}
}

// FileSource is the value of --from-file: a key and a path, or a path alone.
type FileSource struct {
	// Key is the one that was named, or the file's own name.
	Key  string
	Path string
	// Named tells that the key was written; a directory can't have one.
	Named bool
}

// ParseFileSource reads [KEY=]PATH by kubectl's rules; a key that is not named is left unchecked, since
// the path may be that of a directory.
func ParseFileSource(argument string) (FileSource, error) {
	origin := Origin{Kind: Literal, Name: "--from-file"}
	key, path, err := util.ParseFileSource(argument)
	if err != nil {
		return FileSource{}, &MalformedError{origin, err.Error()}
	}
	if path == "" {
		return FileSource{}, &MalformedError{origin, "the path is empty"}
	}
	source := FileSource{Key: key, Path: path, Named: strings.Contains(argument, "=")}
	if source.Named {
		err = checkKey(key, origin)
	}
	return source, err
}

// Arguments are what stands behind an object's name: KEY=VALUE, KEY=- and KEY-.
type Arguments struct {
	Literals []Entry
	// Stdin is the key whose value comes from stdin, or "".
	Stdin string
	// Remove are the keys to take away.
	Remove []string
}

// ParseArguments reads what stands behind an object's name.
func ParseArguments(arguments []string) (Arguments, error) {
	var a Arguments
	for i, argument := range arguments {
		origin := Origin{Kind: Literal, Name: fmt.Sprintf("argument %d after the name", i+1)}
		if key, removes := strings.CutSuffix(argument, "-"); removes && !strings.Contains(argument, "=") {
			a.Remove = append(a.Remove, key)
			continue
		}
		entry, err := ParseLiteral(argument, origin)
		if err != nil {
			return Arguments{}, err
		}
		if string(entry.Value) != "-" {
			a.Literals = append(a.Literals, entry)
			continue
		}
		if a.Stdin != "" {
			return Arguments{}, &MalformedError{origin, fmt.Sprintf("stdin can be read only once, and %s=- reads it already", a.Stdin)}
		}
		a.Stdin = entry.Key
	}
	return a, nil
}
