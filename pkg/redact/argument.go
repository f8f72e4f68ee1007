package redact

import (
	"slices"
	"strings"
	"unicode"
)

// longestArgument is the longest text that a name can be (a DNS subdomain), and that a path mostly is.
const longestArgument = 253

// Argument is an argument of a command line as a message may quote it. People put values where names belong: of
// NAME=VALUE only the name is shown, and nothing of what can be no name and no path.
func Argument(text string) string {
	if !Quotable(text) {
		return Placeholder
	}
	if name, _, pair := strings.Cut(text, "="); pair {
		return name + "=" + Placeholder
	}
	return text
}

// Quotable tells whether a text can be a name or a path, by itself or before "=".
func Quotable(text string) bool {
	name, _, _ := strings.Cut(text, "=")
	return len(name) <= longestArgument && !strings.Contains(text, "-----BEGIN") && !strings.ContainsFunc(text, unicode.IsControl)
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
