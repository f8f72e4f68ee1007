package redact

import (
	"regexp"
	"slices"
	"strings"
)

// valueAfter is the value that follows a name in that form.
func valueAfter(text string, from, to int, f form) span {
	switch f {
	case afterEquals:
		return following(text, from, to+1)
	case afterSpace:
		return following(text, from, to+len(equals.FindString(text[to:])))
	case afterPercent:
		return token(text, from, to+len(percentEquals.FindString(text[to:])), "&\"'` \t\r\n")
	case afterIndex:
		return following(text, from, to+len(indexed.FindString(text[to:])))
	case afterWords:
		return following(text, from, to+wordsAfter(text, from, text[to:min(len(text), to+40)]))
	case inStruct:
		at := to + len(structValue.FindString(text[to:]))
		if s, ok := quotedValue(text, at); ok {
			return s
		}
		if next := structEnd.FindStringIndex(text[at:]); next != nil {
			return span{at, at + next[0]}
		}
		return span{at, len(text)}
	case inBraces:
		return span{to + 1, to + 1 + upTo(text[to+1:], "}")}
	case afterColon:
		at := to + len(colon.FindString(text[to:]))
		spaces := len(text[at:]) - len(strings.TrimLeft(text[at:], " \t"))
		if at+spaces < len(text) && strings.IndexByte("|>", text[at+spaces]) >= 0 { // a block of YAML
			return span{at + spaces, len(text)}
		}
		if at+spaces < len(text) && strings.IndexByte("[{", text[at+spaces]) >= 0 { // bytes, as Go prints them
			at += spaces
			ends := "]}"
			if strings.HasPrefix(text[at:], "[]") {
				ends = "}"
			}
			return span{at, min(len(text), at+upTo(text[at:], ends)+1)}
		}
		if spaces > 0 && beginsLine(text[:from]) && text[to] == ':' { // a line of YAML
			if s, ok := quotedValue(text, at+spaces); ok {
				return s
			}
			return span{at + spaces, at + spaces + upTo(text[at+spaces:], "\n")}
		}
		if text[to] != ':' {
			return token(text, from, at+spaces, ",}\n ")
		}
		return following(text, from, at+spaces)
	}
	return span{}
}

// structEnd is what follows a variable's value where Go or YAML prints a template.
var structEnd = regexp.MustCompile(`[, ]ValueFrom:|,?}|\n`)

// upTo is the length up to one of the characters, or to the end.
func upTo(text, ends string) int {
	if at := strings.IndexAny(text, ends); at >= 0 {
		return at
	}
	return len(text)
}

// beginsLine tells that there is nothing but indentation before a name.
func beginsLine(before string) bool {
	return strings.Trim(before[strings.LastIndexByte(before, '\n')+1:], " \t-") == ""
}

// token is a value in quotation marks, or up to one of the characters.
func token(text string, from, at int, ends string) span {
	if s, ok := quotedValue(text, at); ok {
		return s
	}
	s := following(text, from, at)
	if end := at + upTo(text[at:], ends); end < s.to {
		s.to = end
	}
	return s
}

// quotedValue is what stands between quotation marks that begin at at.
func quotedValue(text string, at int) (span, bool) {
	depth := 0
	for at+depth < len(text) && text[at+depth] == '\\' {
		depth++
	}
	if at+depth >= len(text) || strings.IndexByte("\"'`", text[at+depth]) < 0 {
		return span{}, false
	}
	from, mark := at+depth+1, text[at+depth]
	to := closing(text, from, mark, depth)
	for mark == '\'' && strings.HasPrefix(text[to:], `'\''`) { // how a shell has a quotation mark within the value
		to = closing(text, to+len(`'\''`), mark, depth)
	}
	return span{from, to}, true
}

// closing is where the quotation mark closes that was opened with so many backslashes before it: one with
// more of them belongs to the text between.
func closing(text string, from int, quote byte, depth int) int {
	backslashes := 0
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '\\':
			backslashes++
			continue
		case quote:
			if closes(backslashes, depth) {
				return i - min(backslashes, depth)
			}
		}
		backslashes = 0
	}
	return len(text)
}

// following is the value that begins at at, up to the end of its quotation marks, its list or its word. The
// name begins at from.
func following(text string, from, at int) span {
	if s, ok := quotedValue(text, at); ok {
		return s
	}
	end := len(text)
	open, enclosed := enclosing(text[:from])
	if enclosed {
		end = closing(text, at, open.mark, open.depth)
	}
	value := text[at:end]
	if strings.HasPrefix(value, "-----BEGIN ") {
		return span{at, at + pem(value)}
	}
	if enclosed && open.end == from { // "NAME=value"
		return span{at, end}
	}
	if n := listed(text[:from], value); n >= 0 {
		return span{at, at + n}
	}
	n := upTo(value, " \t\r\n")
	if strings.Contains(value[:n], `\n`) { // lines, of which nothing tells the end but another variable
		n = upTo(value, "\r\n")
		if next := nextVariable.FindStringIndex(value[:n]); next != nil {
			n = next[0]
		}
	}
	if n > 1 && n < len(value) && strings.IndexByte(":,;", value[n-1]) >= 0 { // of the sentence
		n--
	}
	return span{at, at + n}
}

// closes tells whether a quotation mark with so many backslashes before it closes one with depth of them. A text
// is quoted again by doubling its backslashes and putting one before each mark.
func closes(backslashes, depth int) bool {
	return backslashes < depth || (backslashes-depth)%(2*(depth+1)) == 0
}

// pem is the length of a block of PEM, the lines of which hold spaces.
func pem(value string) int {
	const end = "-----END "
	at := strings.Index(value, end)
	if at < 0 {
		return len(value)
	}
	at += len(end)
	if closing := strings.Index(value[at:], "-----"); closing >= 0 {
		return at + closing + len("-----")
	}
	return len(value)
}

// mark is a quotation mark, with the backslashes before it.
type mark struct {
	mark       byte
	depth, end int
}

// enclosing is the quotation mark that a text has left open.
func enclosing(before string) (mark, bool) {
	var open []mark
	backslashes := 0
	for i := 0; i < len(before); i++ {
		switch before[i] {
		case '\\':
			backslashes++
			continue
		case '"':
			at := slices.IndexFunc(open, func(m mark) bool { return closes(backslashes, m.depth) })
			if at < 0 {
				open = append(open, mark{'"', backslashes, i + 1})
			} else {
				open = open[:at]
			}
		}
		backslashes = 0
	}
	if len(open) > 0 {
		return open[len(open)-1], true
	}
	if n := len(before); n > 0 && (before[n-1] == '\'' || before[n-1] == '`') {
		return mark{before[n-1], 0, n}, true
	}
	return mark{}, false
}

// listed is the length of a value in a list as Go prints it, [A=one two B=three] or map[A:one two B:three];
// -1 outside of a list.
func listed(before, value string) int {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	if strings.LastIndexByte(line, '[') <= strings.LastIndexByte(line, ']') {
		return -1
	}
	if next := nextItem.FindStringIndex(value); next != nil {
		return next[0]
	}
	if end := strings.LastIndexByte(value, ']'); end >= 0 {
		return end
	}
	return -1
}

var nextVariable = regexp.MustCompile(`( |\\n)[A-Za-z_][A-Za-z0-9_]*=`)

var nextItem = regexp.MustCompile(` [A-Za-z_][A-Za-z0-9_.-]*[=:]`)
