package rollout

import (
	"maps"
	"time"
)

const (
	// flapTime: a cause that was away for less counts its age on from when it first appeared.
	flapTime = 15 * time.Second
	// forgetAfter: a cause that was away for so long is told as cleared, not before: causes flap with
	// the kubelet's back-off.
	forgetAfter = 30 * time.Second
	// settleTime is how long a cause may wait for its evidence before it is told without.
	settleTime = 2 * time.Second
)

// sight dates the complaints of this step.
func (j *judge) sight() map[sight]sighting {
	all := maps.Clone(j.was.memory.sightings)
	for i := range j.complaints {
		k := &j.complaints[i]
		seen, ok := all[k.sight]
		if !ok || j.now.Sub(seen.last) > flapTime {
			seen.first = j.now
		}
		seen.last = j.now
		all = put(all, k.sight, seen)
	}
	return all
}

// findingNews tells of causes that appeared, whose restarts grew, or that are gone.
func (j *judge) findingNews() []Event {
	var news []Event
	all := j.next.memory.sightings // made by this step
	explained := map[string]bool{}
	for i := range j.complaints {
		k := &j.complaints[i]
		seen := all[k.sight]
		explained[k.Container] = true
		if settled := seen.first.Add(settleTime); k.vague && j.now.Before(settled) && j.next.Outcome == "" {
			j.wake.set(settled)
			continue
		}
		// The first restart follows the first crash at once: that is one thing.
		if seen.announced && (k.Restarts <= seen.restarts || k.Restarts < 2) {
			continue
		}
		seen.announced, seen.restarts = true, k.Restarts
		all[k.sight] = seen
		news = append(news, j.event(EventFinding, "").withFinding(k.Finding))
	}
	for key, seen := range all {
		if gone := seen.last.Add(forgetAfter); seen.last.Equal(j.now) {
			continue
		} else if j.now.Before(gone) && !explained[key.container] {
			j.wake.set(gone)
			continue
		} else if j.now.Before(gone) && seen.announced {
			continue
		}
		delete(all, key)
		if seen.announced && j.next.Outcome == "" {
			news = append(news, j.event(EventCleared, "").withFinding(Finding{Cause: key.cause, Container: key.container}))
		}
	}
	return news
}
