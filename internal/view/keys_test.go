package view

import (
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

func TestKeys(t *testing.T) {
	changes := secrets.Diff(
		map[string][]byte{"gone": []byte("hunter2"), "same": []byte("x"), "password": []byte("1")},
		map[string][]byte{"new\x1b[31m": []byte("hunter2!"), "same": []byte("x"), "password": []byte("12")},
	)
	for name, screen := range map[string]*term.Screen{"keys/pipe": {}, "keys/colour": {Width: 80, Color: true}, "keys/narrow": {Width: 24}} {
		screens, _, out, errOut := term.Fake(screen)
		if err := Keys(screens, "secret/db", changes); err != nil {
			t.Fatal(err)
		}
		if out.Len() > 0 {
			t.Errorf("stdout has %q", out)
		}
		golden(t, name, errOut.String())
	}
}
