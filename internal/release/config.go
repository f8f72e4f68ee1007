package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ConfigChange is the Secret or ConfigMap that a release changes before its workloads, which then read
// it anew, and restores before they go back. A release that changes none has nil.
type ConfigChange struct {
	Client  config.Client
	Change  config.ContentChange
	Plan    secrets.RollPlan
	Options cluster.WriteOptions
	// Versioned: the change is an object of its own, which the workloads are pointed to. There is nothing to
	// restore: with their templates they go back to the one before.
	Versioned bool
	// Of is the object as it was asked for: without the hash of a version.
	Of workload.Ref
	// Written prints what was written.
	Written func(config.Content, string) error
	State   rollout.ContentState
}

// keys are those that the object will have, for the preflight of the workloads that refer to it.
func (c *ConfigChange) keys() map[workload.Ref][]string {
	if c == nil {
		return nil
	}
	return map[workload.Ref][]string{c.Change.After.Ref(): slices.Sorted(maps.Keys(c.Change.After.Data()))}
}

// Changes tells whether there is anything to write.
func (c *ConfigChange) Changes() bool {
	if c.Versioned {
		return c.Change.After.Ref() != c.Change.Before.Ref()
	}
	for _, change := range c.Change.Changes() {
		if change.Kind != secrets.Unchanged {
			return true
		}
	}
	return false
}

// waits tells whether something is still to be written.
func (c *ConfigChange) waits() bool {
	return c != nil && c.State == rollout.ContentPlanned && c.Changes()
}

// write changes the content. If it is not known whether the write arrived, what may have is taken back.
func (c *ConfigChange) write(ctx, work context.Context) error {
	if c == nil || !c.Changes() {
		return nil
	}
	if c.Versioned {
		return c.writeVersion(ctx)
	}
	change, err := c.Client.ChangeContent(ctx, c.Change, c.Options)
	c.Change = change
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == config.UnknownWrite {
		c.State = rollout.ContentUnknown
		return c.restoreAfter(work, err)
	}
	if err != nil {
		return Refused(err)
	}
	c.State = rollout.ContentChanged
	// The line of a write that happened is owed even if stdout is gone: the release goes on.
	_ = c.Written(change.After, "configured")
	return nil
}

// writeVersion creates the version. Whether it arrived or not, nobody reads it before he is pointed to it.
func (c *ConfigChange) writeVersion(ctx context.Context) error {
	if err := c.Client.CheckVersioned(ctx, c.Of, c.Change.Before); err != nil {
		return Refused(err)
	}
	written, created, err := c.Client.CreateVersion(ctx, c.Change.After, c.Options)
	if err != nil {
		return Refused(err)
	}
	c.Change.After, c.State = written, rollout.ContentChanged
	operation := "created"
	if !created {
		operation = "unchanged"
	}
	_ = c.Written(written, operation)
	return nil
}

// look tells at the end whether the content is still that of the release: what someone else has made of it
// meanwhile is neither its success nor its to restore. That it can't be read says nothing.
func (c *ConfigChange) look(work context.Context) {
	if c == nil || c.Versioned || c.State != rollout.ContentChanged {
		return
	}
	if overtaken, err := c.Client.Overtaken(work, c.Change); err == nil && len(overtaken) > 0 {
		c.State = rollout.ContentSuperseded
	}
}

// undoable tells whether an undo of the workloads brings the old content back.
func (c *ConfigChange) undoable() bool { return c == nil || c.Versioned }

// isWritten tells whether there is anything to take back.
func (c *ConfigChange) isWritten() bool {
	if c == nil || c.Versioned {
		return false
	}
	return c.State == rollout.ContentChanged || c.State == rollout.ContentUnknown || c.State == rollout.ContentNotRestored
}

func (c *ConfigChange) isRestored() bool {
	return c != nil && (c.State == rollout.ContentRestored || c.State == rollout.ContentSuperseded)
}

// restoreAfter takes the write back where nothing else came of the release but an error.
func (c *ConfigChange) restoreAfter(work context.Context, cause error) error {
	if !c.isWritten() {
		return cause
	}
	neverAnswered := c.State == rollout.ContentUnknown
	err := c.restore(work)
	switch {
	case c.State == rollout.ContentUnknown && neverAnswered:
		return err // the same as the cause, as it is known now
	case c.State == rollout.ContentNotRestored:
		return fmt.Errorf("%w\n%s still has the new data: %w", cause, c.Change.Before, err)
	case err != nil:
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w\n%s has its old data again", cause, c.Change.Before)
}

// restore takes the write back; without one there is nothing to do.
func (c *ConfigChange) restore(work context.Context) error {
	if !c.isWritten() {
		return nil
	}
	err := c.Client.RestoreContent(work, c.Change, c.Options)
	var e *cluster.Error
	switch {
	case err == nil:
		c.State = rollout.ContentRestored
	case errors.As(err, &e) && e.Reason == config.KeysChanged:
		c.State = rollout.ContentSuperseded
	case errors.As(err, &e) && e.Reason == config.UnknownWrite:
		c.State = rollout.ContentUnknown
	default:
		c.State = rollout.ContentNotRestored
	}
	return err
}

// contentAlone ends a release that has no workload to change.
func (r *Release) contentAlone(ctx context.Context) (*rollout.Result, error) {
	outcome := rollout.Succeeded
	if !r.Content.Changes() {
		outcome = rollout.Unchanged
	}
	if r.DryRun == DryRunNone {
		if err := r.Content.write(ctx, context.WithoutCancel(ctx)); err != nil {
			return r.notBegun(ctx, err)
		}
	}
	result := r.outline(outcome, nil)
	if r.DryRun != DryRunNone {
		result.DryRun = string(r.DryRun)
	}
	return r.complete(ctx, result), nil
}

// notBegun ends a release that has come no further than its content: none of the workloads is written. With
// content, how that was left is a result.
func (r *Release) notBegun(ctx context.Context, cause error) (*rollout.Result, error) {
	if r.Content == nil {
		return nil, cause
	}
	outcome := rollout.Undecided
	switch refusal := (RefusedError{}); {
	case ctx.Err() != nil:
		outcome = rollout.Interrupted
	case errors.As(cause, &refusal):
		outcome = rollout.Refused
	}
	return r.Errored(ctx, outcome, cause), cause
}

// Errored is the result of a release that came to nothing but an error.
func (r *Release) Errored(ctx context.Context, outcome rollout.Outcome, cause error) *rollout.Result {
	result := r.outline(outcome, nil)
	result.Message = cause.Error()
	if hinter := view.Hinter(nil); errors.As(cause, &hinter) {
		result.Next = hinter.Hints()
	}
	return r.complete(ctx, result)
}

// result is the content's part of the outcome.
func (c *ConfigChange) result() rollout.ContentResult {
	r := rollout.ContentResult{
		Ref: c.Change.After.Ref(), State: c.State, Changes: []rollout.KeyResult{},
		ByHand: secrets.Names(c.Plan.ByHand), InPlace: secrets.Names(c.Plan.InPlace),
	}
	if c.Versioned {
		r.From = c.Change.Before.Meta().Name
	}
	for _, k := range c.Change.Changes() {
		if k.Kind != secrets.Unchanged {
			r.Changes = append(r.Changes, rollout.KeyResult{Key: k.Key, Change: string(k.Kind), BytesBefore: k.Before, BytesAfter: k.After})
		}
	}
	return r
}
