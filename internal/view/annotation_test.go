package view

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// annotations are the lines that GitHub Actions reads.
func annotations(text string) string {
	var found strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "::") {
			found.WriteString(line)
		}
	}
	return found.String()
}

func TestAnnotationsOfResults(t *testing.T) {
	var all strings.Builder
	for _, name := range []string{"rolled-back", "failed", "fleet", "timed-out", "stalled", "refused", "interrupted", "succeeded", "unchanged"} {
		terminal, _, _, errOut := term.Fake(&term.Screen{Annotates: true})
		if err := Plain(terminal.Err).Finish(results()[name]); err != nil {
			t.Fatal(err)
		}
		all.WriteString("# " + name + "\n" + annotations(errOut.String()))
	}
	layouttest.Golden(t, "annotations/results", all.String())
	if strings.Contains(all.String(), "DATABASE_URI") {
		t.Error("an annotation has a line of a log")
	}
}

// The workload that decided and the one that crashes have an error each; the one that was only taken back has none.
func TestAnnotationForEachWorkloadWithACause(t *testing.T) {
	terminal, _, _, errOut := term.Fake(&term.Screen{Annotates: true})
	if err := Plain(terminal.Err).Finish(severalResult()); err != nil {
		t.Fatal(err)
	}
	text := annotations(errOut.String())
	if strings.Count(text, "::error") != 2 || !strings.Contains(text, "deployment/worker%3A ReadinessFailing") || !strings.Contains(text, "deployment/web%3A CrashLoop") {
		t.Errorf("got\n%s", text)
	}
}

func TestAnnotationsAreEscapedAndWhole(t *testing.T) {
	long := strings.Repeat("very ", 40) + "long"
	for want, write := range map[string]func(t *term.Terminal) error{
		"::warning::100%25, a: b%0Ac " + long + "\n": func(t *term.Terminal) error { return page.Warning(t, "100%, a: b\nc "+long) },
		"::error::no%25container%0Asee: help\n":      func(t *term.Terminal) error { return page.Error(t, errors.New("error: no%container\nsee: help")) },
		"::error title=deployment/web%3A a%2C b 50%25::it's: paused, 50%25\n": func(t *term.Terminal) error {
			return page.Preflight(t, []page.Check{{Refused: true, Object: "deployment/web: a, b 50%", Cause: "it's: paused, 50%"}})
		},
		"::warning::quota is low\n": func(t *term.Terminal) error {
			return Plain(t.Err).Show(Frame{Events: []rollout.Event{{Type: rollout.EventWarning, Message: "quota is low"}}})
		},
		"": func(t *term.Terminal) error {
			return NDJSON(t.Err).Show(Frame{Events: []rollout.Event{{Type: rollout.EventWarning, Message: "quota is low"}}})
		},
	} {
		terminal, _, out, errOut := term.Fake(&term.Screen{Width: 40, Height: 24, Annotates: true})
		if err := write(terminal); err != nil {
			t.Fatal(err)
		}
		if got := annotations(errOut.String()); got != want || out.Len() > 0 {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		terminal, _, _, errOut = term.Fake(&term.Screen{Width: 40, Height: 24})
		if err := write(terminal); err != nil {
			t.Fatal(err)
		}
		if got := annotations(errOut.String()); got != "" {
			t.Errorf("elsewhere: %q", got)
		}
	}
}
