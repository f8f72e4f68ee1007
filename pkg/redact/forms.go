package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// longest is above what a message or a line holds; of a longer value only its lines and its beginning are sought.
const longest = 64 << 10

// forms are the ways in which a value may be written in a message.
func forms(value string, how confidence) []string {
	value = value[:min(len(value), longest)]
	all := []string{value}
	for _, quote := range []func(string) string{quoteGo, quoteJSON, quoteHTML} {
		once := quote(value)
		all = append(all, once, quote(once))
	}
	all = append(
		all, strings.ReplaceAll(value, `'`, `''`), strings.ReplaceAll(value, `'`, `'\''`), quoteShell(value),
		strings.ReplaceAll(value, " ", "+"), // in the query of a URL, what else is encoded there is decoded
	)
	all = append(all, base64Forms(value)...)
	if how >= secret { // as Go prints the data of a Secret
		list := fmt.Sprintf("%d", []byte(value))
		syntax := fmt.Sprintf("%#v", []byte(value))
		all = append(all, list[1:len(list)-1], syntax[len("[]byte{"):len(syntax)-1], hex.EncodeToString([]byte(value)))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// base64Forms are a value and a line of it in base64, without padding.
func base64Forms(value string) []string {
	var all []string
	for _, bytes := range []string{value, value + "\n"} {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			all = append(all, encoding.EncodeToString([]byte(bytes)))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// within are the parts of base64 that a value gives, whatever stands before and after it: USER:PASSWORD, say.
func within(value string) []string {
	const shortest = 8
	var all []string
	value = value[:min(len(value), longest)]
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte("xx"[:before] + value))
		part := encoded[(8*before+5)/6 : 8*(before+len(value))/6]
		if len(part) >= shortest {
			all = append(all, part, strings.NewReplacer("+", "-", "/", "_").Replace(part))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func quoteGo(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

func quoteJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return s
	}
	q := strings.TrimSuffix(b.String(), "\n")
	return q[1 : len(q)-1]
}

// quoteHTML is what encoding/json does by default.
func quoteHTML(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(q[1 : len(q)-1])
}

// quoteShell puts a backslash before what a shell would take for itself, as bash's printf %q does.
func quoteShell(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(" \t\"'\\$`!*?[]{}()<>|&;#~^", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
