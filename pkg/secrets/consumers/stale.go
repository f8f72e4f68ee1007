package consumers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// containerStarts tells since when each container holds the content that it holds. One that waits to be
// started anew will read it then; an init container has done its work with what it read.
func containerStarts(p *corev1.Pod) map[string]time.Time {
	starts := map[string]time.Time{}
	for _, c := range p.Status.InitContainerStatuses {
		if t := c.State.Terminated; t != nil {
			starts[c.Name] = t.StartedAt.Time
		}
		if r := c.State.Running; r != nil {
			starts[c.Name] = r.StartedAt.Time
		}
	}
	for _, c := range p.Status.ContainerStatuses {
		if r := c.State.Running; r != nil {
			starts[c.Name] = r.StartedAt.Time
		}
	}
	return starts
}

// start is when the content of a use was read, and whether that is known and stays so until the
// next start.
func (p *podHolder) start(u Use) (at time.Time, holds bool) {
	switch u.Reach {
	case ReachContainerStart:
		at, holds = p.starts[u.Container]
		return at, holds
	case ReachPodStart:
		return p.created, true
	}
	return p.created, false
}

// stale tells whether the pod holds content that is not what is there now.
func (p *podHolder) stale(s *Subject, uses []Use) bool {
	for _, u := range uses {
		if at, holds := p.start(u); holds && !u.Missing && s.differed(u, at) {
			return true
		}
	}
	return false
}

// judge fills in how a consumer stands to the last change, from the pods that use the object. Nothing is
// to be done about one that is being stopped.
func (c *Consumer) judge(s *Subject, pods []podUse, podsUnknown bool) {
	older := false
	for _, p := range pods {
		if p.ending {
			continue
		}
		c.Pods++
		if p.stale(s, p.uses) {
			c.StalePods++
		}
		for _, u := range p.uses {
			at, _ := p.start(u)
			older = older || u.Reach == ReachInPlace && s.differed(u, at)
			if at = at.UTC(); !at.IsZero() && (c.OldestStart == nil || at.Before(*c.OldestStart)) {
				c.OldestStart = &at
			}
		}
	}
	c.State = c.state(s, podsUnknown, older)
	c.Rollable = rollable(c.Kind)
	c.NeedsRoll = c.State == StateStale && !runsToEnd(c.Kind)
	c.Why = c.why(s, podsUnknown)
	if c.State == StateNoPods && len(pods) > 0 {
		c.judgeEnding()
	}
}

// judgeEnding: all pods that use the object are being stopped. Those that come may not use it.
func (c *Consumer) judgeEnding() {
	if c.Kind == kindPod || !c.usesByTemplate() {
		c.State, c.Why = StateCurrent, "the pods that used it are terminating"
	} else {
		c.Why = "its pods are terminating; the next pod reads the current data"
	}
}

func (c *Consumer) state(s *Subject, podsUnknown, older bool) State {
	switch {
	case len(c.Missing()) > 0:
		return StateMissing
	case !c.holds():
		return StateCurrent
	case s.Unread, podsUnknown:
		return StateUnknown
	case c.StalePods > 0:
		return StateStale
	case c.Pods == 0:
		return StateNoPods
	case s.untold():
		return StateUnknown
	case older:
		return StateInPlace
	}
	return StateCurrent
}

// holds tells whether its pods keep what they have read; what is read when it is needed is never old.
func (c *Consumer) holds() bool {
	return slices.ContainsFunc(c.Uses, func(u Use) bool {
		return u.Reach == ReachContainerStart || u.Reach == ReachPodStart || u.Reach == ReachInPlace
	})
}

func quoted(keys []string) []string {
	all := make([]string, 0, len(keys))
	for _, key := range keys {
		all = append(all, fmt.Sprintf("%q", key))
	}
	return all
}

func (c *Consumer) why(s *Subject, podsUnknown bool) string {
	switch c.State {
	case StateMissing:
		return "no key " + strings.Join(quoted(c.Missing()), ", ") + ": new containers fail, or start without it where it is optional"
	case StateUnknown:
		if podsUnknown {
			return "its pods can't be read"
		}
		if s.Unread {
			return "the object can't be read, so its last change is not known"
		}
		return "the object does not tell when it was last changed: it has no managedFields"
	case StateStale:
		return fmt.Sprintf("%d of %d pods still have the old value: they read it only when they start", c.StalePods, c.Pods) + c.wayOut()
	case StateNoPods:
		return "no pod runs; the next pod reads the current data"
	case StateInPlace:
		return "mounted files are updated within about a minute after the change; the app may have to read them again"
	case StateCurrent:
		return c.currentWhy()
	}
	return ""
}

// wayOut says what else than a roll brings the change, by the kind.
func (c *Consumer) wayOut() string {
	switch c.Kind {
	case kindPod:
		return "; a bare pod has to be deleted and created again"
	case kindJob, kindCronJob:
		return "; the next run reads it again"
	}
	return ""
}

func (c *Consumer) currentWhy() string {
	switch c.Kind {
	case kindIngress:
		return "its controller follows the Secret"
	case kindServiceAccount:
		return "pods with this service account are listed with their owners"
	}
	if c.holds() {
		return "no pod has the data from before the change"
	}
	return "read at each pull of an image"
}
