package recording

import (
	"reflect"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// seen is what a person sees of a frame.
type seen struct {
	Outcome  rollout.Outcome
	Counts   rollout.Counts
	Findings []diagnosis.Finding
	Events   []rollout.Event
}

func seenOf(f Frame) seen {
	w := f.State.Workloads[0]
	return seen{f.State.Outcome, w.Counts, w.Findings, f.Events}
}

// ofThree are the recordings that need more than one serving pod whole: the other pod is the example, or its events
// are read.
var ofThree = map[string]bool{"sts-ondelete": true, "sts-ondelete-image-not-found": true, "sts-liveness-fails": true}

// A watch of thousands of pods only counts most of those that serve: nothing that is seen depends on it.
func TestCountedPodsChangeNothing(t *testing.T) {
	for name := range kinds {
		if ofThree[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := "../kinds/" + name
			var whole []seen
			playing(t, name, release(), func(f Frame) { whole = append(whole, seenOf(f)) })
			counted := &Replay{in: &given{read(t, name)}, policy: release(), stage: newStage()}
			counted.stage.pods = diagnosis.NewPodSet(1)
			i := 0
			for frame, err := range counted.Frames() {
				if err != nil || i == len(whole) {
					t.Fatalf("frame %d of %d: %v", i, len(whole), err)
				}
				if got := seenOf(frame); !reflect.DeepEqual(got, whole[i]) {
					t.Fatalf("frame %d: %+v\nwant %+v", i, got, whole[i])
				}
				i++
			}
			if i != len(whole) {
				t.Errorf("%d frames, want %d", i, len(whole))
			}
		})
	}
}
