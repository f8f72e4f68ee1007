package cli

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

// releaseContent is the Secret or ConfigMap that a release changes before its workloads, which then read
// it anew, and restores before they go back. A release that changes none has nil.
type releaseContent struct {
	cluster config.Client
	change  config.ContentChange
	plan    secrets.RollPlan
	options cluster.WriteOptions
	// versioned: the change is an object of its own, which the workloads are pointed to. There is nothing to
	// restore: with their templates they go back to the one before.
	versioned bool
	// of is the object as it was asked for: without the hash of a version.
	of workload.Ref
	// written prints what was written.
	written func(config.Content, string) error
	state   rollout.ContentState
}

// keys are those that the object will have, for the preflight of the workloads that refer to it.
func (c *releaseContent) keys() map[workload.Ref][]string {
	if c == nil {
		return nil
	}
	return map[workload.Ref][]string{c.change.After.Ref(): slices.Sorted(maps.Keys(c.change.After.Data()))}
}

// changes tells whether there is anything to write.
func (c *releaseContent) changes() bool {
	if c.versioned {
		return c.change.After.Ref() != c.change.Before.Ref()
	}
	for _, change := range c.change.Changes() {
		if change.Kind != secrets.Unchanged {
			return true
		}
	}
	return false
}

// waits tells whether something is still to be written.
func (c *releaseContent) waits() bool {
	return c != nil && c.state == rollout.ContentPlanned && c.changes()
}

// write changes the content. If it is not known whether the write arrived, what may have is taken back.
func (c *releaseContent) write(ctx, work context.Context) error {
	if c == nil || !c.changes() {
		return nil
	}
	if c.versioned {
		return c.writeVersion(ctx)
	}
	change, err := c.cluster.ChangeContent(ctx, c.change, c.options)
	c.change = change
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == config.UnknownWrite {
		c.state = rollout.ContentUnknown
		return c.restoreAfter(work, err)
	}
	if err != nil {
		return refused(err)
	}
	c.state = rollout.ContentChanged
	// The line of a write that happened is owed even if stdout is gone: the release goes on.
	_ = c.written(change.After, "configured")
	return nil
}

// writeVersion creates the version. Whether it arrived or not, nobody reads it before he is pointed to it.
func (c *releaseContent) writeVersion(ctx context.Context) error {
	if err := c.cluster.CheckVersioned(ctx, c.of, c.change.Before); err != nil {
		return refused(err)
	}
	written, created, err := c.cluster.CreateVersion(ctx, c.change.After, c.options)
	if err != nil {
		return refused(err)
	}
	c.change.After, c.state = written, rollout.ContentChanged
	operation := "created"
	if !created {
		operation = "unchanged"
	}
	_ = c.written(written, operation)
	return nil
}

// look tells at the end whether the content is still that of the release: what someone else has made of it
// meanwhile is neither its success nor its to restore. That it can't be read says nothing.
func (c *releaseContent) look(work context.Context) {
	if c == nil || c.versioned || c.state != rollout.ContentChanged {
		return
	}
	if overtaken, err := c.cluster.Overtaken(work, c.change); err == nil && len(overtaken) > 0 {
		c.state = rollout.ContentSuperseded
	}
}

// undoable tells whether an undo of the workloads brings the old content back.
func (c *releaseContent) undoable() bool { return c == nil || c.versioned }

// isWritten tells whether there is anything to take back.
func (c *releaseContent) isWritten() bool {
	if c == nil || c.versioned {
		return false
	}
	return c.state == rollout.ContentChanged || c.state == rollout.ContentUnknown || c.state == rollout.ContentNotRestored
}

func (c *releaseContent) isRestored() bool {
	return c != nil && (c.state == rollout.ContentRestored || c.state == rollout.ContentSuperseded)
}

// restoreAfter takes the write back where nothing else came of the release but an error.
func (c *releaseContent) restoreAfter(work context.Context, cause error) error {
	if !c.isWritten() {
		return cause
	}
	if err := c.restore(work); c.state == rollout.ContentNotRestored {
		return fmt.Errorf("%w\n%s still has the new data: %w", cause, c.change.Before, err)
	} else if err != nil {
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w\n%s has its old data again", cause, c.change.Before)
}

// restore takes the write back; without one there is nothing to do.
func (c *releaseContent) restore(work context.Context) error {
	if !c.isWritten() {
		return nil
	}
	err := c.cluster.RestoreContent(work, c.change, c.options)
	var e *cluster.Error
	switch {
	case err == nil:
		c.state = rollout.ContentRestored
	case errors.As(err, &e) && e.Reason == config.KeysChanged:
		c.state = rollout.ContentSuperseded
	default:
		c.state = rollout.ContentNotRestored
	}
	return err
}

// contentAlone ends a release that has no workload to change.
func (r *release) contentAlone(ctx context.Context) error {
	outcome := rollout.Succeeded
	if !r.content.changes() {
		outcome = rollout.Unchanged
	}
	if r.flags.dryRun == dryRunNone {
		if err := r.content.write(ctx, context.WithoutCancel(ctx)); err != nil {
			return r.notBegun(ctx, err)
		}
	}
	result := r.outline(ctx, outcome, nil)
	if r.flags.dryRun != dryRunNone {
		result.DryRun = string(r.flags.dryRun)
	}
	return r.output.result(r.env, result)
}

// notBegun ends a release that has come no further than its content: none of the workloads is written. With
// content, how that was left is a result.
func (r *release) notBegun(ctx context.Context, cause error) error {
	if r.content == nil {
		return cause
	}
	outcome := rollout.Undecided
	switch refusal := (refusedError{}); {
	case ctx.Err() != nil:
		outcome = rollout.Interrupted
	case errors.As(cause, &refusal):
		outcome = rollout.Refused
	}
	return r.errored(ctx, outcome, cause)
}

// errored shows an error that is a result as well.
func (r *release) errored(ctx context.Context, outcome rollout.Outcome, cause error) error {
	result := r.outline(ctx, outcome, nil)
	result.Message = cause.Error()
	if hinter := view.Hinter(nil); errors.As(cause, &hinter) {
		result.Next = r.env.here(hinter.Hints())
	}
	return errors.Join(view.Error(r.env.Term, hintedError{cause, result.Next}), r.output.result(r.env, result))
}

// result is the content's part of the outcome.
func (c *releaseContent) result() rollout.ContentResult {
	r := rollout.ContentResult{
		Ref: c.change.After.Ref(), State: c.state, Changes: []rollout.KeyResult{},
		ByHand: consumerNames(c.plan.ByHand), InPlace: consumerNames(c.plan.InPlace),
	}
	if c.versioned {
		r.From = c.change.Before.Meta().Name
	}
	for _, k := range c.change.Changes() {
		if k.Kind != secrets.Unchanged {
			r.Changes = append(r.Changes, rollout.KeyResult{Key: k.Key, Change: string(k.Kind), BytesBefore: k.Before, BytesAfter: k.After})
		}
	}
	return r
}

func consumerNames(consumers []secrets.Consumer) []string {
	var names []string
	for _, c := range consumers {
		names = append(names, c.String())
	}
	return names
}
