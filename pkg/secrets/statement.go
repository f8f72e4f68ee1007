package secrets

import (
	"strings"
	"unicode"
)

// statement is one assignment of a dotenv file, or one name alone. Read one by one, each has its line,
// and a bad one hides none of those after it; what a statement means is left to the library.
type statement struct {
	line int // from 1, where it begins
	text string
	bare bool // a name alone
	// problem is why it has no end, or "".
	problem string
}

// statements cuts a dotenv file as compose-go's parser does: a value in quotes ends with them, and the
// next statement may stand on the same line; any other ends with the line.
func statements(content string) []statement {
	var all []statement
	rest, line := strings.TrimPrefix(content, "\uFEFF"), 1
	for {
		start := strings.TrimLeftFunc(rest, unicode.IsSpace)
		line += strings.Count(rest[:len(rest)-len(start)], "\n")
		if start == "" {
			return all
		}
		if start[0] == '#' {
			_, rest, _ = strings.Cut(start, "\n")
			line++
			continue
		}
		s, length := cutStatement(start)
		s.line = line
		all = append(all, s)
		rest = start[length:]
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
		return statement{text: text[:end]}, end
	}
	closing := closingQuote(value)
	if closing < 0 {
		// What follows may be the value's lines or others: it can't be told.
		return statement{problem: "the value's quote is not closed"}, len(text)
	}
	length = len(text) - len(value) + closing + 1
	return statement{text: text[:length]}, length
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
