package diagnosis

import (
	"regexp"
	"strings"
	"sync"
)

// maxMessage keeps a message to what fits a few lines of a terminal.
const maxMessage = 400

// oneLine joins the lines of a text and cuts it to a length that can be read.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxMessage {
		return text
	}
	cut := maxMessage
	for cut > 0 && text[cut]&0xC0 == 0x80 { // not inside a character
		cut--
	}
	return text[:cut] + "…"
}

// containsAny tells whether a text contains one of some phrases, all in lower case.
func containsAny(text string, phrases []string) bool {
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// dropPrefixes removes the patterns from the start of a text: each layer that passes on an error adds a prefix, and only
// the innermost error matters.
func dropPrefixes(text string, patterns []expression) string {
	for again := true; again; {
		again = false
		for _, p := range patterns {
			if at := p().FindStringIndex(text); at != nil && at[0] == 0 && at[1] > 0 && at[1] < len(text) {
				text, again = strings.TrimSpace(text[at[1]:]), true
			}
		}
	}
	return text
}

// rpcLayer is how gRPC wraps the answer of a container runtime.
var rpcLayer = lazily(`^rpc error: code = \w+ desc = `)

// expression is a regular expression that is compiled on first use: compiling all of them takes longer than the rest of a
// command's start.
type expression func() *regexp.Regexp

func lazily(text string) expression {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
