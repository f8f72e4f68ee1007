package view

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// newsOf returns the events of a crash with its rollback, repetitions included.
func newsOf(ref workload.Ref) []rollout.Event {
	event := func(seconds int, kind rollout.EventType, message string) rollout.Event {
		return rollout.Event{Time: at(seconds), Type: kind, Workload: &ref, Message: message}
	}
	counted := func(seconds int, c rollout.Counts) rollout.Event {
		e := event(seconds, rollout.EventProgress, "")
		e.Counts = &c
		return e
	}
	found := func(seconds int, kind rollout.EventType, f diagnosis.Finding) rollout.Event {
		e := event(seconds, kind, "")
		e.Finding = &f
		return e
	}
	ended := func(seconds int, o rollout.Outcome, message string) rollout.Event {
		e := event(seconds, rollout.EventVerdict, message)
		e.Outcome = o
		return e
	}
	pulling := diagnosis.Finding{Cause: diagnosis.ImagePulling, Grade: diagnosis.Waiting, Container: "web", Pods: 1, Of: 1, Message: "pulling"}
	result := rollout.Event{Time: at(56), Type: rollout.EventResult, Outcome: rollout.RolledBack}
	return []rollout.Event{
		{Time: at(0), Type: rollout.EventWarning, Message: "logs can't be read: pods/log is forbidden"},
		event(0, rollout.EventApplied, "web:1.0 -> web:2.0-crash, generation 8"),
		counted(0, counts(3, 0, 0, 3)),
		event(0, rollout.EventRevision, "revision 4 is web-7d9f66c4d"),
		counted(1, counts(3, 1, 0, 3)), counted(1, counts(3, 1, 0, 3)),
		found(1, rollout.EventFinding, pulling), found(2, rollout.EventCleared, pulling),
		found(2, rollout.EventFinding, crash(1)), found(4, rollout.EventFinding, crash(1)), found(12, rollout.EventFinding, crash(2)),
		found(38, rollout.EventFinding, crash(3)),
		ended(38, rollout.Failed, ""),
		event(38, rollout.EventRollback, "rolling back to revision 3 (web:1.0): it was serving before this change"),
		counted(39, counts(3, 3, 3, 0)),
		event(39, rollout.EventRevision, "revision 5: web-5c8d9f66c4"),
		event(39, rollout.EventComplete, ""),
		event(50, rollout.EventSoak, "web-5c8d9f66c4-k2n4p restarted: the watch goes on"),
		ended(56, rollout.Succeeded, ""),
		result,
	}
}

