package page

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

type hintedError struct{ error }

func (hintedError) Hints() []string {
	return []string{"kubectl get deployments -n shop", "kubectl config get-contexts"}
}

func TestError(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"plain", errors.New("no container `wbe` in deployment/web; did you mean `web`?"), "error: no container `wbe` in deployment/web; did you mean `web`?\n"},
		{"several lines", errors.New("unknown flag: --imgae\nSee 'kubectl app set image --help' for usage."), "error: unknown flag: --imgae\nSee 'kubectl app set image --help' for usage.\n"},
		{"said already", errors.New("error: no such file"), "error: no such file\n"},
		{"unsafe", errors.New("pods \"\x1b[2Jx\" is forbidden"), "error: pods \"x\" is forbidden\n"},
		{"two", fmt.Errorf("%w\nnothing was written", errors.Join(errors.New("a: no such file"), errors.New("b: no such file\nof that name"))), "error: a: no such file\nerror: b: no such file\nof that name\nnothing was written\n"},
		{
			"with hints", fmt.Errorf("set image: %w", hintedError{errors.New("deployment/wbe was not found")}),
			"error: set image: deployment/wbe was not found\n  next: kubectl get deployments -n shop\n        kubectl config get-contexts\n",
		},
	} {
		terminal, _, out, errOut := term.Fake(&term.Screen{})
		if err := Error(terminal, c.err); err != nil {
			t.Fatal(err)
		}
		if got := errOut.String(); got != c.want || out.Len() > 0 {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}

func TestPreflight(t *testing.T) {
	checks := []Check{
		{Refused: true, Object: `secret "db"`, Cause: "the template names it, and it does not exist", Next: []string{"kubectl create secret generic db"}},
		{Object: "deployment/web", Cause: "spec.template.spec.containers is owned by helm: its next upgrade undoes this change"},
		{Refused: true, Object: "quota small", Cause: "no room for the surge: pods 3 of 3 are used, and 1 more is needed"},
	}
	for name, screen := range map[string]term.Screen{"pipe": {}, "60": {Width: 60, Height: 24}} {
		terminal, _, out, errOut := term.Fake(&screen)
		if err := errors.Join(Preflight(terminal, checks), Warning(terminal, "a warning\x1b[2J by itself")); err != nil {
			t.Fatal(err)
		}
		layouttest.Golden(t, "preflight/"+name, errOut.String())
		if out.Len() > 0 {
			t.Errorf("on stdout: %s", out)
		}
	}
}
