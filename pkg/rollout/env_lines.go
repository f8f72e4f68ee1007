package rollout

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// EnvLineError says which line is no variable. The line itself may hold a secret: it is not quoted.
type EnvLineError struct {
	Line int // from 1
	Why  string
}

func (e *EnvLineError) Error() string { return fmt.Sprintf("line %d %s", e.Line, e.Why) }

// ParseEnvLines reads the lines that `env` prints. What comes after the first '=' is the value, as it
// stands: quotes and '#' belong to it. Empty lines, and those that begin with '#', are left out.
// Errors are *EnvLineError. kubectl cuts a value at '#', skips what is no variable, and loses lines above
// 64 KiB with all that follow.
func ParseEnvLines(text []byte) ([]corev1.EnvVar, error) {
	var env []corev1.EnvVar
	first := map[string]int{}
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		number++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if start := bytes.TrimLeft(line, " \t"); len(start) == 0 || start[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(string(line), "=")
		v := corev1.EnvVar{Name: name, Value: value}
		if why := lineFault(v, found); why != "" {
			return nil, &EnvLineError{number, why}
		}
		if before := first[name]; before > 0 {
			return nil, &EnvLineError{number, fmt.Sprintf("sets %s again, after line %d", name, before)}
		}
		first[name] = number
		env = append(env, v)
	}
	return env, nil
}

func lineFault(v corev1.EnvVar, found bool) string {
	switch {
	case !found:
		return "is not KEY=VALUE (a value of several lines can't come this way)"
	case len(validation.IsEnvVarName(v.Name)) > 0:
		return "has no name of a variable before '=': letters, digits, '_', '-' and '.', and no digit first"
	}
	return EnvValueFault(v.Value)
}

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
