package release

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// stale warns of consumers that run with other data than the object has now. The plan was made before the write: since
// then a container may have restarted, or a Deployment been scaled up. Consumers that were named already are left
// out. What can't be read says nothing.
func (c *ConfigEdit) stale(work context.Context, outcome rollout.Outcome) []string {
	var known []consumers.Consumer
	switch {
	case c.state == rollout.ConfigChanged && outcome == rollout.Succeeded:
		known = append(append(known, c.Plan.ByHand...), c.Plan.Broken...)
	case c.state == rollout.ConfigRestored:
	default:
		return nil
	}
	now, err := c.Store.ReadObject(work, c.Change.Before.Ref())
	if err != nil {
		return nil
	}
	users, _, err := c.Store.ConsumersAfter(work, config.Change{Before: now, After: now, Keys: c.Change.Keys})
	if err != nil {
		return nil
	}
	var texts []string
	for i := range users {
		b := &users[i]
		if b.NeedsRoll && !consumers.Contains(known, b) {
			texts = append(texts, fmt.Sprintf("%s: %d of %d pods run with other data than %s has now; it %s", b, b.StalePods, b.Pods, now, ByHand(b)))
		}
	}
	return texts
}

// ByHand says what the user has to do about a consumer that needs new pods.
func ByHand(b *consumers.Consumer) string {
	const why = "reads the data only when its pods start, and this command does not restart them: "
	switch {
	case b.Rollable:
		return why + App("rollout restart", b.Ref)
	case b.Kind == "Pod":
		return why + "a bare pod has to be deleted and created again"
	}
	return why + "its owner has to replace them"
}
