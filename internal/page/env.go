package page

import (
	"fmt"
	"io"
	"strings"
)

// EnvList is the environment of one container.
type EnvList struct {
	Kind, Name, Container string
	Vars                  []EnvLine
	// All are the objects of which each key is a variable.
	All []string
}

// EnvLine is one variable: its value, or what it refers to.
type EnvLine struct{ Name, Value, From string }

// Env writes variables as `kubectl set env --list` does. It is read by programs (`set env -e -` is one),
// so that nothing is wrapped or coloured.
func Env(w io.Writer, l EnvList) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s, container %s\n", l.Kind, l.Name, l.Container)
	for _, v := range l.Vars {
		if v.From != "" {
			fmt.Fprintf(&b, "# %s from %s\n", v.Name, v.From)
		} else {
			fmt.Fprintf(&b, "%s=%s\n", v.Name, v.Value)
		}
	}
	for _, from := range l.All {
		fmt.Fprintf(&b, "# each key of %s (envFrom)\n", from)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the variables: %w", err)
	}
	return nil
}
