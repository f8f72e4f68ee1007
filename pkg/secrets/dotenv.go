package secrets

import (
	"errors"
	"fmt"
	"regexp"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
)

// DotenvFile is the content of one file of --from-dotenv.
type DotenvFile struct {
	Name    string
	Content []byte
}

// ParseDotenv reads files as docker compose reads them, through its own library: quotes, export,
// comments, values of several lines, and expansion, in which the process environment comes before what
// the files have set so far. Of a key in several places the last one counts. A name alone takes the
// variable's value; unset, it is an error.
//
// notes are places where an unset variable was expanded to nothing. Every statement that can't be read
// is in the error, joined: *MalformedError, *UnsetError.
func ParseDotenv(files []DotenvFile, lookup Lookup) (entries []Entry, notes []Finding, err error) {
	r := dotenvReader{lookup: lookup, index: map[string]int{}}
	for _, f := range files {
		for _, s := range statements(string(f.Content)) {
			r.read(s, Origin{Kind: Dotenv, Name: f.Name, Line: s.line})
		}
	}
	return r.entries, r.notes, errors.Join(r.faults...)
}

type dotenvReader struct {
	lookup  Lookup
	entries []Entry
	index   map[string]int // of entries, by key
	notes   []Finding
	faults  []error
}

func (r *dotenvReader) read(s statement, origin Origin) {
	if s.problem != "" {
		r.faults = append(r.faults, &MalformedError{origin, s.problem})
		return
	}
	x := newExpansion(s.text, r.find)
	lookup := x.lookup
	if s.bare {
		lookup = r.find
	}
	values, err := dotenv.UnmarshalWithLookup(s.text+"\n", dotenv.LookupFn(lookup))
	if err != nil {
		r.faults = append(r.faults, &MalformedError{origin, dotenvProblem(err)})
		return
	}
	if len(values) == 0 && s.bare {
		r.faults = append(r.faults, &UnsetError{Origin: origin})
		return
	}
	for key, value := range values { // one
		if err := checkKey(key, origin); err != nil {
			r.faults = append(r.faults, err)
			continue
		}
		r.add(Entry{key, []byte(value), origin})
		if x.unset {
			r.notes = append(r.notes, Finding{
				Problem: UnsetExpansion, Key: key, Origin: origin,
				Message: "it refers to a variable that is not set, which was read as nothing; a $ of the value itself is written $$, or in single quotes",
			})
		}
	}
}

func (r *dotenvReader) add(e Entry) {
	if i, known := r.index[e.Key]; known {
		r.entries[i] = e
		return
	}
	r.index[e.Key] = len(r.entries)
	r.entries = append(r.entries, e)
}

func (r *dotenvReader) find(name string) (string, bool) {
	if value, set := r.lookup(name); set {
		return value, true
	}
	if i, known := r.index[name]; known {
		return string(r.entries[i].Value), true
	}
	return "", false
}

// expansion is what one statement refers to. The library logs the name of an unset variable to stderr,
// and in PASSWORD=pa$word that is a piece of the password: an unset one is said to be empty, which
// comes to the same but for the operators that tell the two apart.
type expansion struct {
	find  Lookup
	named map[string]string // operator by name: "-", ":-", …
	unset bool
}

// operator is compiled when a dotenv file is read: a program's start is no time for it.
var operator = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?+])`)
})

func newExpansion(text string, find Lookup) *expansion {
	x := &expansion{find: find, named: map[string]string{}}
	for _, m := range operator().FindAllStringSubmatch(text, -1) {
		if len(x.named[m[1]]) != 1 {
			x.named[m[1]] = m[2]
		}
	}
	return x
}

func (x *expansion) lookup(name string) (string, bool) {
	if value, set := x.find(name); set {
		return value, true
	}
	switch x.named[name] {
	case "":
		x.unset = true
		return "", true
	case "-", "?", "+":
		return "", false
	}
	return "", true
}

// dotenvProblem says what the library means without the text that it quotes.
func dotenvProblem(err error) string {
	var required *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	switch {
	case errors.As(err, &required):
		return fmt.Sprintf("the variable %s is required, and not set", required.Variable)
	case errors.As(err, &invalid):
		return "a $ begins no variable; a $ of the value itself is written $$, or in single quotes"
	}
	return `the statement is not KEY=VALUE: what stands before "=" can't be the name of a variable (or does a value of several lines lack its quotes?)`
}
