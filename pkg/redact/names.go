package redact

import (
	"regexp"
	"strings"
)

// names are the variables whose values are masked where they follow the name.
type names struct {
	secret, literal, plain map[string]bool // secret: with the keys of Secrets; plain: of any other source
	prefixes               map[string]bool // of variables that a Secret gives as a whole
}

// fromSecret tells whether a variable of that name comes from a Secret.
func (n *names) fromSecret(name string) bool {
	if n.secret[name] || n.literal[name] || n.plain[name] {
		return n.secret[name]
	}
	for prefix := range n.prefixes {
		if prefix != "" && len(name) > len(prefix) && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// writtenOut tells that a template gives the variable a value. In a message cpu=1 or container=web says other things.
func (n *names) writtenOut(name string) bool {
	return n.literal[name] && (variableLike(name) || sensitive(name))
}

// mayBeKey tells whether a name can be one of the unknown keys that a Secret gives as variables: it looks like
// a variable or a secret, or is quoted with its value.
func (n *names) mayBeKey(name string, quoted bool, value string) bool {
	return n.prefixes[""] && !n.literal[name] && !n.plain[name] &&
		(quoted || upperCase.MatchString(name) || sensitive(name) && !number.MatchString(value[:upTo(value, ",")]))
}

var upperCase = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{2,}$`)

// find adds what follows the names in a text, and the passwords of URLs.
func (n *names) find(text string, spans []span) []span {
	for from := 0; from < len(text); {
		if !inName(text[from]) {
			from++
			continue
		}
		to := from + 1
		for to < len(text) && inName(text[to]) {
			to++
		}
		if s, ok := n.at(text, from, to); ok {
			spans = append(spans, s)
		}
		from = to
	}
	spans = fieldValues(text, spans)
	if strings.Contains(text, "@") {
		for _, at := range urlPassword.FindAllStringSubmatchIndex(text, -1) {
			spans = append(spans, span{at[2], at[3]})
		}
	}
	return spans
}

var urlPassword = regexp.MustCompile(`[a-z]://[^:@/\s]*:([^/\s"'` + "`" + `]+)@`)

func inName(c byte) bool { return isWord(c) || c == '-' || c == '.' }

// at returns the value of the variable whose name ends at to, and stands in the word that begins at from.
func (n *names) at(text string, from, to int) (span, bool) {
	form := formAfter(text, from, to)
	if form == noValue {
		return span{}, false
	}
	for start := from; start < to; start++ {
		if start > from && isWord(text[start-1]) && !escaped(text[:start]) {
			continue
		}
		name := text[start:to]
		quoted := start > 0 && strings.IndexByte("\"'`", text[start-1]) >= 0
		value := valueAfter(text, start, to, form)
		if value.to <= value.from {
			continue
		}
		follows := n.fromSecret(name)
		key := !follows && n.mayBeKey(name, quoted, text[value.from:value.to])
		switch form {
		case afterColon:
			follows = (follows || key && quoted && variableLike(name)) && !goesOn(text, to)
		case afterSpace:
			follows = (follows || n.literal[name] || key) && upperCase.MatchString(name)
		case afterIndex:
			follows = (follows || n.writtenOut(name) || key) && !sentence.MatchString(" "+text[value.from:])
		case afterWords:
			follows = (follows || n.writtenOut(name) || key) && variableLike(name)
		default:
			follows = follows || key || n.writtenOut(name) || strings.HasPrefix(name, "--") && sensitive(name)
		}
		if follows {
			return value, true
		}
	}
	return span{}, false
}

// form is how a value follows a name.
type form int

const (
	noValue      form = iota
	afterEquals       // NAME=value
	afterSpace        // NAME = value, NAME => value
	afterColon        // NAME: value, "NAME":"value"
	inStruct          // Name:NAME,Value:value, "name":"NAME","value":"value"
	inBraces          // {NAME value nil}
	afterPercent      // NAME%3Dvalue
	afterIndex        // env[NAME]: value, [NAME]=value
	afterWords        // set NAME to value, NAME has value value
)

func formAfter(text string, from, to int) form {
	if to >= len(text) {
		return noValue
	}
	near := text[to:min(len(text), to+40)]
	switch {
	case near[0] == '=':
		return afterEquals
	case near[0] == '%' && percentEquals.MatchString(near):
		return afterPercent
	case strings.IndexByte(`\\"']`, near[0]) >= 0 && indexed.MatchString(near):
		return afterIndex
	case near[0] == ' ' && equals.MatchString(near):
		return afterSpace
	case strings.Contains(near, "alue") && structValue.MatchString(near):
		return inStruct
	case strings.IndexByte(":\\\"'`", near[0]) >= 0 && colon.MatchString(near):
		return afterColon
	case text[to] == ' ' && from > 0 && text[from-1] == '{':
		return inBraces
	case wordsAfter(text, from, near) > 0:
		return afterWords
	}
	return noValue
}

var (
	equals      = regexp.MustCompile(`^\s+=>?\s+`)
	colon       = regexp.MustCompile(`^\\*["'` + "`" + `]?:`)
	structValue = regexp.MustCompile(`^\\*["']?(,\s*|\s*\n\s*|\s*\\n\s*| )\\*["']?[vV]alue\\*["']?:\s*`)
	// sentence is what runtimes and the API server say after a name in quotation marks.
	sentence = regexp.MustCompile(`^\s+(value |must |may |can |cannot |can't |is |was |has |should |not |no |a |an |[a-z]+ value: |Invalid value|Required value|Duplicate value|Forbidden|Unsupported value)`)
)

// goesOn tells that no value follows the colon, but a sentence about the name.
func goesOn(text string, to int) bool {
	return sentence.MatchString(text[to+len(colon.FindString(text[to:])):])
}
