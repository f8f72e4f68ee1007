package redact

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// names are the variables whose values are masked where they follow the name.
type names struct {
	secret, literal, plain map[string]bool
	prefixes               []string // of variables that come from Secrets
	any                    bool     // a Secret gives all its keys as variables
}

func namesOf(r *Redactor) names {
	n := names{
		secret: maps.Clone(r.secretNames), literal: maps.Clone(r.literalNames), plain: maps.Clone(r.plainNames), any: r.prefixes[""],
	}
	for _, prefix := range slices.Sorted(maps.Keys(r.prefixes)) {
		if prefix != "" {
			n.prefixes = append(n.prefixes, prefix)
		}
	}
	return n
}

// fromSecret tells whether a variable of that name comes from a Secret.
func (n *names) fromSecret(name string) bool {
	return n.secret[name] || !n.literal[name] && !n.plain[name] &&
		slices.ContainsFunc(n.prefixes, func(p string) bool { return len(name) > len(p) && strings.HasPrefix(name, p) })
}

// mayBeKey tells whether a name can be one of the unknown keys that a Secret gives as variables: it looks like
// a variable, or is quoted with its value.
func (n *names) mayBeKey(name string, quoted bool) bool {
	return n.any && !n.literal[name] && !n.plain[name] && (variableLike(name) || sensitive(name) || quoted)
}

// find adds what follows the names in a text.
func (n *names) find(text string, spans []span) []span {
	if len(n.secret)+len(n.literal)+len(n.prefixes) == 0 && !n.any {
		return spans
	}
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
	return spans
}

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
		follows := n.fromSecret(name)
		switch form {
		case afterColon:
			follows = (follows || quoted && variableLike(name) && n.mayBeKey(name, quoted)) && !goesOn(text, to)
		default:
			follows = follows || n.literal[name] || n.mayBeKey(name, quoted)
		}
		if follows {
			s := valueAfter(text, start, to, form)
			return s, s.to > s.from
		}
	}
	return span{}, false
}

// form is how a value follows a name.
type form int

const (
	noValue     form = iota
	afterEquals      // NAME=value
	afterColon       // NAME: value, "NAME":"value"
	inStruct         // Name:NAME,Value:value, "name":"NAME","value":"value"
	inBraces         // {NAME value nil}
)

func formAfter(text string, from, to int) form {
	if to >= len(text) {
		return noValue
	}
	near := text[to:min(len(text), to+40)]
	switch {
	case near[0] == '=':
		return afterEquals
	case strings.Contains(near, "alue") && structValue.MatchString(near):
		return inStruct
	case strings.IndexByte(":\\\"'`", near[0]) >= 0 && colon.MatchString(near):
		return afterColon
	case text[to] == ' ' && from > 0 && text[from-1] == '{':
		return inBraces
	}
	return noValue
}

var (
	colon       = regexp.MustCompile(`^\\*["'` + "`" + `]?:`)
	structValue = regexp.MustCompile(`^\\*["']?(,\s*|\s*\n\s*|\s*\\n\s*| )\\*["']?[vV]alue\\*["']?:\s*`)
	// sentence is what runtimes and the API server say after a name in quotation marks.
	sentence = regexp.MustCompile(`^\s+(value |must |may |can |cannot |can't |is |was |has |should |not |no |a |an |[a-z]+ value: |Invalid value|Required value|Duplicate value|Forbidden|Unsupported value)`)
)

// goesOn tells that no value follows the colon, but a sentence about the name.
func goesOn(text string, to int) bool {
	return sentence.MatchString(text[to+len(colon.FindString(text[to:])):])
}
