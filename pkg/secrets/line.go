package secrets

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
)

// What the parsers of lines tell of a line whose text they must not show.
const (
	tokenProblem = `the line is not KEY=VALUE: it looks like the end of a value that was broken into two lines; if it is a key, write a comment line above it`
	equalProblem = `the value is only "=": is the line the end of a value that was broken into two lines?`
	crProblem    = `the line ends with CR alone (\r), so the next lines would be part of it: save the file with LF or CRLF line ends`
	quoteProblem = `there is text after the closing quote: does the value contain that quote? Then put the other kind of quotes around it`
	hashProblem  = `the value begins with "#": is it a comment? An empty value has nothing after "="`
)

// isToken tells that "=" pads the text before it, as in base64 and base32, and does not part a name from a value. A
// name can look the same: the value of the line before has to be open, or the text has to look random.
func isToken(name, value, before string) bool {
	if !isPadding(value) {
		return false
	}
	text := name + "=" + strings.TrimSpace(value)
	if mayGoOn(before) {
		return strings.HasSuffix(text, "==") || isBase64(text)
	}
	return isBase64(text) && (strings.HasSuffix(text, "==") || looksRandom(text))
}

func isPadding(value string) bool { return strings.Trim(strings.TrimSpace(value), "=") == "" }

var base64Letters = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9+/_-]{6,}$`) })

// mayGoOn tells that the value of a line, KEY=VALUE or KEY: VALUE, may go on in the next one: it is empty, or looks
// like the beginning of base64. A comment between the two ends it.
func mayGoOn(line string) bool {
	sign := strings.IndexAny(line, "=:")
	if sign < 0 {
		return false
	}
	value := strings.TrimSpace(line[sign+1:])
	if isPadding(value) {
		return true
	}
	kinds, _ := letterKinds(value)
	return base64Letters().MatchString(value) && (len(kinds) > 1 || len(value) >= 16)
}

var standardAlphabet = strings.NewReplacer("-", "+", "_", "/")

// isBase64 tells a token from a name, which could be base64 as well: a name has no digits among small and capital
// letters, and few changes between the kinds.
func isBase64(text string) bool {
	if _, err := base64.StdEncoding.Strict().DecodeString(standardAlphabet.Replace(text)); err != nil || len(text) < 12 {
		return false
	}
	letters := strings.Trim(text, "=")
	kinds, changes := letterKinds(letters)
	return kinds['A'] && kinds['a'] && (kinds['0'] || changes*2 > len(letters))
}

// looksRandom tells that the kinds of letters change more often than in a name like Auth0Scopes.
func looksRandom(text string) bool {
	letters := strings.Trim(text, "=")
	_, changes := letterKinds(letters)
	return changes*2 > len(letters)
}

// letterKinds are the kinds of letters of a text, and how often one follows another.
func letterKinds(text string) (kinds map[int]bool, changes int) {
	kinds = map[int]bool{}
	for i := range len(text) {
		kinds[letterKind(text[i])] = true
		if i > 0 && letterKind(text[i]) != letterKind(text[i-1]) {
			changes++
		}
	}
	return kinds, changes
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

// isComment tells that a value is a comment, it seems: "#" with a blank behind it, or a blank before it. A colour
// begins with "#" as well, and so does the name of a channel.
func isComment(value string, blankBefore bool) bool {
	text, found := strings.CutPrefix(strings.TrimSpace(value), "#")
	return found && (strings.TrimLeftFunc(text, isBlank) != text || text == "" || blankBefore && !colour().MatchString("#"+text))
}

// lookAtValue tells of a line without quotes whose value is hardly what was meant. raw begins behind the sign.
func lookAtValue(e Entry, raw string) []Finding {
	value := string(e.Value)
	switch {
	case strings.Contains(value, "=") && isPadding(value):
		return []Finding{{Problem: BrokenLine, Origin: e.Origin, Message: equalProblem}} // the key may be a piece of a value
	case isComment(value, strings.TrimLeftFunc(raw, isBlank) != raw):
		return []Finding{{Problem: CommentAsValue, Key: e.Key, Origin: e.Origin, Message: hashProblem}}
	case e.Origin.Kind == EnvFile && isQuoted(strings.TrimSpace(value)):
		return []Finding{{Problem: QuotedValue, Key: e.Key, Origin: e.Origin, Message: "the quotes are a part of the value here, as kubectl reads it: remove them"}}
	}
	return nil
}

// isQuoted tells that a value is one text in quotes; a list of such texts is not.
func isQuoted(value string) bool {
	if len(value) < 2 || value[0] != '"' && value[0] != '\'' || value[0] != value[len(value)-1] {
		return false
	}
	quote, inside := value[:1], value[1:len(value)-1]
	return !strings.Contains(strings.ReplaceAll(inside, `\`+quote, ""), quote)
}
