package secrets

import (
	"encoding/json"
	"strings"
	"unicode"
)

// statement is one assignment of a dotenv file, or one name alone. Read one by one, each has its line,
// and a bad one hides none of those after it; what a statement means is left to the library.
type statement struct {
	line int // from 1, where it begins
	text string
	bare bool // a name alone
	// behind tells that another value's closing quote stands before it on the line.
	behind bool
	// before is the one before it, if that is a value without quotes.
	before string
	// value is what stands behind the name, with the sign that parts them, of a value without quotes.
	value string
	// problem is why it has no end, or "".
	problem string
}

// statements cuts a dotenv file as compose-go's parser does: a value in quotes ends with them, and the
// next statement may stand on the same line; any other ends with the line.
func statements(content string) []statement {
	var all []statement
	rest, line := content, 1
	behind, before := false, ""
	for {
		start := strings.TrimLeftFunc(rest, unicode.IsSpace)
		lines := strings.Count(rest[:len(rest)-len(start)], "\n")
		line += lines
		behind = behind && lines == 0
		if start == "" {
			return all
		}
		if start[0] == '#' {
			var comment string
			if comment, rest, _ = strings.Cut(start, "\n"); hidesLines(comment) {
				all = append(all, statement{line: line, problem: crProblem})
			}
			line++
			before = ""
			continue
		}
		s, length := cutStatement(start)
		s.line, s.behind, s.before = line, behind, before
		all = append(all, s)
		rest, behind = start[length:], s.value == "" && !s.bare
		if before = ""; s.value != "" {
			before = s.text
		}
		line += strings.Count(start[:length], "\n")
	}
}

// cutStatement takes the first statement of text, which begins with it, and gives its length.
func cutStatement(text string) (s statement, length int) {
	end := len(text)
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		end = i
	}
	sign := strings.IndexAny(text[:end], "=:")
	if sign < 0 {
		return statement{text: text[:end], bare: true}, end
	}
	value := strings.TrimLeftFunc(text[sign+1:], isBlank)
	if value == "" || value[0] != '"' && value[0] != '\'' {
		s = statement{text: text[:end], value: text[sign:end]}
		if hidesLines(text[sign:end]) {
			s.problem = crProblem
		}
		return s, end
	}
	closing := closingQuote(value)
	if closing < 0 {
		// What follows may be the value's lines or others: it can't be told.
		return statement{problem: "the value's quote is not closed"}, len(text)
	}
	length = len(text) - len(value) + closing + 1
	return statement{text: text[:length]}, length
}

// cutsName tells that a name was meant to go on behind a colon, as those of .NET do: SECTION:NAME=VALUE.
func (s statement) cutsName() bool {
	rest, colon := strings.CutPrefix(s.value, ":")
	name, _, found := strings.Cut(rest, "=")
	return colon && found && isVariable(strings.ReplaceAll(name, ":", "_"))
}

// cutsComment tells whether compose-go's parser takes the end of the value for a comment.
func (s statement) cutsComment() bool {
	return s.value != "" && strings.Contains(strings.TrimLeftFunc(s.value[1:], isBlank), " #")
}

// isTorn tells that the end of a value is missing: a JSON that is none, or a quote without the other.
func isTorn(value string) bool {
	isJSON := strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[")
	return isJSON && !json.Valid([]byte(value)) || strings.Count(value, `"`)%2 != 0
}

// closingQuote is the index of the quote that ends the value, -1 if none does.
func closingQuote(value string) int {
	escaped := false
	for i := 1; i < len(value); i++ {
		switch {
		case escaped:
			escaped = false
		case value[i] == '\\':
			escaped = true
		case value[i] == value[0]:
			return i
		}
	}
	return -1
}

// isBlank is a space within a line, as compose-go has it.
func isBlank(r rune) bool { return strings.ContainsRune("\t\v\f\r \u0085\u00a0", r) }
