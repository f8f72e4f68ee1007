package rollout

import (
	"strings"
	"unicode/utf8"
)

// EnvValueFault says why a value would not arrive as it is, after the name of what holds it; "" if it does.
func EnvValueFault(value string) string {
	switch {
	case !utf8.ValidString(value):
		return "has a value that is not UTF-8, which would arrive changed"
	case strings.Contains(value, "\x00"):
		return "has a value with a NUL in it, where it would end"
	}
	return ""
}
