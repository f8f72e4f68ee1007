package term

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text that came from elsewhere safe to show on one line: escape sequences and what
// else could move the cursor, hide text or turn its direction are taken out; any kind of space or
// line break becomes a space.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	s = ansi.Strip(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u200d': // joins emoji
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		default:
			return r
		}
	}, s)
}

// plain is the common case: printable ASCII alone.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Width is how many columns s takes at most, colours not counted: some terminals count by rune,
// others by what a reader sees as one character.
func Width(s string) int { return max(ansi.StringWidthWc(s), ansi.StringWidth(s)) }

// Cut shortens s to width columns, tail included when something was cut off. Colours stay balanced.
func Cut(s string, width int, tail string) string {
	if Width(s) <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	if ansi.StringWidthWc(s) > width {
		s = ansi.TruncateWc(s, width, tail)
	}
	return ansi.Truncate(s, width, tail)
}

// Pad fills s up to width columns.
func Pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-Width(s), 0))
}

// PadLeft fills s up to width columns, from the left.
func PadLeft(s string, width int) string {
	return strings.Repeat(" ", max(width-Width(s), 0)) + s
}

// Wrap breaks s into lines of at most width columns, between words where that can be done.
func Wrap(s string, width int) []string {
	if width <= 0 || Width(s) <= width {
		return []string{s}
	}
	lines := strings.Split(ansi.WrapWc(s, width, ""), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}
