package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ObjectChange creates or changes an object that has no rollout, and belongs to no workload of the release.
type ObjectChange struct {
	Ref workload.Ref
	// Unchanged: it is as wanted already, and is not written.
	Unchanged bool
	// Send writes the object, and Back takes the write back. What someone else has changed is a *cluster.SupersededError.
	Send, Back func(context.Context) error
	// Print prints the object that was written.
	Print func()
	// Follow waits for what the write has led to, and says how that ended; nil where nothing is waited for, and "" for a
	// success.
	Follow func(context.Context) (outcome rollout.Outcome, next []string)
	// Add adds the object to the result.
	Add func(*rollout.Result, rollout.ConfigState)

	// state is empty until something is written.
	state rollout.ConfigState
}

func (c *ObjectChange) String() string { return c.Ref.String() }

// Await implements Awaited.
func (c *ObjectChange) Await(ctx context.Context) (outcome rollout.Outcome, next []string) {
	if c.Follow == nil {
		return "", nil
	}
	return c.Follow(ctx)
}

// Keys implements Change.
func (*ObjectChange) Keys() map[workload.Ref][]string { return nil }

// Pending implements Change.
func (c *ObjectChange) Pending() bool { return c.state == "" && !c.Unchanged }

// Write implements Change.
func (c *ObjectChange) Write(ctx context.Context) error {
	err := c.Send(ctx)
	switch {
	case errors.As(err, new(*cluster.LostError)):
		c.state = rollout.ConfigUnknown
		return fmt.Errorf("it is not known whether %s was written: %w", c, err)
	case cluster.Is(err, cluster.Forbidden, cluster.Denied, cluster.Invalid):
		return RefusedError{err}
	case err != nil:
		return Refused(err)
	}
	c.state = rollout.ConfigChanged
	c.Print() // the line of a write that happened is owed even if stdout is gone
	return nil
}

// Held implements Change.
func (c *ObjectChange) Held() bool {
	return c.state == rollout.ConfigChanged || c.state == rollout.ConfigUnknown || c.state == rollout.ConfigNotRestored
}

// Restore implements Change.
func (c *ObjectChange) Restore(ctx context.Context) (back bool, err error) {
	err = c.Back(ctx)
	switch {
	case err == nil:
		c.state = rollout.ConfigRestored
	case errors.As(err, new(*cluster.SupersededError)):
		c.state = rollout.ConfigSuperseded
	case errors.As(err, new(*cluster.LostError)):
		c.state = rollout.ConfigUnknown
	default:
		c.state = rollout.ConfigNotRestored
	}
	return err == nil, err
}

// RestoreAfter implements Change.
func (c *ObjectChange) RestoreAfter(ctx context.Context, cause error) error {
	if _, err := c.Restore(ctx); err != nil {
		return fmt.Errorf("%w\n%s could not be taken back: %w", cause, c, err)
	}
	return fmt.Errorf("%w\n%s is as it was before", cause, c)
}

// Concerns implements Change.
func (*ObjectChange) Concerns(workload.Ref) bool { return false }

// UndoRestores implements Change.
func (*ObjectChange) UndoRestores() bool { return false }

// Conclude implements Change.
func (*ObjectChange) Conclude(context.Context, rollout.Outcome, bool) []string { return nil }

// AddTo implements Change.
func (c *ObjectChange) AddTo(result *rollout.Result) {
	state := c.state
	switch {
	case c.Unchanged:
		state = rollout.ConfigUnchanged
	case state == "":
		state = rollout.ConfigPlanned
	}
	c.Add(result, state)
}
