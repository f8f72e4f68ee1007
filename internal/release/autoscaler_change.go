package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// AutoscalerChange writes an autoscaler of a workload.
type AutoscalerChange struct {
	// Ref is the autoscaler, Of the workload that it scales.
	Ref, Of workload.Ref
	// Done is what the change does: "paused", "resumed", "created", "configured", "removed"; "unchanged" for one that is as
	// wanted already.
	Done    string
	Changes []rollout.SettingChange
	// Send writes the change, and Back takes it back. What someone else has changed is a *cluster.SupersededError.
	Send, Back func(context.Context) error
	// Print prints the autoscaler that was written, with what was done.
	Print func(done string) error
	// Follow waits for the first number of the autoscaler; nil where nothing is waited for.
	Follow func(context.Context) Computed

	// state is empty until something is written.
	state    rollout.ConfigState
	computed Computed
}

// Computed is what came of the wait for an autoscaler.
type Computed struct {
	Outcome rollout.Outcome
	// Cause and Message say why there is no number or, without a Cause, what the number is.
	Cause, Message string
	Next           []string
}

// NothingToWrite is the Done of an autoscaler that is as wanted already.
const NothingToWrite = "unchanged"

func (c *AutoscalerChange) String() string { return c.Ref.String() }

// Await waits for the first number, if there is anything to wait for.
func (c *AutoscalerChange) Await(ctx context.Context) (outcome rollout.Outcome, next []string) {
	if c.Follow == nil {
		return "", nil
	}
	c.computed = c.Follow(ctx)
	return c.computed.Outcome, c.computed.Next
}

// Keys implements Change.
func (*AutoscalerChange) Keys() map[workload.Ref][]string { return nil }

// Pending implements Change.
func (c *AutoscalerChange) Pending() bool { return c.state == "" && c.Done != NothingToWrite }

// Write implements Change.
func (c *AutoscalerChange) Write(ctx context.Context) error {
	err := c.Send(ctx)
	switch {
	case errors.As(err, new(*cluster.LostError)):
		c.state = rollout.ConfigUnknown
		return fmt.Errorf("it is not known whether %s was changed: %w", c, err)
	case cluster.Is(err, cluster.Forbidden, cluster.Denied, cluster.Invalid):
		return RefusedError{err}
	case err != nil:
		return Refused(err)
	}
	c.state = rollout.ConfigChanged
	_ = c.Print(c.Done) // the line of a write that happened is owed even if stdout is gone
	return nil
}

// Held implements Change.
func (c *AutoscalerChange) Held() bool {
	return c.state == rollout.ConfigChanged || c.state == rollout.ConfigUnknown || c.state == rollout.ConfigNotRestored
}

// Restore implements Change.
func (c *AutoscalerChange) Restore(ctx context.Context) (back bool, err error) {
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
func (c *AutoscalerChange) RestoreAfter(ctx context.Context, cause error) error {
	if _, err := c.Restore(ctx); err != nil {
		return fmt.Errorf("%w\n%s is still %s: %w", cause, c, c.Done, err)
	}
	return fmt.Errorf("%w\n%s is as it was before", cause, c)
}

// Concerns implements Change.
func (c *AutoscalerChange) Concerns(ref workload.Ref) bool { return c.Of == ref }

// UndoRestores implements Change: the number is set back by a scale, and the autoscaler stays as it is.
func (*AutoscalerChange) UndoRestores() bool { return true }

// Conclude implements Change.
func (*AutoscalerChange) Conclude(context.Context, rollout.Outcome, bool) []string { return nil }

// AddTo implements Change.
func (c *AutoscalerChange) AddTo(result *rollout.Result) {
	state := c.state
	switch {
	case c.Done == NothingToWrite:
		state = rollout.ConfigUnchanged
	case state == "":
		state = rollout.ConfigPlanned
	}
	result.AddAutoscaler(rollout.AutoscalerResult{
		Ref: c.Ref, Change: c.Done, State: state, Changes: c.Changes, Cause: c.computed.Cause, Message: c.computed.Message,
	})
}
