package view

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/internal/term/termtest"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// theatre shows a live view on a screen.
type theatre struct {
	View
	seen *termtest.Screen
	size *term.Screen
}

func newTheatre(width, height int) theatre {
	seen, size := termtest.New(width, height), &term.Screen{Width: width, Height: height, Color: true}
	fmt.Fprint(seen, "$ kubectl app set image deployment/web web=web:2.0-crash\r\n")
	return theatre{View: Live(term.NewFakeOutput(seen, size)), seen: seen, size: size}
}

func (th theatre) resize(width, height int) {
	th.size.Width, th.size.Height = width, height
	th.seen.Resize(width, height)
}

func (th theatre) show(t *testing.T, frames ...Frame) {
	t.Helper()
	for _, f := range frames {
		if err := th.Show(f); err != nil {
			t.Fatal(err)
		}
		pass(Refresh)
	}
}

// pass lets time go by, that of synctest's bubble.
func pass(d time.Duration) { <-time.After(d) }

func (th theatre) expect(t *testing.T, name string) {
	t.Helper()
	layouttest.Golden(t, name, th.seen.Text())
	if len(th.seen.Faults) > 0 || th.seen.CursorHidden() {
		t.Errorf("faults %v, cursor hidden %v", th.seen.Faults, th.seen.CursorHidden())
	}
}

// story is a release that crashes and is rolled back.
func story() []Frame {
	all := scenes()
	return []Frame{
		all["begun"], release(4, crashing(rollout.Progressing, "")), all["crashing"],
		rollback(41, counts(3, 0, 0, 3), ""), all["rolling-back"], all["rolled-back"],
	}
}

func TestLiveStory(t *testing.T) {
	for _, width := range []int{40, 80, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				th := newTheatre(width, 30)
				th.show(t, story()...)
				if err := th.Finish(failedResult()); err != nil {
					t.Fatal(err)
				}
				th.expect(t, fmt.Sprintf("live/story-%d", width))
			})
		})
	}
}

// The picture is on the screen once, whatever the user did to the window meanwhile.
func TestLiveResized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 30)
		for i, f := range story() {
			th.show(t, f)
			th.resize([]int{40, 120, 33, 200, 61, 80}[i], 30)
			th.show(t, f) // noticed
			pass(settle)
		}
		th.show(t, scenes()["rolled-back"])
		th.expect(t, "live/resized")
	})
}

// While a window is dragged, tmux has wrapped its lines anew for a width that the program is told later.
func TestLiveDragged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 30)
		f := release(4, crashing(rollout.Progressing, ""))
		th.show(t, f)
		widths := []int{70, 52, 45, 40, 58, 75, 79}
		for i, width := range widths {
			th.seen.Resize(width, 30)
			th.size.Width = widths[max(i-1, 0)] // the first is told at once, the others late
			f.Now = f.Now.Add(time.Second)
			th.show(t, f)
		}
		th.size.Width = widths[len(widths)-1]
		th.show(t, f, f, f, f, f)
		th.expect(t, "live/dragged")
	})
}

// A low terminal never scrolls the picture out of itself.
func TestLiveOnALowTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 8)
		for i := range 5 {
			f := fleet(200)
			f.Now = f.Now.Add(time.Duration(i) * time.Second)
			th.show(t, f)
		}
		th.expect(t, "live/low")
	})
}

// The way back may fail as well, and then the picture says why.
func TestLiveRollbackFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 30)
		f := rollback(60, counts(3, 1, 0, 1), rollout.Failed)
		f.State.Workloads[0].Findings = []diagnosis.Finding{notFound()}
		th.show(t, f)
		if err := th.Finish(results()["rollback-failed"]); err != nil {
			t.Fatal(err)
		}
		th.expect(t, "live/rollback-failed")
	})
}

// What a verdict rests on is printed whole where the picture had no room for it, and only there.
func TestLiveEndsWithTheWholeEvidence(t *testing.T) {
	failed := func(name string) rollout.WorkloadState {
		w := crashing(rollout.Done, rollout.Failed)
		w.Target.Name = name
		w.Findings[0].Exemplar = name + "-7d9f66c4d-x2x1v"
		w.Findings[0].Logs = append(w.Findings[0].Logs[:2:2], "fatal: could not connect to database at db.shop.svc.cluster.local:5432: connection refused")
		return w
	}
	for name, test := range map[string]struct {
		height    int
		workloads []rollout.WorkloadState
	}{
		"one":     {24, []rollout.WorkloadState{failed("web")}},
		"one-low": {6, []rollout.WorkloadState{failed("web")}},
		"two":     {24, []rollout.WorkloadState{failed("web"), failed("api")}},
	} {
		synctest.Test(t, func(t *testing.T) {
			th := newTheatre(80, test.height)
			f := release(40, test.workloads...)
			f.State.Outcome = rollout.Failed
			th.show(t, f)
			if err := th.Finish(rollout.NewResult(f.State, nil, f.Now)); err != nil {
				t.Fatal(err)
			}
			th.expect(t, "live/whole-"+name)
		})
	}
}

func TestLivePaintsTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 24)
		for i := range 1000 {
			f := scenes()["crashing"]
			f.State.Workloads[0].Counts.Desired = int32(1000 + i)
			if err := th.Show(f); err != nil {
				t.Fatal(err)
			}
			pass(time.Millisecond)
		}
		if th.seen.Frames > 10 {
			t.Errorf("%d frames in a second", th.seen.Frames)
		}
		if strings.Contains(th.seen.Text(), "of 1999") {
			t.Error("the last frame was painted too soon")
		}
		if err := th.Close(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(th.seen.Text(), "of 1999") {
			t.Error("the last frame is missing")
		}
	})
}

// Nothing is written while nothing changes: no flicker, and a recorded terminal stays small.
func TestLiveIsCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 24)
		for range 50 {
			th.show(t, scenes()["crashing"])
		}
		if th.seen.Frames != 1 {
			t.Errorf("%d frames for one picture", th.seen.Frames)
		}
	})
}

func TestLiveWarningsStayAbove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 24)
		f := scenes()["begun"]
		f.Events = []rollout.Event{{Time: start, Type: rollout.EventWarning, Message: "events can't be read\x1b[2J: some causes will not be seen"}}
		early := Frame{Events: []rollout.Event{{Time: start, Type: rollout.EventWarning, Message: "said before there is a picture"}}}
		late := scenes()["healthy"]
		late.Events = []rollout.Event{{Time: start, Type: rollout.EventWarning, Message: "said while there is one"}}
		th.show(t, early, f, late, Frame{})
		th.expect(t, "live/warning")
	})
}

func TestLiveSuccessSaysNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newTheatre(80, 24)
		th.show(t, scenes()["healthy"], scenes()["soaking"], scenes()["done"])
		if err := errors.Join(th.Finish(succeededResult()), th.Close()); err != nil {
			t.Fatal(err)
		}
		th.expect(t, "live/success")
	})
}

func TestLiveReturnsWriteErrors(t *testing.T) {
	v := Live(term.NewFakeOutput(layouttest.ClosedPipe{}, &term.Screen{Width: 80, Height: 24}))
	if err := v.Show(scenes()["healthy"]); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}
