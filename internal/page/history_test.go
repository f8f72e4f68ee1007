package page

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// start is the time at which the pages of these tests are written.
var start = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func revisions() []rollout.HistoryRow {
	image := func(tag string) map[string]string {
		return map[string]string{"web": "registry.example.com/shop/web:" + tag}
	}
	return []rollout.HistoryRow{
		{Revision: 3, Created: start.Add(-40 * 24 * time.Hour), Images: image("0.9"), Verdict: &rollout.VerdictAnnotation{Outcome: rollout.VerdictGood}},
		{Revision: 4, Created: start.Add(-26 * time.Hour), Images: image("2.0-crash"), ChangeCause: "release 2.0 (ci/build/1729, alice)", Verdict: &rollout.VerdictAnnotation{Outcome: rollout.VerdictFailed, Cause: diagnosis.CrashLoop}},
		{Revision: 12, Created: start.Add(-25 * time.Hour), Images: map[string]string{
			"web": "registry.example.com/shop/web:1.0", "proxy": "envoyproxy/envoy:v1.37.0",
			"init": "registry.example.com/shop/migrate@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		}, ChangeCause: "緊急リリース\x1b[2J", Verdict: &rollout.VerdictAnnotation{Outcome: rollout.VerdictGood}, Current: true},
	}
}

func TestHistory(t *testing.T) {
	for _, width := range []int{0, 40, 80, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			terminal, _, out, errOut := term.Fake(&term.Screen{Width: width, Height: 24})
			if err := History(terminal.Out, revisions(), start); err != nil {
				t.Fatal(err)
			}
			layouttest.Golden(t, fmt.Sprintf("history/%d", width), out.String())
			if errOut.Len() > 0 {
				t.Errorf("on stderr: %s", errOut)
			}
		})
	}
}

// Whatever the width, the verdict is whole.
func TestHistoryKeepsTheVerdict(t *testing.T) {
	rows := revisions()
	rows[1].Verdict.Cause = diagnosis.ContainerConfigInvalid
	rows[1].ChangeCause = strings.Repeat("release 2.0 of the whole shop, ", 9)
	for width := 40; width < 200; width++ {
		terminal, _, out, _ := term.Fake(&term.Screen{Width: width, Height: 24})
		if err := History(terminal.Out, rows, start); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "failed: ContainerConfigInvalid") || !strings.Contains(out.String(), "release") {
			t.Errorf("%d columns:\n%s", width, out)
		}
		for line := range strings.Lines(out.String()) {
			if term.Width(strings.TrimRight(line, "\n")) >= width {
				t.Errorf("%d columns: %q is too wide", width, line)
			}
		}
	}
}

// Colour is laid on after the columns are aligned.
func TestHistoryInColourIsAligned(t *testing.T) {
	write := func(screen term.Screen) string {
		terminal, _, out, _ := term.Fake(&screen)
		if err := History(terminal.Out, revisions(), start); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	without, with := write(term.Screen{Width: 80, Height: 24}), write(term.Screen{Width: 80, Height: 24, Color: true})
	for i, l := range strings.Split(with, "\n") {
		if want := strings.Split(without, "\n")[i]; strings.TrimRight(term.Clean(l), " ") != want {
			t.Errorf("%q, without colour %q", term.Clean(l), want)
		}
	}
	if err := History(term.NewFakeOutput(layouttest.ClosedPipe{}, &term.Screen{}), revisions(), start); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}

func TestDiff(t *testing.T) {
	before := "spec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - image: web:1.0\n        name: web\n"
	after := strings.Replace(before, "web:1.0", "web:2.0", 1)
	for name, screen := range map[string]term.Screen{"plain": {}, "colour": {Width: 80, Height: 24, Color: true}} {
		terminal, _, _, errOut := term.Fake(&screen)
		if err := Diff(terminal.Err, "deployment/web", before, after); err != nil {
			t.Fatal(err)
		}
		layouttest.Golden(t, "diff/"+name, strings.ReplaceAll(errOut.String(), "\x1b", "^"))
	}
	terminal, _, _, errOut := term.Fake(&term.Screen{})
	if err := Diff(terminal.Err, "deployment/web", before, before); err != nil || errOut.Len() > 0 {
		t.Errorf("no change: %v, %q", err, errOut)
	}
}

func TestDiffCountsLinesBetweenChanges(t *testing.T) {
	lines := make([]string, 40)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i+1)
	}
	before := strings.Join(lines, "\n")
	lines[3], lines[8], lines[30] = "a\nb", "c", "d"
	terminal, _, _, out := term.Fake(&term.Screen{})
	if err := Diff(terminal.Err, "deployment/web", before, strings.Join(lines, "\n")); err != nil {
		t.Fatal(err)
	}
	if want := "@@ -28,7 +29,7 @@"; !strings.Contains(out.String(), want) {
		t.Errorf("no %s in\n%s", want, out.String())
	}
}

// A change by another program keeps the change-cause, which is then that of an earlier revision.
func TestHistoryOfACauseThatStayed(t *testing.T) {
	rows := []rollout.HistoryRow{
		{Revision: 1},
		{Revision: 2, ChangeCause: "kubectl app set image deploy/web web=web:2.0"},
		{Revision: 3, ChangeCause: "kubectl app set image deploy/web web=web:2.0"},
		{Revision: 4, ChangeCause: "release 4"},
		{Revision: 5},
	}
	for i, want := range []string{"", "kubectl app set image deploy/web web=web:2.0", "(as revision 2)", "release 4", ""} {
		if got := causeOf(rows, i); got != want {
			t.Errorf("revision %d: %q, want %q", rows[i].Revision, got, want)
		}
	}
}
