package diagnosis

// FailFast says how soon evidence decides.
type FailFast string

// Auto gives each grade its patience, Strict none, Off leaves all to the deadline.
const (
	FailFastAuto   FailFast = "auto"
	FailFastStrict FailFast = "strict"
	FailFastOff    FailFast = "off"
)

// weigh dates each Problem from when its cause first appeared on any new pod, and tells which have
// outlasted their patience. It sets the alarm for the next that will.
func (c *clues) weigh(all []Problem, policy FailFast, outage bool) {
	for i := range all {
		k := &all[i]
		k.since, k.fatalSince = c.history.sightings[k.sight].first, c.history.sightings[k.sight].fatal
		k.Decided = c.outlasted(k, policy, outage)
	}
}

func (c *clues) outlasted(k *Problem, policy FailFast, outage bool) bool {
	if policy == FailFastOff || k.Grade != Failing {
		k.Decision = Decision{}
	}
	switch {
	case policy == FailFastOff, k.Grade == Waiting, k.vague:
		return false
	case policy == FailFastStrict:
		return true
	case k.Grade == Failing:
		return k.rounds >= FailingRestarts || outage
	}
	patience := k.patience
	if k.Affected == nil {
		// The controller tries again after twice the time each time: what it was refused before is only
		// known to be so still when as much time again has passed.
		patience = max(patience, k.fatalSince.Sub(k.since))
	}
	end := k.fatalSince.Add(patience)
	if e := k.exemplar; e.noted && e.span < k.patience {
		// The kubelet tries again ever more rarely: between two events the cause may be gone.
		end = end.Add(k.patience)
	}
	if !c.now.Before(end) {
		return true
	}
	c.wake.Set(end)
	k.Decision = Decision{Time: end}
	return false
}
