package release

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// behind looks at the end who holds something else than what is there now, for the plan was made before
// the write: a container may have restarted between that and the restore, a Deployment been scaled up
// meanwhile. Who was named already is left out. What can't be read says nothing.
func (c *ConfigChange) behind(work context.Context, outcome rollout.Outcome) []string {
	if c == nil || c.Versioned {
		return nil
	}
	var known []secrets.Consumer
	switch {
	case c.State == rollout.ContentChanged && outcome == rollout.Succeeded:
		known = append(append(known, c.Plan.ByHand...), c.Plan.Broken...)
	case c.State == rollout.ContentRestored:
	default:
		return nil
	}
	now, err := c.Client.ReadContent(work, c.Change.Before.Ref())
	if err != nil {
		return nil
	}
	consumers, _, err := c.Client.ConsumersAfter(work, config.ContentChange{Before: now, After: now, Keys: c.Change.Keys})
	if err != nil {
		return nil
	}
	var texts []string
	for i := range consumers {
		b := &consumers[i]
		if b.NeedsRoll && !secrets.Contains(known, b) {
			texts = append(texts, fmt.Sprintf("%s: %d of %d pods run with other data than %s has now; it %s", b, b.StalePods, b.Pods, now, ByHand(b)))
		}
	}
	return texts
}

// ByHand says what the user has to do about a consumer that needs new pods.
func ByHand(b *secrets.Consumer) string {
	const why = "reads the data only when its pods start, and this command does not restart them: "
	switch {
	case b.Rollable:
		return why + App("rollout restart", b.Ref)
	case b.Kind == "Pod":
		return why + "a bare pod has to be deleted and created again"
	}
	return why + "its owner has to replace them"
}
