package page

import (
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
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
		layouttest.Golden(t, name, errOut.String())
	}
}

func TestMeta(t *testing.T) {
	labels := secrets.Diff(map[string][]byte{"tier": nil, "same": nil}, map[string][]byte{"app": nil, "same": nil})
	notes := secrets.Diff(map[string][]byte{"note": []byte("hunter2")}, map[string][]byte{"note": []byte("hunter3")})
	for name, screen := range map[string]*term.Screen{"keys/meta": {}, "keys/meta-narrow": {Width: 40}} {
		screens, _, out, errOut := term.Fake(screen)
		if err := Meta(screens, labels, notes, true); err != nil || out.Len() > 0 {
			t.Fatalf("%v, stdout has %q", err, out)
		}
		layouttest.Golden(t, name, errOut.String())
	}
	screens, _, _, errOut := term.Fake(&term.Screen{})
	if err := Meta(screens, labels[1:2], nil, false); err != nil || errOut.Len() > 0 {
		t.Errorf("nothing has changed, and it says %q, %v", errOut, err)
	}
}
