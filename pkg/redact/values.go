package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// shortest is the length from which on a value of a Secret is masked in base64, and a password as a word of its own.
const shortest = 4

// sought tells whether a value is masked wherever it stands. Short values and words are in every message;
// after NAME= they are masked all the same.
func sought(value string, how confidence) bool {
	switch {
	case slices.Contains(everyday, strings.ToLower(value)):
		return false
	case how == literal:
		return len(value) >= 6 && !ordinary(value)
	case how == credential && slices.Contains(everydayPasswords, strings.ToLower(value)):
		return false
	case how == credential:
		return len(value) >= shortest
	case word.MatchString(value), number.MatchString(value):
		return len(value) >= 6
	}
	return len(value) >= shortest
}

var (
	word   = regexp.MustCompile(`^[A-Za-z]*$`)
	number = regexp.MustCompile(`^[-+.,:0-9]*$`)
	// everyday are words of at least six letters that messages are made of, and Secrets hold.
	everyday = []string{
		"cluster", "container", "debugging", "default", "deployment", "development", "disabled", "docker",
		"enabled", "failed", "kubernetes", "localhost", "message", "namespace", "postgres", "production",
		"secret", "secrets", "server", "service", "staging", "unknown", "verbose", "warning",
	}
	// everydayPasswords are shorter words of messages that keys named like passwords hold.
	everydayPasswords = []string{"admin", "basic", "bearer", "error", "false", "local", "none", "null", "pass", "root", "test", "token", "true", "user"}
)

// ordinary tells that a value is made of words, names and numbers as messages are: a sentence, a path, a URL,
// an image, a list of hosts, a quantity, a duration.
func ordinary(value string) bool {
	if _, err := time.ParseDuration(value); err == nil {
		return true
	}
	if _, err := resource.ParseQuantity(value); err == nil {
		return true
	}
	return number.MatchString(value) || path.MatchString(value) || words.MatchString(value)
}

const (
	// oneWord is a word or a name with few digits: web, west1, amd64, k8s, 512Mi.
	oneWord   = `(?:[A-Za-z]{1,24}[0-9]?|[a-z]{1,5}[0-9]{2}|[a-z][0-9]{1,2}[a-z]|[0-9]{1,3}[A-Za-z]{0,2})`
	separator = `[\s,;:/._=()\[\]{}"'-]`
)

var (
	path  = regexp.MustCompile(`^\.{0,2}(/[a-z0-9._-]*)+$`)
	words = regexp.MustCompile(`^` + separator + `*(?:` + oneWord + `(?:` + separator + `+` + oneWord + `|:[0-9]+)*)?` + separator + `*$`)
)

// sensitive tells that a variable, a header, a field or a flag is named like a secret.
func sensitive(name string) bool { return secretWord.MatchString(name) && !property.MatchString(name) }

var (
	secretWord = regexp.MustCompile(secretWords)
	// property is the end of a name that is about a secret, and holds none.
	property = regexp.MustCompile(`(?i)[_.-](file|path|dir|name|type|mode|url|uri|host|port|endpoint|timeout|ttl)$`)
)

const secretWords = `(?i:pass|pwd|secret|token|key|cred|auth|dsn|private|salt|cookie|session)`

// variableLike tells that a name is written as variables mostly are, unlike the words of a message.
func variableLike(name string) bool { return variableName.MatchString(name) }

var variableName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{2,}$|^[A-Za-z0-9]*_[A-Za-z0-9_]+$`)

// hidden tells that Hide has replaced the value.
func hidden(value string) bool { return hiddenValue.MatchString(value) }

var hiddenValue = regexp.MustCompile(`^\([a-z]+ [0-9]+\)$`)

// passwords are that of a URL as it stands there, and as it is sent.
func passwords(value string) []string {
	found := userInfo.FindStringSubmatch(value)
	if found == nil {
		return nil
	}
	sent, err := url.PathUnescape(found[1])
	if err != nil {
		return found[1:]
	}
	return []string{found[1], sent}
}

var userInfo = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://[^:@/]*:(.+)@`)
