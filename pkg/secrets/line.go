package secrets

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
)

// What the parsers of lines tell of a line whose text they must not show.
const (
	tokenProblem = `the line is not KEY=VALUE: it looks like the end of a value that was broken into two lines`
	crProblem    = `the line ends with CR alone (\r), so that the next ones would be part of it: save the file with line ends LF or CRLF`
	quoteProblem = `what stands behind the closing quote is not KEY=VALUE: single quotes around a value keep the double ones in it`
	hashProblem  = `the value begins with "#": is it a comment? An empty value has nothing behind "="`
)

// isToken tells that "=" pads the text before it, as in base64 and base32, and does not part a name from a value.
func isToken(name, value string) bool {
	padding := "=" + strings.TrimSpace(value)
	return strings.Trim(padding, "=") == "" && (len(padding) > 1 || isBase64(name+padding))
}

var standardAlphabet = strings.NewReplacer("-", "+", "_", "/")

// isBase64 tells a token from a name, which could be base64 as well: a name has no digits among small and capital
// letters, and few changes between the kinds.
func isBase64(text string) bool {
	if _, err := base64.StdEncoding.Strict().DecodeString(standardAlphabet.Replace(text)); err != nil || len(text) < 12 {
		return false
	}
	kinds, changes := map[int]bool{}, 0
	letters := strings.Trim(text, "=")
	for i := range len(letters) {
		kinds[letterKind(letters[i])] = true
		if i > 0 && letterKind(letters[i]) != letterKind(letters[i-1]) {
			changes++
		}
	}
	return kinds['A'] && kinds['a'] && (kinds['0'] || changes*2 > len(letters))
}

func letterKind(b byte) int {
	switch {
	case b >= 'A' && b <= 'Z':
		return 'A'
	case b >= 'a' && b <= 'z':
		return 'a'
	case b >= '0' && b <= '9':
		return '0'
	}
	return '-'
}

// hidesLines tells that CR alone, which ends a line for no reader, stands before what was meant as another line.
func hidesLines(line string) bool {
	for i, part := range strings.Split(line, "\r") {
		name, _, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(part), "export "), "=")
		if i > 0 && found && isVariable(strings.TrimSpace(name)) {
			return true
		}
	}
	return false
}

var colour = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#[0-9A-Fa-f]{3,8}$`) })

// isComment tells that a value is a comment, it seems. A colour begins with "#" as well.
func isComment(value string) bool {
	value = strings.TrimSpace(value)
	return strings.HasPrefix(value, "#") && !colour().MatchString(value)
}

func commentAsValue(key string, origin Origin) Finding {
	return Finding{Problem: CommentAsValue, Key: key, Origin: origin, Message: hashProblem}
}
