package rollout

import (
	"strings"
	"unicode/utf8"
)

// EnvValueFault says why a value would not arrive as it is, after the name of what holds it; "" if it does.
func EnvValueFault(value string) string {
	switch {
	case !utf8.ValidString(value):
		return "is not UTF-8: the container would get another value"
	case strings.Contains(value, "\x00"):
		return "contains a NUL byte: the container would get only what comes before it"
	}
	return ""
}
