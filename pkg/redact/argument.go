package redact

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// longestArgument is the longest text that a name can be (a DNS subdomain), and that a path mostly is.
const longestArgument = 253

// Argument is an argument of a command line as a message may quote it. People put values where names belong: only
// what looks like a name or a path is shown, and of NAME=VALUE only the name. A place that takes values (KEY=VALUE,
// -e, --from-literal) quotes no argument at all: its messages say which one is wrong by its position.
func Argument(text string) string {
	name, _, pair := strings.Cut(text, "=")
	switch {
	case !Quotable(text) || !looksLikeName(name):
		return Placeholder
	case pair:
		return name + "=" + Placeholder
	}
	return text
}

// ArgumentOr is a quoted argument, or what to call it where it is not shown.
func ArgumentOr(text, otherwise string) string {
	if shown := Argument(text); shown != Placeholder {
		return strconv.Quote(shown)
	}
	return otherwise
}

// Query is a URL or its path without the query, which may hold a token.
func Query(url string) string {
	if before, _, found := strings.Cut(url, "?"); found {
		return before + "?" + Placeholder
	}
	return url
}

// Quotable tells whether a text can be a name or a path, by itself or before "=".
func Quotable(text string) bool {
	name, _, _ := strings.Cut(text, "=")
	return len(name) <= longestArgument && !strings.Contains(text, "-----BEGIN") && !strings.ContainsFunc(text, unicode.IsControl)
}

// looksLikeName tells a name or a path from a password or a token: no other symbols, and not as mixed as those are.
// A word in small letters may be a password, too: no rule can tell.
func looksLikeName(text string) bool {
	switch {
	case strangeSymbol.MatchString(text):
		return false
	case pathLike.MatchString(text):
		return true
	}
	return !mixed(text, 8, "aA0") && !slices.ContainsFunc(strings.FieldsFunc(text, isSeparator), func(run string) bool {
		return mixed(run, 20, "a0") || mixed(run, 20, "A0")
	})
}

var (
	strangeSymbol = regexp.MustCompile(`[^\pL0-9._/:@,*?\[\]{}~\\ -]`)
	// pathLike begins as paths do, or ends as names of files do.
	pathLike = regexp.MustCompile(`^(\.{0,2}|~|[A-Za-z]:)[/\\]|\.[a-z]{1,10}$`)
)

func isSeparator(r rune) bool { return strings.ContainsRune("._/:@, -", r) }

// mixed tells that a text has at least that many characters, and some of each kind.
func mixed(text string, length int, kinds string) bool {
	has := map[rune]bool{}
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			has['0'] = true
		case unicode.IsUpper(r):
			has['A'] = true
		case unicode.IsLower(r):
			has['a'] = true
		}
	}
	return len(text) >= length && !strings.ContainsFunc(kinds, func(kind rune) bool { return !has[kind] })
}

// ofSecrets are flags whose values are secrets, or are mistaken for such flags.
var ofSecrets = []string{
	"token", "password", "docker-password", "docker-password-stdin", "docker-password-env", "docker-password-prompt",
	"from-literal", "generate", "prompt",
}

// FlagValue is the value of a flag as a message may quote it.
func FlagValue(flag, text string) string {
	if slices.Contains(ofSecrets, flag) {
		return Placeholder
	}
	return Argument(text)
}
