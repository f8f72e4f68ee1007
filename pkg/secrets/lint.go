package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Draft is what is to be written, and what is known of the object.
type Draft struct {
	Entries []Entry
	Kind    workload.ReferenceKind
	Type    corev1.SecretType
	// Kept is what the object holds already, and keeps.
	Kept map[string][]byte
	// Variables says which variables are made of a key; nil where that is not known.
	Variables func(key string) []string
}

// encodes tells that the object encodes the values itself: one in base64 is then encoded twice.
func (d *Draft) encodes() bool { return d.Kind == workload.SecretReference }

// data is what the object will hold.
func (d *Draft) data() map[string][]byte {
	data := make(map[string][]byte, len(d.Kept)+len(d.Entries))
	maps.Copy(data, d.Kept)
	for _, e := range d.Entries {
		data[e.Key] = e.Value
	}
	return data
}

// find is what the object will hold under a key.
func (d *Draft) find(key string) (Entry, bool) {
	for _, e := range d.Entries {
		if e.Key == key {
			return e, true
		}
	}
	value, kept := d.Kept[key]
	return Entry{key, value, Origin{Kind: Kept}}, kept
}

// Lint finds what kubectl takes silently and an app then stumbles over.
func Lint(d Draft) []Finding {
	var found []Finding
	for _, e := range d.Entries {
		for _, rule := range rules {
			if message := rule.check(e, &d); message != "" {
				found = append(found, Finding{Problem: rule.problem, Key: e.Key, Origin: e.Origin, Message: message})
			}
		}
	}
	if d.encodes() {
		found = slices.Concat(found, lintTLS(&d), lintDocker(&d), keysOfVariables(&d))
	}
	total := 0
	for _, value := range d.data() {
		total += len(value)
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
	check   func(e Entry, d *Draft) string
}{
	{EmptyValue, emptyValue},
	{TrailingNewline, trailingNewline},
	{AlreadyBase64, alreadyBase64},
	{CRLF, crlf},
	{Encoding, encoding},
	{NotUTF8, notUTF8},
	{NoEnvName, noEnvName},
}

func emptyValue(e Entry, _ *Draft) string {
	if len(e.Value) > 0 {
		return ""
	}
	return "the value is empty"
}

// A text of several lines ends with a newline by right: only the single line is echo's mistake.
func trailingNewline(e Entry, _ *Draft) string {
	if e.Origin.Kind != File && e.Origin.Kind != Stdin || utf16Order(e.Value) != "" {
		return ""
	}
	if line, ends := bytes.CutSuffix(e.Value, []byte("\n")); !ends || bytes.ContainsRune(line, '\n') || json.Valid(line) && line[0] == '{' {
		return ""
	}
	return fmt.Sprintf("the value (%s) ends with a newline, which becomes part of it: use printf instead of echo, or --trim-newline", Size(len(e.Value)))
}

// alreadyBase64: what decodes to readable text has hardly been meant as it stands. A key of random
// bytes in base64 decodes to no text, and is right.
func alreadyBase64(e Entry, d *Draft) string {
	if !d.encodes() {
		return ""
	}
	value, wrapped := unwrapped(e.Value)
	if len(value) < 8 || len(value)%4 != 0 {
		return ""
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(standardAlphabet.Replace(value))
	if err != nil || !readable(decoded) {
		return ""
	}
	if wrapped {
		return fmt.Sprintf("the value (%s) is already base64, in several lines: a Secret encodes it again, and the app gets base64; give the decoded value", Size(len(e.Value)))
	}
	return fmt.Sprintf("the value (%s) is already base64: a Secret encodes it again, and the app gets base64; give the decoded value", Size(len(e.Value)))
}

// unwrapped joins the lines that base64 breaks its output into: all are of one length, but the last.
func unwrapped(value []byte) (text string, wrapped bool) {
	lines := strings.Fields(string(value))
	for i, line := range lines {
		if last := i == len(lines)-1; !last && len(line) != len(lines[0]) || last && len(line) > len(lines[0]) {
			return "", false
		}
	}
	return strings.Join(lines, ""), len(lines) > 1
}

func readable(text []byte) bool {
	return utf8.Valid(text) && bytes.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }) < 0
}

func crlf(e Entry, _ *Draft) string {
	switch {
	case !utf8.Valid(e.Value) || !bytes.ContainsRune(e.Value, '\r'):
		return ""
	case bytes.Contains(e.Value, []byte("-----BEGIN ")):
		return "the PEM has Windows line ends (CRLF), which some programs can't read: save it with LF line ends"
	case bytes.Contains(e.Value, []byte("\r\n")):
		return "the lines have Windows line ends (CRLF), and each \\r becomes part of the value"
	}
	return "a CR (\\r) without a line end becomes part of the value"
}

func notUTF8(e Entry, d *Draft) string {
	why := NoVariable(e.Value)
	var users []string
	if d.Variables != nil {
		users = d.Variables(e.Key)
	}
	switch {
	case why == "" || users == nil && utf16Order(e.Value) != "":
		return ""
	case users == nil:
		return fmt.Sprintf("the value (%s) %s: it can be mounted as a file, but can't be a variable", Size(len(e.Value)), why)
	}
	return fmt.Sprintf("the value (%s) %s, and no variable can hold it: %s", Size(len(e.Value)), why, strings.Join(users, ", "))
}

// NoVariable is why no variable can hold a value, "" if one can.
func NoVariable(value []byte) string {
	switch {
	case !utf8.Valid(value):
		return "is not UTF-8"
	case bytes.IndexByte(value, 0) >= 0:
		return "contains NUL (\\0)"
	}
	return ""
}

// NeedsUsers tells whether what is found in values depends on who uses them.
func NeedsUsers(entries []Entry) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool { return NoVariable(e.Value) != "" })
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

// wellKnownKeys are read by Kubernetes itself.
var wellKnownKeys = []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey, corev1.DockerConfigJsonKey, corev1.DockerConfigKey}

// The keys of files are file names, and meant to be mounted.
func noEnvName(e Entry, _ *Draft) string {
	if e.Origin.Kind == File || shellName(e.Key) || slices.Contains(wellKnownKeys, e.Key) {
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
	return fmt.Sprintf("the key is not a valid name of a shell variable, but %s is", near)
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
