package secrets

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
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
// found is what the files hold and the entries do not: keys that come again, comments, names cut at a colon,
// variables that are not set. Every statement that can't be read is in the error, joined: *MalformedError, *UnsetError.
func ParseDotenv(files []DotenvFile, lookup Lookup) (entries []Entry, found []Finding, err error) {
	r := dotenvReader{lookup: lookup, index: map[string]int{}}
	for _, f := range files {
		text, found, err := plainText(f.Content, Origin{Kind: Dotenv, Name: f.Name})
		if err != nil {
			r.faults = append(r.faults, err)
		}
		r.found = append(r.found, found...)
		all := statements(string(text))
		for _, s := range all {
			r.read(s, Origin{Kind: Dotenv, Name: f.Name, Line: s.line})
		}
		if len(all) == 0 && err == nil {
			r.found = append(r.found, emptyFile(Origin{Kind: Dotenv, Name: f.Name}))
		}
	}
	return r.entries, r.found, errors.Join(r.faults...)
}

type dotenvReader struct {
	lookup  Lookup
	entries []Entry
	index   map[string]int // of entries, by key
	found   []Finding
	faults  []error
	faulty  Origin // of the last fault
}

func (r *dotenvReader) read(s statement, origin Origin) {
	if s.problem != "" {
		r.fault(s, origin, &MalformedError{origin, s.problem})
		return
	}
	x := newExpansion(s.text, r.find)
	lookup := x.lookup
	if s.bare {
		lookup = r.find
	}
	values, err := dotenv.UnmarshalWithLookup(s.text+"\n", dotenv.LookupFn(lookup))
	switch {
	case err != nil:
		r.fault(s, origin, &MalformedError{origin, dotenvProblem(err)})
	case len(values) == 0 && s.bare:
		r.fault(s, origin, &UnsetError{Origin: origin})
	}
	for key, value := range values { // one
		err := checkKey(key, origin)
		if strings.HasPrefix(s.value, "=") && isToken(key, value, s.before) {
			err = &MalformedError{origin, tokenProblem}
		}
		if err != nil {
			r.fault(s, origin, err)
			return
		}
		r.add(Entry{key, []byte(value), origin})
		r.look(s, key, value, origin, x.unset)
	}
}

// fault keeps the first one of a line: those behind it come of it.
func (r *dotenvReader) fault(s statement, origin Origin, err error) {
	if origin == r.faulty {
		return
	}
	if s.behind {
		err = &MalformedError{origin, quoteProblem}
	}
	r.faults, r.faulty = append(r.faults, err), origin
}

// look tells what the statement holds and the entry does not.
func (r *dotenvReader) look(s statement, key, value string, origin Origin, unset bool) {
	tell := func(level Level, problem Problem, message string) {
		r.found = append(r.found, Finding{level, problem, key, origin, message})
	}
	if unset {
		tell(Warn, UnsetExpansion, "it refers to a variable that is not set, so that part is empty; for a literal $ write $$, or use single quotes")
	}
	if s.cutsName() {
		tell(Warn, NameCut, fmt.Sprintf(`the name ends at ":", and all after it is the value; .NET reads %s__NAME like %s:NAME`, key, key))
	}
	if s.value != "" {
		odd := lookAtValue(Entry{key, []byte(value), origin}, s.value[1:])
		if r.found = append(r.found, odd...); len(odd) > 0 {
			return
		}
	}
	switch {
	case s.cutsComment() && isTorn(value):
		tell(Warn, CommentCut, `the value is not complete: the text from " #" on was cut off as a comment; put single quotes around the value`)
	case s.cutsComment():
		tell(Note, CommentCut, `the text from " #" on was cut off as a comment`)
	}
}

// add: of a key in several places the last one counts, and of the others it is told.
func (r *dotenvReader) add(e Entry) {
	i, known := r.index[e.Key]
	if !known {
		r.index[e.Key] = len(r.entries)
		r.entries = append(r.entries, e)
		return
	}
	lost := Finding{Note, Overridden, e.Key, r.entries[i].Origin, e.Origin.Name + " sets the key too, and the later file wins"}
	if lost.Origin.Name == e.Origin.Name {
		lost.Level, lost.Message = Warn, fmt.Sprintf("%s sets the key again, and the last one wins", e.Origin)
	}
	r.found = append(r.found, lost)
	r.entries[i] = e
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
	case errors.As(err, &required) && isShownVariable(required.Variable):
		return fmt.Sprintf("it requires the variable %s, which is not set", required.Variable)
	case errors.As(err, &required):
		return "it requires a variable that is not set (${NAME:?...})"
	case errors.As(err, &invalid):
		return "a $ is not followed by a variable name; for a literal $ write $$, or use single quotes"
	}
	return `the statement is not KEY=VALUE: it has no "=", or the text before it is not a valid variable name (does a value of several lines lack its quotes?)`
}
