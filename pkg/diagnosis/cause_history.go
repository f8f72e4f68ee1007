package diagnosis

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

const (
	// flapTime is how long a cause may be absent without losing its age.
	flapTime = 15 * time.Second
	// forgetAfter is how long a cause has to be absent to be cleared. Causes flap with the kubelet's back-off.
	forgetAfter = 30 * time.Second
	// settleTime is how long news of a cause waits for its evidence.
	settleTime = 2 * time.Second
)

// causes updates since when each cause is present or absent.
func (d *Diagnosis) causes() map[causeKey]causeHistory {
	all := maps.Clone(d.before.causes)
	present := map[causeKey]bool{}
	for i := range d.Problems {
		key := d.Problems[i].causeKey
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
		if d.in.Once {
			seen.first = d.dated(&d.Problems[i])
			if d.Problems[i].Grade == Fatal {
				seen.fatal = seen.first
			}
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
func (d *Diagnosis) News(final bool) (appeared, cleared []Finding) {
	for i := range d.Problems {
		if k := &d.Problems[i]; d.worthTelling(k, final) {
			appeared = append(appeared, k.Finding)
		}
	}
	for _, key := range d.cleared(final) {
		cleared = append(cleared, Finding{Cause: key.cause, Container: key.container})
	}
	return appeared, cleared
}

// worthTelling: a problem is news once its evidence is there, and again when its restarts have grown. The first restart
// follows the first crash at once and is not news.
func (d *Diagnosis) worthTelling(p *Problem, final bool) bool {
	seen := d.History.causes[p.causeKey]
	if settled := seen.first.Add(settleTime); p.vague && d.in.Now.Before(settled) && !final {
		d.evidence.wake.Set(settled)
		return false
	}
	if seen.announced && (p.Restarts <= seen.restarts || p.Restarts < 2) {
		return false
	}
	seen.announced, seen.restarts = true, p.Restarts
	d.History.causes[p.causeKey] = seen
	return true
}

// cleared removes causes that are gone, and returns the announced ones. A cause that got a more specific name for the
// same container was not cleared.
func (d *Diagnosis) cleared(final bool) []causeKey {
	var gone []causeKey
	for key, seen := range d.History.causes {
		if seen.gone.IsZero() {
			continue
		}
		forget := seen.gone.Add(forgetAfter)
		if d.in.Now.Before(forget) {
			d.evidence.wake.Set(forget)
			continue
		}
		delete(d.History.causes, key)
		if seen.announced && !final && !d.complainsOf(key.container) {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, func(a, b causeKey) int {
		return cmp.Or(cmp.Compare(a.cause, b.cause), cmp.Compare(a.container, b.container))
	})
	return gone
}

func (d *Diagnosis) complainsOf(container string) bool {
	return slices.ContainsFunc(d.Problems, func(p Problem) bool { return p.causeKey.container == container })
}
