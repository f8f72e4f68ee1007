package lifecycle

import (
	"math"
	"testing"
	"time"

	"k8s.io/client-go/tools/record"
	testingclock "k8s.io/utils/clock/testing"
)

// TestReplayEnding compares how an old pod ends: asked to stop, stopped, told,
// and gone from the API.
func TestReplayEnding(t *testing.T) {
	for _, name := range []string{"y", "z", "ab"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := readRecording(t, name, true)
			before := r.pod.DeepCopy()
			before.DeletionTimestamp, before.DeletionGracePeriodSeconds, before.Generation = nil, nil, 1
			world := newObjects()
			settings := Settings{HostIP: "10.88.0.1", PodIP: before.Status.PodIP, Listed: r.at(r.seen - .3)}
			m := New(before, settings, r.at(r.seen-2))
			m.Step(r.at(r.seen-1), world)

			var statuses, events []moment
			gone := math.Inf(1)
			correlator := record.NewEventCorrelator(testingclock.NewFakePassiveClock(r.start))
			out := m.Observe(r.pod, r.at(r.seen), world)
			for now := r.at(r.seen); ; out = m.Step(now, world) {
				at := now.Sub(r.start).Seconds()
				if out.Status != nil {
					statuses = append(statuses, moment{at, statusWords(out.Status)})
				}
				for _, e := range out.Events {
					result, err := correlator.EventCorrelate(APIEvent(r.pod, e))
					if err != nil {
						t.Fatal(err)
					}
					events = append(events, moment{at, eventWords(result.Event)})
				}
				if out.Delete {
					gone = at
				}
				if out.Wake.IsZero() {
					break
				}
				now = out.Wake
			}
			compare(t, "statuses", r.statuses(), statuses)
			compare(t, "events", r.eventMoments(), events)
			if last := r.pods[len(r.pods)-1].t; math.Abs(gone-last) > tolerance {
				t.Errorf("gone at %.2f, want %.2f", gone, last)
			}
			if passed := m.now.Sub(r.start); passed > time.Minute {
				t.Errorf("worked on until %v", passed)
			}
		})
	}
}
