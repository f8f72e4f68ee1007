package consumers

import (
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Roll is what a change of content does to those who use it. The set is closed.
type Roll string

// What it does.
const (
	RollAuto Roll = "auto" // those that would go on with older content, and no others
	RollAll  Roll = "all"  // whoever uses the object
	RollNone Roll = "none"
)

// RollPlan says what becomes of each consumer with a change of content. One that is in no list needs
// nothing: it has no pods, or none of them holds what changes.
type RollPlan struct {
	Roll []Consumer
	// ByHand need new pods, and are of a kind that can't be released.
	ByHand []Consumer
	// InPlace follow without new pods.
	InPlace []Consumer
	// Broken lack a key that they can't do without: their next pod fails.
	Broken []Consumer
}

// lateEnough is after the start of every container.
var lateEnough = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// After is the subject as a change leaves it, for the question who will hold older content then. changes
// are those of all its keys, named the keys that the command is about: others may have changed when they
// like, it is none of this change's business.
func (s Subject) After(changes []secrets.KeyChange, named []string) Subject {
	after := s
	after.Keys, after.Changed.Time, after.earlier = nil, time.Time{}, nil
	if !slices.ContainsFunc(changes, func(c secrets.KeyChange) bool { return c.Kind != secrets.Unchanged }) {
		after.earlier = s.earlier
	}
	for _, name := range named {
		if !slices.ContainsFunc(changes, func(c secrets.KeyChange) bool { return c.Key == name }) {
			after.Changed.Time = s.Changed.Time // it may have been removed then
		}
	}
	for _, c := range changes {
		key := SubjectKey{Name: c.Key, Bytes: c.After}
		switch known := s.key(c.Key); {
		case c.Kind != secrets.Unchanged:
			key.Changed = lateEnough
		case known != nil && slices.Contains(named, c.Key):
			key.Changed, key.earlier = known.Changed, known.earlier // they may hold what was there before that
		}
		if key.Changed.After(after.Changed.Time) {
			after.Changed.Time = key.Changed
		}
		if c.Kind != secrets.Removed {
			after.Keys = append(after.Keys, key)
		}
	}
	return after
}

// PlanRoll decides who is rolled. consumers are those of the Subject After the changes.
func PlanRoll(roll Roll, changes []secrets.KeyChange, consumers []Consumer) RollPlan {
	var plan RollPlan
	for _, c := range consumers {
		affected := c.affected(changes)
		switch {
		case c.lacksKey() && (roll == RollAll || c.sees(changes)):
			plan.Broken = append(plan.Broken, c)
		case roll == RollNone || c.Pods == 0 || runsToEnd(c.Kind):
		case c.Rollable && !c.usesByTemplate(): // new pods would not read it
		case c.Rollable && (affected || c.NeedsRoll || roll == RollAll && c.usesByTemplate()):
			plan.Roll = append(plan.Roll, c)
		case affected || c.NeedsRoll:
			plan.ByHand = append(plan.ByHand, c)
		case c.State == StateInPlace:
			plan.InPlace = append(plan.InPlace, c)
		}
	}
	return plan
}

// affected tells whether new pods would read something else than those of today have read.
func (c *Consumer) affected(changes []secrets.KeyChange) bool {
	return slices.ContainsFunc(c.Uses, func(u Use) bool {
		return !u.PodsOnly && (u.Reach == ReachContainerStart || u.Reach == ReachPodStart) && u.sees(changes)
	})
}

// sees tells whether anything that it uses changes.
func (c *Consumer) sees(changes []secrets.KeyChange) bool {
	return slices.ContainsFunc(c.Uses, func(u Use) bool { return !u.PodsOnly && u.sees(changes) })
}

// sees tells whether one of the changes is of what the use reads.
func (u *Use) sees(changes []secrets.KeyChange) bool {
	return slices.ContainsFunc(changes, func(k secrets.KeyChange) bool {
		return k.Kind != secrets.Unchanged && (u.Key == "" || u.Key == k.Key)
	})
}

// lacksKey tells whether what the template asks for is not there.
func (c *Consumer) lacksKey() bool {
	return slices.ContainsFunc(c.Uses, func(u Use) bool { return u.Missing && !u.Optional && !u.PodsOnly })
}

// ByTemplate picks those who will read the object with their next pods.
func ByTemplate(consumers []Consumer) []Consumer {
	return slices.DeleteFunc(slices.Clone(consumers), func(c Consumer) bool { return !c.usesByTemplate() })
}

// Readers picks those of them that can be rolled and read one of the keys when they start: whether or not
// they need to, for the rollout that has brought it to them may not be over.
func Readers(consumers []Consumer, keys []string) []Consumer {
	changes := make([]secrets.KeyChange, 0, len(keys))
	for _, key := range keys {
		changes = append(changes, secrets.KeyChange{Key: key, Kind: secrets.Changed})
	}
	return slices.DeleteFunc(ByTemplate(consumers), func(c Consumer) bool { return !c.Rollable || !c.affected(changes) })
}

func (c *Consumer) usesByTemplate() bool {
	return slices.ContainsFunc(c.Uses, func(u Use) bool { return !u.PodsOnly && u.ServiceAccount == "" })
}

// UsersOfRemoved lists who uses keys that the changes remove, those that use every key included.
func UsersOfRemoved(changes []secrets.KeyChange, consumers []Consumer) []Consumer {
	removed := slices.DeleteFunc(slices.Clone(changes), func(c secrets.KeyChange) bool { return c.Kind != secrets.Removed })
	var users []Consumer
	for _, c := range consumers {
		if slices.ContainsFunc(c.Uses, func(u Use) bool { return u.Reach != ReachNothing && u.sees(removed) }) {
			users = append(users, c)
		}
	}
	return users
}

// Missing lists the keys that the template can't do without and that are not there.
func (c *Consumer) Missing() []string {
	var keys []string
	for _, u := range c.Uses {
		if u.Missing && !u.Optional && !slices.Contains(keys, u.Key) {
			keys = append(keys, u.Key)
		}
	}
	return keys
}

// Names are the consumers as TYPE/NAME.
func Names(consumers []Consumer) []string {
	var names []string
	for _, c := range consumers {
		names = append(names, c.String())
	}
	return names
}

// Contains tells whether the consumer is one of them.
func Contains(consumers []Consumer, one *Consumer) bool {
	return slices.ContainsFunc(consumers, func(c Consumer) bool { return c.Ref == one.Ref })
}

// PlanVersion says whom a new version concerns: it is no change of what they use, so that only those who are
// pointed to it read it.
func PlanVersion(roll Roll, consumers []Consumer) RollPlan {
	var plan RollPlan
	for _, c := range consumers {
		switch {
		case !c.usesByTemplate():
		case c.lacksKey():
			plan.Broken = append(plan.Broken, c)
		case roll == RollNone:
		case c.Rollable:
			plan.Roll = append(plan.Roll, c)
		default:
			plan.ByHand = append(plan.ByHand, c)
		}
	}
	return plan
}
