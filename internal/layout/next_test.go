package layout

import (
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// A command is broken as a shell takes it, whatever the width, and prose is not.
func TestContinued(t *testing.T) {
	for name, command := range map[string]string{
		"words":    "kubectl app set image deployment/web web=registry.example.com/shop/web:TAG -n shop",
		"quoted":   `kubectl create secret generic web --from-literal='a b c d e f g h i j k l' -n shop`,
		"a double": `kubectl annotate deployment/web "note=it's one word of several" -n shop`,
	} {
		for _, width := range []int{0, 20, 40, 60, 200} {
			lines := (&Sheet{Width: width}).Continued(command)
			if width == 0 && len(lines) != 1 {
				t.Errorf("%s, without a width: %q", name, lines)
			}
			for _, line := range lines {
				words := len(shellWords(line))
				if width > 0 && 8+term.Width(line) > width && words > 2 { // a word and its backslash
					t.Errorf("%s at %d: %q is too wide", name, width, line)
				}
			}
			if got := strings.ReplaceAll(strings.Join(lines, "\n"), " \\\n  ", " "); got != command {
				t.Errorf("%s at %d: %q", name, width, got)
			}
		}
	}
	prose := "set another image, for example with kubectl app set image"
	if lines := (&Sheet{Width: 20}).Continued(prose); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
}
