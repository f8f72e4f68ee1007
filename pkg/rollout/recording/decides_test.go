package recording

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// From the first crash on the engine says when it will decide; the real kubelets were on time, give or
// take some seconds. What does not fail for good is no decision that was foretold too late.
func TestDecidesWhenItSaid(t *testing.T) {
	files, err := filepath.Glob("../testdata/recordings/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	const about = 4 * time.Second
	foretold := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")
		want := auto[name]
		frames := framesOf(t, file)
		end := frames[len(frames)-1]
		for _, frame := range frames {
			for _, found := range frame.State.Workloads[0].Findings {
				d := found.Decides
				switch {
				case d == nil:
				case frame.State.Outcome != "":
					t.Errorf("%s: decides at %s, after the verdict", name, d.Time)
				case found.Grade == diagnosis.Waiting:
					t.Errorf("%s: %s waits, and decides at %s", name, found.Cause, d.Time)
				case want.outcome == failed && found.Cause == want.cause:
					foretold++
					late := about
					switch {
					case outage(end): // the last pod may fall at any time
						late = time.Hour
					case name == "m-missing-configmap-volume": // a mount has three times the patience
						late = 31 * time.Second
					case found.Grade == diagnosis.Fatal: // the status may come to say what was only an event's
						late = 14 * time.Second
					}
					if off := d.Time.Sub(end.Time); off < -about || off > late {
						t.Errorf("%s after %s: decides at %s, which is %s after the verdict", name, frame.Elapsed, d.Time, off)
					}
					if (d.Restart == 3) != (found.Grade == diagnosis.Failing) {
						t.Errorf("%s: %s decides at restart %d", name, found.Cause, d.Restart)
					}
				}
			}
		}
	}
	if foretold < 50 {
		t.Errorf("only %d frames foretold a verdict", foretold)
	}
}

// outage: nothing served any more, and the third restart was not waited for.
func outage(end Frame) bool {
	found := end.State.Workloads[0].Findings
	return len(found) > 0 && found[0].Grade == diagnosis.Failing && found[0].Restarts < 3
}

func framesOf(t *testing.T, file string) []Frame {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	p, err := NewReplay(in, rollout.Policy{FailFast: diagnosis.FailFastAuto, Soak: soak})
	if err != nil {
		t.Fatal(err)
	}
	var all []Frame
	for frame, err := range p.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame)
	}
	return all
}
