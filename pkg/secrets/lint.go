package secrets

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is what is likely wrong with a value. The set is closed.
type Problem string

// The problems that Lint looks for, one of ParseDotenv, and one of what goes into a repository.
const (
	TrailingNewline Problem = "TrailingNewline"
	AlreadyBase64   Problem = "AlreadyBase64"
	EmptyValue      Problem = "EmptyValue"
	CRLF            Problem = "CRLF"
	NotUTF8         Problem = "NotUTF8"
	NoEnvName       Problem = "NoEnvName"
	NearLimit       Problem = "NearLimit"
	UnsetExpansion  Problem = "UnsetExpansion"
	PlainText       Problem = "PlainText"
)

// Finding is one thing that the user should know before it is written.
type Finding struct {
	Problem Problem
	// Key is "" if the finding is about all of them.
	Key    string
	Origin Origin
	// Message says what is likely wrong, and what to do.
	Message string
}

func (f Finding) String() string {
	if f.Key == "" {
		return f.Message
	}
	return fmt.Sprintf("%s (%s): %s", f.Key, f.Origin, f.Message)
}

// Lint finds what kubectl takes silently and an app then stumbles over. encoded tells that the object
// encodes the values itself, as a Secret does: a value in base64 is then encoded twice.
func Lint(entries []Entry, encoded bool) []Finding {
	var found []Finding
	total := 0
	for _, e := range entries {
		total += len(e.Value)
		for _, rule := range rules {
			if message := rule.check(e, encoded); message != "" {
				found = append(found, Finding{rule.problem, e.Key, e.Origin, message})
			}
		}
	}
	if total > MaxSize*9/10 && total <= MaxSize {
		found = append(found, Finding{
			Problem: NearLimit,
			Message: fmt.Sprintf("the values are %s together, and an object holds %s", Size(total), Size(MaxSize)),
		})
	}
	return found
}

// rules are checked in this order; each gives its message, or "".
var rules = []struct {
	problem Problem
	check   func(e Entry, encoded bool) string
}{
	{EmptyValue, emptyValue},
	{TrailingNewline, trailingNewline},
	{AlreadyBase64, alreadyBase64},
	{CRLF, crlf},
	{NotUTF8, notUTF8},
	{NoEnvName, noEnvName},
}

func emptyValue(e Entry, _ bool) string {
	if len(e.Value) > 0 {
		return ""
	}
	return "the value is empty"
}

// A text of several lines ends with a newline by right: only the single line is echo's mistake.
func trailingNewline(e Entry, _ bool) string {
	if e.Origin.Kind != File && e.Origin.Kind != Stdin {
		return ""
	}
	if line, ends := bytes.CutSuffix(e.Value, []byte("\n")); !ends || bytes.ContainsRune(line, '\n') {
		return ""
	}
	return fmt.Sprintf("the value, of %s, ends with a newline, which becomes part of it, as echo leaves one: write it with printf, or use --trim-newline", Size(len(e.Value)))
}

// alreadyBase64: what decodes to readable text has hardly been meant as it stands. A key of random
// bytes in base64 decodes to no text, and is right.
func alreadyBase64(e Entry, encoded bool) string {
	if !encoded {
		return ""
	}
	value := bytes.TrimSpace(e.Value)
	if len(value) < 8 || len(value)%4 != 0 {
		return ""
	}
	decoded, err := base64.StdEncoding.Strict().AppendDecode(nil, value)
	if err != nil || !readable(decoded) {
		return ""
	}
	return fmt.Sprintf("the value, of %s, is base64 already: a Secret encodes it again, and the app gets it encoded; give the value itself", Size(len(e.Value)))
}

func readable(text []byte) bool {
	for _, b := range text {
		if (b < ' ' || b > '~') && b != '\n' && b != '\t' && b != '\r' {
			return false
		}
	}
	return true
}

func crlf(e Entry, _ bool) string {
	if !utf8.Valid(e.Value) || !bytes.Contains(e.Value, []byte("\r\n")) {
		return ""
	}
	return "the lines end as on Windows (CRLF), and each \\r becomes part of the value"
}

func notUTF8(e Entry, _ bool) string {
	if utf8.Valid(e.Value) {
		return ""
	}
	return fmt.Sprintf("the value, of %s, is not UTF-8: it can be mounted as a file, and can't be a variable", Size(len(e.Value)))
}

// shellName tells whether a shell reads it as the name of a variable.
func shellName(key string) bool {
	for i, r := range key {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return key != ""
}

// The keys of files are file names, and meant to be mounted.
func noEnvName(e Entry, _ bool) string {
	if e.Origin.Kind == File || shellName(e.Key) {
		return ""
	}
	near := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.", r) {
			return '_'
		}
		return r
	}, e.Key)
	if !shellName(near) {
		near = "_" + near
	}
	return fmt.Sprintf("the key can't be the name of a variable that a shell reads; %s could", near)
}

// TrimNewline cuts one newline off the end of each value that came from a file or stdin.
func TrimNewline(entries []Entry) []Entry {
	trimmed := make([]Entry, len(entries))
	for i, e := range entries {
		if e.Origin.Kind == File || e.Origin.Kind == Stdin {
			if line, ends := bytes.CutSuffix(e.Value, []byte("\n")); ends {
				e.Value = bytes.TrimSuffix(line, []byte("\r"))
			}
		}
		trimmed[i] = e
	}
	return trimmed
}
