package secrets

import (
	"fmt"
)

// Entry is one key of a Secret or a ConfigMap, its value, and where the value is from.
type Entry struct {
	Key    string
	Value  []byte
	Origin Origin
}

// Format writes the key, the place and the size, whatever the verb: a value must not slip into a message.
func (e Entry) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "%s (%s, %s)", e.Key, e.Origin, Size(len(e.Value)))
}

// SourceKind is the kind of place that a value is from. The set is closed.
type SourceKind string

// The kinds of sources.
const (
	Literal   SourceKind = "literal"  // an argument
	File      SourceKind = "file"     // a whole file
	Stdin     SourceKind = "stdin"    // all of stdin
	EnvFile   SourceKind = "env file" // a line, by kubectl's rules
	Dotenv    SourceKind = "dotenv"   // a statement, by docker compose's rules
	Variable  SourceKind = "variable" // of the process environment
	Prompt    SourceKind = "prompt"   // typed
	Generated SourceKind = "generated"
	Kept      SourceKind = "kept" // the object has it already
)

// Origin is the place that a value is from.
type Origin struct {
	Kind SourceKind
	// Name of the file or the variable; of an argument the flag, or "".
	Name string
	// Line is counted from 1; 0 where there are no lines.
	Line int
	more string // further lines, as ",5,9"
}

// String is the place as messages name it: "app.env:12", "variable DB_URL", "stdin".
func (o Origin) String() string {
	switch o.Kind {
	case File:
		return o.Name
	case EnvFile, Dotenv:
		if o.Line == 0 {
			return o.Name
		}
		return fmt.Sprintf("%s:%d%s", o.Name, o.Line, o.more)
	case Variable:
		return "variable " + o.Name
	case Literal:
		if o.Name != "" {
			return o.Name
		}
	}
	return string(o.Kind)
}

// Size is a number of bytes for people.
type Size int

func (s Size) String() string {
	switch {
	case s == 1:
		return "1 byte"
	case s < 1<<10:
		return fmt.Sprintf("%d bytes", int(s))
	case s < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(s)/(1<<10))
	}
	return fmt.Sprintf("%.2f MiB", float64(s)/(1<<20))
}
