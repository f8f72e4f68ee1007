package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// index finds all values in one pass over a text.
type index struct {
	heads    [1 << 16 / 64]uint64 // first two bytes of the patterns, as a set
	patterns map[uint16][]pattern // by the first two bytes
}

// pattern is a way to write a value.
type pattern struct {
	text, value string
	edge        edge
}

// edge says what may not stand beside a match.
type edge int

const (
	anywhere edge = iota
	wordEdge      // no letter, digit or underscore
	nameEdge      // nor a hyphen or dot that makes it a part of a longer name
)

// span is a part of a text that is to be masked.
type span struct{ from, to int }

// edgeOf lets a secret be found within other words, too, unless it may be one.
func edgeOf(value string, how confidence) edge {
	shortest := 6
	switch {
	case word.MatchString(value):
		shortest = 12
	case number.MatchString(value):
		shortest = 8
	}
	switch {
	case how >= secret && len(value) >= shortest:
		return anywhere
	case word.MatchString(value), how == literal && nameLike.MatchString(value):
		return nameEdge
	}
	return wordEdge
}

var nameLike = regexp.MustCompile(`^[a-z0-9.-]+$`)

func (ix *index) add(value string, how confidence) {
	for _, form := range forms(value, how) {
		ix.pattern(pattern{form, value, edgeOf(value, how)})
	}
	if how >= secret {
		for _, form := range within(value) {
			ix.pattern(pattern{form, value, anywhere})
		}
	}
}

// encoded finds a value in base64 alone: as it stands, it is a word of messages.
func (ix *index) encoded(value string) {
	for _, form := range base64Forms(value) {
		ix.pattern(pattern{form, value, wordEdge})
	}
}

func (ix *index) pattern(p pattern) {
	if len(p.text) < 2 {
		return
	}
	if ix.patterns == nil {
		ix.patterns = map[uint16][]pattern{}
	}
	head := headOf(p.text)
	ix.heads[head/64] |= 1 << (head % 64)
	ix.patterns[head] = append(ix.patterns[head], p)
}

func headOf(s string) uint16 { return uint16(s[0])<<8 | uint16(s[1]) }

// masked puts the mask in place of parts of a text.
func masked(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	at := 0
	for i := 0; i < len(spans); {
		from, to := spans[i].from, spans[i].to
		for i++; i < len(spans) && spans[i].from <= to; i++ {
			to = max(to, spans[i].to)
		}
		b.WriteString(text[at:from])
		if text[from:to] == Placeholder {
			b.WriteString(Placeholder)
		} else {
			b.WriteString(Mask)
		}
		at = to
	}
	b.WriteString(text[at:])
	return b.String()
}

// find returns where values stand that are not public, as they are or encoded, once or twice; matches may overlap. The
// beginning of a log's line is never cut off, unlike that of a message.
func (ix *index) find(text string, public map[string]bool, message bool) []span {
	spans := ix.asTheyAre(text, public)
	if message {
		spans = append(spans, ix.beheaded(text, public)...)
	}
	plain, at, ok := decoded(text)
	for round := 0; ok && round < 2; round++ {
		for _, s := range ix.asTheyAre(plain, public) {
			spans = append(spans, span{at[s.from], at[s.to]})
		}
		again, inner, more := decoded(plain)
		for i := range inner {
			inner[i] = at[inner[i]]
		}
		plain, at, ok = again, inner, more
	}
	return spans
}

func (ix *index) asTheyAre(text string, public map[string]bool) []span {
	var spans []span
	whole, cutOff := ending(text)
	for i := 0; i+1 < len(text); i++ {
		head := headOf(text[i:])
		if ix.heads[head/64]&(1<<(head%64)) == 0 {
			continue
		}
		for _, p := range ix.patterns[head] {
			switch {
			case public[p.value]:
			case strings.HasPrefix(text[i:], p.text) && p.stands(text, i):
				spans = append(spans, span{i, padding(text, i+len(p.text))})
			case i < whole && cut(text[i:whole], p.text, cutOff):
				spans = append(spans, span{i, whole})
			}
		}
	}
	return spans
}

// cutFrom is the length from which on a text may have been cut: the kubelet and the API cut at 1024, 2048 and 4096 bytes.
const cutFrom = 1000

// ending is where a text ends without its ellipsis, and whether it seems to have been cut off there.
func ending(text string) (end int, cutOff bool) {
	for _, ellipsis := range []string{"...", "…", "[truncated]"} {
		if whole, ok := strings.CutSuffix(text, ellipsis); ok {
			return len(whole), true
		}
	}
	return len(text), len(text) >= cutFrom
}

// cut tells that the rest of a text is the beginning of a value.
func cut(rest, value string, cutOff bool) bool {
	return len(rest) >= 4 && len(rest) < len(value) && (cutOff || len(rest) >= 8) && strings.HasPrefix(value, rest)
}

// beheaded finds the end of a value at the beginning of a text of which the kubelet has kept the end.
func (ix *index) beheaded(text string, public map[string]bool) []span {
	if len(text) < cutFrom {
		return nil
	}
	longest := 7 // what is shorter says nothing
	for _, all := range ix.patterns {
		for _, p := range all {
			for n := min(len(p.text)-1, len(text)); n > longest && !public[p.value]; n-- {
				if strings.HasPrefix(text, p.text[len(p.text)-n:]) {
					longest = n
				}
			}
		}
	}
	if longest == 7 {
		return nil
	}
	return []span{{0, longest}}
}

// padding is the end of what base64 adds to a value.
func padding(text string, end int) int {
	for n := 0; n < 2 && end < len(text) && text[end] == '='; n++ {
		end++
	}
	return end
}

// stands tells whether the pattern found at i is no part of a longer word.
func (p pattern) stands(text string, i int) bool {
	end := i + len(p.text)
	if p.edge == anywhere {
		return true
	}
	if i > 0 && p.joins(text[i-1]) && isWord(p.text[0]) && !escaped(text[:i]) {
		return false
	}
	if end == len(text) || !isWord(p.text[len(p.text)-1]) {
		return true
	}
	if !p.joins(text[end]) {
		return true
	}
	return text[end] == '.' && (end+1 == len(text) || !isWord(text[end+1])) // the end of a sentence
}

func (p pattern) joins(c byte) bool { return isWord(c) || p.edge == nameEdge && (c == '-' || c == '.') }

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

// escaped tells that the word before a value is an escape sequence, such as \n.
func escaped(before string) bool { return escape.MatchString(before[max(0, len(before)-7):]) }

var escape = regexp.MustCompile(`(\\([abfnrtv0]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})|%(25)?[0-9A-Fa-f]{2})$`)
