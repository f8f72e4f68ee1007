package cli

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
func (c *releaseContent) behind(work context.Context, outcome rollout.Outcome) []string {
	if c == nil || c.versioned {
		return nil
	}
	var known []secrets.Consumer
	switch {
	case c.state == rollout.ContentChanged && outcome == rollout.Succeeded:
		known = append(append(known, c.plan.ByHand...), c.plan.Broken...)
	case c.state == rollout.ContentRestored:
	default:
		return nil
	}
	now, err := c.cluster.ReadContent(work, c.change.Before.Ref())
	if err != nil {
		return nil
	}
	consumers, _, err := c.cluster.ConsumersAfter(work, config.ContentChange{Before: now, After: now, Keys: c.change.Keys})
	if err != nil {
		return nil
	}
	var texts []string
	for i := range consumers {
		b := &consumers[i]
		if b.NeedsRoll && !containsConsumer(known, b) {
			texts = append(texts, fmt.Sprintf("%s: %d of %d pods run with other data than %s has now; it %s", b, b.StalePods, b.Pods, now, byHand(b)))
		}
	}
	return texts
}

func containsConsumer(all []secrets.Consumer, one *secrets.Consumer) bool {
	for i := range all {
		if all[i].Ref == one.Ref {
			return true
		}
	}
	return false
}
