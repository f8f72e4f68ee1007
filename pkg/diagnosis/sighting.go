package diagnosis

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
func (d *Diagnosis) sight() map[sight]sighting {
	all := maps.Clone(d.before.sightings)
	present := map[sight]bool{}
	for i := range d.Problems {
		key := d.Problems[i].sight
		present[key] = true
		seen, ok := all[key]
		if !ok || (!seen.gone.IsZero() && d.in.Now.Sub(seen.gone) > flapTime) {
			seen.first, seen.fatal = d.in.Now, time.Time{}
		}
		switch {
		case d.Problems[i].Grade != Fatal:
			seen.fatal = time.Time{}
		case seen.fatal.IsZero():
			seen.fatal = d.in.Now
		}
		seen.gone = time.Time{}
		all = put(all, key, seen)
	}
	for key, seen := range all {
		if !present[key] && seen.gone.IsZero() {
			seen.gone = d.in.Now
			all[key] = seen
		}
	}
	return all
}

// News returns the findings of causes that appeared or whose restarts grew, and the causes that are gone, each once. final:
// no look follows.
func (d *Diagnosis) News(final bool) (told, gone []Finding) {
	for i := range d.Problems {
		if k := &d.Problems[i]; d.worthTelling(k, final) {
			told = append(told, k.Finding)
		}
	}
	for _, key := range d.cleared(final) {
		gone = append(gone, Finding{Cause: key.cause, Container: key.container})
	}
	return told, gone
}

// worthTelling: once its evidence is there, and again when its restarts have grown. The first
// restart follows the first crash at once: that is one thing.
func (d *Diagnosis) worthTelling(k *Problem, final bool) bool {
	seen := d.History.sightings[k.sight]
	if settled := seen.first.Add(settleTime); k.vague && d.in.Now.Before(settled) && !final {
		d.clues.wake.Set(settled)
		return false
	}
	if seen.announced && (k.Restarts <= seen.restarts || k.Restarts < 2) {
		return false
	}
	seen.announced, seen.restarts = true, k.Restarts
	d.History.sightings[k.sight] = seen
	return true
}

// cleared forgets causes that are gone for good, and returns those that had been told. One that has
// got a more specific name for the same container was not cleared.
func (d *Diagnosis) cleared(final bool) []sight {
	var gone []sight
	for key, seen := range d.History.sightings {
		if seen.gone.IsZero() {
			continue
		}
		forget := seen.gone.Add(forgetAfter)
		if d.in.Now.Before(forget) {
			d.clues.wake.Set(forget)
			continue
		}
		delete(d.History.sightings, key)
		if seen.announced && !final && !d.complainsOf(key.container) {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, func(a, b sight) int {
		return cmp.Or(cmp.Compare(a.cause, b.cause), cmp.Compare(a.container, b.container))
	})
	return gone
}

func (d *Diagnosis) complainsOf(container string) bool {
	return slices.ContainsFunc(d.Problems, func(k Problem) bool { return k.sight.container == container })
}
