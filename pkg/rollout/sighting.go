package rollout

import (
	"cmp"
	"maps"
	"slices"
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

// sight dates the complaints of this step, and when others went away.
func (j *judge) sight() map[sight]sighting {
	all := maps.Clone(j.was.memory.sightings)
	present := map[sight]bool{}
	for i := range j.complaints {
		key := j.complaints[i].sight
		present[key] = true
		seen, ok := all[key]
		if !ok || (!seen.gone.IsZero() && j.now.Sub(seen.gone) > flapTime) {
			seen.first, seen.fatal = j.now, time.Time{}
		}
		switch {
		case j.complaints[i].Grade != Fatal:
			seen.fatal = time.Time{}
		case seen.fatal.IsZero():
			seen.fatal = j.now
		}
		seen.gone = time.Time{}
		all = put(all, key, seen)
	}
	for key, seen := range all {
		if !present[key] && seen.gone.IsZero() {
			seen.gone = j.now
			all[key] = seen
		}
	}
	return all
}

// findingNews tells of causes that appeared, whose restarts grew, or that are gone.
func (j *judge) findingNews() []Event {
	if j.clues == nil { // nothing was looked at
		return nil
	}
	var news []Event
	for i := range j.complaints {
		if k := &j.complaints[i]; j.worthTelling(k) {
			news = append(news, j.event(EventFinding, "").withFinding(k.Finding))
		}
	}
	for _, key := range j.cleared() {
		news = append(news, j.event(EventCleared, "").withFinding(Finding{Cause: key.cause, Container: key.container}))
	}
	return news
}

// worthTelling: once its evidence is there, and again when its restarts have grown. The first
// restart follows the first crash at once: that is one thing.
func (j *judge) worthTelling(k *complaint) bool {
	seen := j.next.memory.sightings[k.sight]
	if settled := seen.first.Add(settleTime); k.vague && j.now.Before(settled) && j.next.Outcome == "" {
		j.wake.set(settled)
		return false
	}
	if seen.announced && (k.Restarts <= seen.restarts || k.Restarts < 2) {
		return false
	}
	seen.announced, seen.restarts = true, k.Restarts
	j.next.memory.sightings[k.sight] = seen
	return true
}

// cleared forgets causes that are gone for good, and returns those that had been told. One that has
// got a more specific name for the same container was not cleared.
func (j *judge) cleared() []sight {
	var gone []sight
	for key, seen := range j.next.memory.sightings {
		if seen.gone.IsZero() {
			continue
		}
		forget := seen.gone.Add(forgetAfter)
		if j.now.Before(forget) {
			j.wake.set(forget)
			continue
		}
		delete(j.next.memory.sightings, key)
		if seen.announced && j.next.Outcome == "" && !j.complainsOf(key.container) {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, func(a, b sight) int {
		return cmp.Or(cmp.Compare(a.cause, b.cause), cmp.Compare(a.container, b.container))
	})
	return gone
}

func (j *judge) complainsOf(container string) bool {
	return slices.ContainsFunc(j.complaints, func(k complaint) bool { return k.sight.container == container })
}
