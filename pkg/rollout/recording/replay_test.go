package recording

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Several workloads in one recording are one release.
func TestSeveralWorkloads(t *testing.T) {
	web, api := read(t, "y-healthy-quick"), inText(strings.NewReplacer(
		`s-a-image-tag-not-found`, `s-y-healthy-quick`, `"name":"web"`, `"name":"api"`, `"uid":"`, `"uid":"api-`,
	).Replace)(read(t, "a-image-tag-not-found"))
	last := run(t, merged(web, api), release())
	if last.State.Outcome != rollout.Failed || len(last.State.Workloads) != 2 {
		t.Fatalf("%s with %d workloads", last.State.Outcome, len(last.State.Workloads))
	}
	for _, w := range last.State.Workloads {
		switch w.Target.Name {
		case "api":
			if w.Outcome != rollout.Failed || w.Findings[0].Cause != diagnosis.ImageNotFound {
				t.Errorf("api: %s, %+v", w.Outcome, w.Findings)
			}
		case "web":
			if w.Outcome != "" || len(w.Findings) > 0 {
				t.Errorf("web: %s, %+v", w.Outcome, w.Findings)
			}
		}
	}
}

// Thousands of pods are judged as few are, though not at every line.
func TestManyPods(t *testing.T) {
	const copies = 300
	var lines []marked
	for _, l := range read(t, "e-exit1") {
		lines = append(lines, l)
		if l.kind != "Pod" || l.Type == Initial {
			continue
		}
		for i := range copies {
			other := strings.NewReplacer(`"uid":"`, fmt.Sprintf(`"uid":"%d-`, i), `"name":"web-`, fmt.Sprintf(`"name":"web-%d-`, i)).Replace(string(l.Object))
			other = ownUID.ReplaceAllString(other, `"controller":true,"kind":"ReplicaSet","name":"web","uid":"`)
			lines = append(lines, made(l.T, l.Type, other))
		}
	}
	steps := 0
	p := &Replay{in: &given{lines}, policy: release(), stage: newStage()}
	var last Frame
	for f, err := range p.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		steps++
		last = f
	}
	expected := auto["e-exit1"]
	check(t, last, expected)
	if f := decisive(last); f.Pods != copies+1 || steps > len(lines)/10 {
		t.Errorf("%d pods, %d steps for %d lines", f.Pods, steps, len(lines))
	}
}

// ownUID leads to the uid of a pod's owner, which copies of the pod share.
var ownUID = regexp.MustCompile(`"controller":true,"kind":"ReplicaSet","name":"[^"]*","uid":"\d+-`)

// merged puts two recordings side by side: one change, one time.
func merged(a, b []marked) []marked {
	var initial, update, rest []marked
	for _, l := range append(append([]marked{}, a...), b...) {
		switch {
		case l.Type == Initial:
			initial = append(initial, l)
		case l.Type == Update && update == nil:
			update = append(update, l)
		case l.Type == Update, l.Type == End:
		default:
			rest = append(rest, l)
		}
	}
	for i := range rest { // few lines: an insertion sort that keeps the order of equals
		for k := i; k > 0 && rest[k].T < rest[k-1].T; k-- {
			rest[k], rest[k-1] = rest[k-1], rest[k]
		}
	}
	return append(append(append(initial, update...), rest...), made(200, End, `{}`))
}

// A replay can be watched as it goes: time runs on, and the news comes once.
func TestFrames(t *testing.T) {
	var elapsed time.Duration
	verdicts, said := 0, ""
	playing(t, "e5-crash-then-undo", release(), func(f Frame) {
		if f.Elapsed < elapsed {
			t.Errorf("from %s back to %s", elapsed, f.Elapsed)
		}
		elapsed = f.Elapsed
		if f.Action != "" {
			said = f.Action
		}
		for _, e := range f.Events {
			if e.Type == rollout.EventVerdict {
				verdicts++
			}
			if !e.Time.Equal(f.Time) {
				t.Errorf("an event of %s at %s", e.Time, f.Time)
			}
		}
	})
	if verdicts != 1 || !strings.Contains(said, "rollout undo") {
		t.Errorf("%d verdicts, action %q", verdicts, said)
	}
}

// The viewer may leave at any time.
func TestFramesCanBeLeft(t *testing.T) {
	p := &Replay{in: &given{read(t, "e-exit1")}, policy: release(), stage: newStage()}
	n := 0
	for _, err := range p.Frames() {
		if n++; n == 3 || err != nil {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d frames", n)
	}
}

// Nothing is told twice, in any recording.
func TestNewsComesOnce(t *testing.T) {
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			type line struct {
				kind     rollout.EventType
				message  string
				cause    diagnosis.Cause
				restarts int32
				counts   rollout.Counts
			}
			seen := map[line]bool{}
			policy := release()
			policy.FailFast = diagnosis.FailFastOff
			playing(t, name, policy, func(f Frame) {
				for _, e := range f.Events {
					l := line{kind: e.Type, message: e.Message}
					if e.Finding != nil {
						l.cause, l.restarts = e.Finding.Cause, e.Finding.Restarts
					}
					if e.Counts != nil {
						l.counts = *e.Counts
					}
					if seen[l] {
						t.Errorf("told twice: %+v", l)
					}
					seen[l] = true
				}
			})
		})
	}
}

// A healthy rollout costs no look at events or logs beyond its own, unless it takes long.
func TestQuickHealthyRolloutsWantNothing(t *testing.T) {
	for _, name := range []string{"y-healthy-quick", "y2-minready-10s", "z-prestop-slow-old-pods"} {
		playing(t, name, release(), func(f Frame) {
			for _, e := range f.Events {
				if e.Type == rollout.EventFinding && e.Finding.Grade != diagnosis.Waiting {
					t.Errorf("%s: %+v", name, e.Finding)
				}
			}
			if n := len(f.State.Wants.Logs); n > 0 {
				t.Errorf("%s wants %d logs", name, n)
			}
		})
	}
}
