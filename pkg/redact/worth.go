package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// worth tells whether a value can be masked wherever it stands. Short values and everyday words would be
// found in every message; after NAME= they are masked all the same.
func worth(value string, how confidence) bool {
	shortest := 6
	if how == secret && !word.MatchString(value) && !number.MatchString(value) {
		shortest = 4
	}
	return len(value) >= shortest && !slices.Contains(everyday, strings.ToLower(value))
}

var (
	word   = regexp.MustCompile(`^[A-Za-z]*$`)
	number = regexp.MustCompile(`^[-+.,:0-9]*$`)
	// everyday are words of at least six letters that messages are made of.
	everyday = []string{
		"cluster", "container", "debugging", "default", "deployment", "development", "disabled", "docker",
		"enabled", "failed", "info,warn", "kubernetes", "localhost", "message", "namespace", "postgres",
		"production", "secret", "secrets", "server", "service", "staging", "unknown", "verbose", "warning",
	}
)

// harmless tells that a value written out in a template is an address, a path, a number or a duration, which
// messages need and which no secret looks like.
func harmless(value string) bool {
	if _, err := time.ParseDuration(value); err == nil {
		return true
	}
	if _, err := resource.ParseQuantity(value); err == nil {
		return true
	}
	return value == "" || number.MatchString(value) || address.MatchString(value) || path.MatchString(value)
}

var (
	address = regexp.MustCompile(`^([a-z][a-z0-9+.-]*://)?[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?/?$|^[a-z][a-z0-9+.-]*://[a-z0-9-]+(:[0-9]+)?/?$|^[a-z0-9-]+:[0-9]+$`)
	path    = regexp.MustCompile(`^\.{0,2}(/[a-z0-9._-]*)+$`)
)

// sensitive tells that a variable, a header or a field is named like a secret.
func sensitive(name string) bool { return secretWord.MatchString(name) }

var secretWord = regexp.MustCompile(`(?i)pass|pwd|secret|token|key|cred|auth|dsn|private|salt|cookie|session`)

// variableLike tells that a name is written as variables mostly are, unlike the words of a message.
func variableLike(name string) bool { return variableName.MatchString(name) }

var variableName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{2,}$|^[A-Za-z0-9]*_[A-Za-z0-9_]+$`)

// hidden tells that Hide has replaced the value.
func hidden(value string) bool { return hiddenValue.MatchString(value) }

var hiddenValue = regexp.MustCompile(`^\([a-z]+ [0-9]+\)$`)

// passwordOf is that of a URL, as it stands in it.
func passwordOf(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.User == nil {
		return ""
	}
	_, credentials, _ := strings.Cut(value, "://")
	credentials, _, _ = strings.Cut(credentials, "@")
	_, password, _ := strings.Cut(credentials, ":")
	return password
}