func showAll(t *testing.T, v View, f Frame, events []rollout.Event) {
	t.Helper()
	for _, e := range events {
		f.Events, f.Now = []rollout.Event{e}, e.Time
		if e.Type == rollout.EventRollback && f.Release == nil {
			failed := f.State
			f.Release = &failed
		}
		if err := v.Show(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPlain(t *testing.T) {
	terminal, _, out, errOut := term.Fake(&term.Screen{})
	showAll(t, Plain(terminal.Err), release(0, web()), newsOf(deployment()))
	layouttest.Golden(t, "plain/story", errOut.String())
	if out.Len() > 0 {
		t.Errorf("on stdout: %s", out)
	}
	seen := map[string]bool{}
	for _, l := range strings.Split(strings.TrimSpace(errOut.String()), "\n") {
		if seen[l] {
			t.Errorf("twice: %s", l)
		}
		seen[l] = true
	}
}

// With several workloads of more than one namespace, each line says which one it is about.
func TestPlainOfSeveral(t *testing.T) {
	terminal, _, _, errOut := term.Fake(&term.Screen{})
	a, b := web(), web()
	b.Target.Namespace, b.Target.Name = "billing", "api"
	events := slices.Concat(newsOf(a.Target.Ref)[:6], newsOf(b.Target.Ref)[1:6])
	showAll(t, Plain(terminal.Err), release(0, a, b), events)
	layouttest.Golden(t, "plain/several", errOut.String())
}

// The clock of the log goes on from the release's start while the rollback is watched.
func TestPlainKeepsItsClock(t *testing.T) {
	terminal, _, _, errOut := term.Fake(&term.Screen{})
	showAll(t, Plain(terminal.Err), scenes()["rolling-back"], newsOf(deployment())[13:15])
	if !strings.HasPrefix(errOut.String(), " 0:38  deployment/web  rolling back") {
		t.Errorf("%s", errOut)
	}
}

// A log that goes to a coloured terminal is not cut at its edge.
func TestPlainIsNeverCut(t *testing.T) {
	terminal, _, _, errOut := term.Fake(&term.Screen{Width: 40, Height: 10, Color: true})
	showAll(t, Plain(terminal.Err), release(0, web()), newsOf(deployment()))
	if got := errOut.String(); !strings.Contains(got, "exited 1, 3 restarts") || !strings.Contains(got, "\x1b[31m") || strings.Contains(got, "…") {
		t.Errorf("%s", got)
	}
}

func TestPlainReturnsWriteErrors(t *testing.T) {
	v := Plain(term.NewFakeOutput(layouttest.ClosedPipe{}, &term.Screen{}))
	f := release(0, web())
	f.Events = newsOf(deployment())
	if err := errors.Join(v.Show(f), v.Finish(failedResult())); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}

// Of a large workload not each pod is worth a line, and the last number always is.
func TestPlainCountsInSteps(t *testing.T) {
	for name, test := range map[string]struct {
		pods, lines int32
	}{
		"few":  {pods: 5, lines: 6},
		"many": {pods: 500, lines: 21},
	} {
		t.Run(name, func(t *testing.T) {
			terminal, _, _, errOut := term.Fake(&term.Screen{})
			v, f, ref := Plain(terminal.Err), release(0, web()), deployment()
			for ready := range test.pods + 1 {
				c := counts(test.pods, test.pods, ready, 0)
				f.Events = []rollout.Event{{Time: at(int(ready)), Type: rollout.EventProgress, Workload: &ref, Counts: &c}}
				if err := v.Show(f); err != nil {
					t.Fatal(err)
				}
			}
			lines := strings.Split(strings.TrimSpace(errOut.String()), "\n")
			last := lines[len(lines)-1]
			if want := fmt.Sprintf("%d of %d updated, %d ready", test.pods, test.pods, test.pods); int32(len(lines)) != test.lines || !strings.HasSuffix(last, want) {
				t.Errorf("%d lines, want %d; the last is %q, want %q", len(lines), test.lines, last, want)
			}
		})
	}
}

func TestNDJSON(t *testing.T) {
	terminal, _, out, errOut := term.Fake(&term.Screen{})
	showAll(t, New(terminal, ModeNDJSON), release(0, web()), newsOf(deployment())[:9])
	layouttest.Golden(t, "ndjson/story", errOut.String())
	if out.Len() > 0 {
		t.Errorf("on stdout: %s", out)
	}
	if err := NDJSON(layouttest.ClosedPipe{}).Show(Frame{Events: newsOf(deployment())}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		mode   Mode
		screen term.Screen
		want   View
	}{
		{ModeAuto, term.Screen{Width: 80, Height: 24}, &live{}},
		{ModeAuto, term.Screen{Width: 80, Height: 24, Dumb: true}, &plain{}},
		{ModeAuto, term.Screen{}, &plain{}},
		{ModeLive, term.Screen{Width: 80, Height: 24}, &live{}},
		{ModeLive, term.Screen{}, &plain{}},
		{ModePlain, term.Screen{Width: 80, Height: 24}, &plain{}},
		{ModeNDJSON, term.Screen{Width: 80, Height: 24}, ndjson{}},
		{ModeNone, term.Screen{Width: 80, Height: 24}, quiet{}},
	} {
		terminal, _, _, _ := term.Fake(&c.screen)
		if got := New(terminal, c.mode); reflect.TypeOf(got) != reflect.TypeOf(c.want) {
			t.Errorf("--progress=%s on %+v is %T", c.mode, c.screen, got)
		}
	}
	if len(Modes()) != 5 {
		t.Errorf("modes: %v", Modes())
	}
}

func TestNoneShowsNothing(t *testing.T) {
	v := None()
	if err := errors.Join(v.Show(scenes()["crashing"]), v.Finish(failedResult()), v.Close()); err != nil {
		t.Error(err)
	}
}
