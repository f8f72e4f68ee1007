package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ConfigStore is what a change of a Secret or ConfigMap asks of the cluster. A config.Client is one.
type ConfigStore interface {
	ReadObject(context.Context, workload.Ref) (config.Object, error)
	ChangeKeys(context.Context, config.Change, cluster.WriteOptions) (config.Change, error)
	RestoreKeys(context.Context, config.Change, cluster.WriteOptions) (restored []string, err error)
	Overtaken(context.Context, config.Change) ([]string, error)
	ConsumersAfter(context.Context, config.Change) ([]consumers.Consumer, []consumers.NotSeen, error)
	CheckVersioned(ctx context.Context, of workload.Ref, before config.Object) error
	CreateVersion(context.Context, config.Object, cluster.WriteOptions) (written config.Object, created bool, err error)
}

// ConfigChange is the change of a Secret or ConfigMap whose consumers are the workloads of the release.
type ConfigChange struct {
	Store   ConfigStore
	Change  config.Change
	Plan    consumers.RollPlan
	Options cluster.WriteOptions
	// Print prints the object that was written, with what was done.
	Print func(config.Object, string) error

	// state is empty until something is written.
	state rollout.ConfigState
}

func (c *ConfigChange) String() string { return c.Change.Before.String() }

// Keys implements Change.
func (c *ConfigChange) Keys() map[workload.Ref][]string {
	return map[workload.Ref][]string{c.Change.After.Ref(): slices.Sorted(maps.Keys(c.Change.After.Data()))}
}

// Pending implements Change.
func (c *ConfigChange) Pending() bool { return c.state == "" && !c.Change.Empty() }

// Concerns implements Change: all workloads of the release read it.
func (*ConfigChange) Concerns(workload.Ref) bool { return true }

// AddTo implements Change.
func (c *ConfigChange) AddTo(result *rollout.Result) { result.AddConfig(c.result()) }

func (c *ConfigChange) result() rollout.ConfigResult {
	r := rollout.ConfigResult{
		Ref: c.Change.After.Ref(), State: c.state, Changes: []rollout.KeyResult{},
		ByHand: consumers.Names(c.Plan.ByHand), InPlace: consumers.Names(c.Plan.InPlace),
	}
	switch {
	case r.State != "":
	case c.Change.Empty():
		r.State = rollout.ConfigUnchanged
	default:
		r.State = rollout.ConfigPlanned
	}
	for _, k := range c.Change.Changes() {
		if k.Kind != secrets.Unchanged {
			r.Changes = append(r.Changes, rollout.KeyResult{Key: k.Key, Change: string(k.Kind), BytesBefore: k.Before, BytesAfter: k.After})
		}
	}
	return r
}

// ConfigEdit changes keys of the object itself.
type ConfigEdit struct{ ConfigChange }

// Write implements Change.
func (c *ConfigEdit) Write(ctx context.Context) error {
	change, err := c.Store.ChangeKeys(ctx, c.Change, c.Options)
	c.Change = change
	switch {
	case cluster.Is(err, config.UnknownWrite):
		c.state = rollout.ConfigUnknown
		return err
	case err != nil:
		return Refused(err)
	}
	c.state = rollout.ConfigChanged
	// The line of a write that happened is owed even if stdout is gone: the release goes on.
	_ = c.Print(change.After, "configured")
	return nil
}

// Held implements Change.
func (c *ConfigEdit) Held() bool {
	return c.state == rollout.ConfigChanged || c.state == rollout.ConfigUnknown || c.state == rollout.ConfigNotRestored
}

// Restore implements Change.
func (c *ConfigEdit) Restore(ctx context.Context) (back bool, err error) {
	restored, err := c.Store.RestoreKeys(ctx, c.Change, c.Options)
	switch {
	case err == nil:
		c.state = rollout.ConfigRestored
	case cluster.Is(err, config.KeysChanged):
		c.state = rollout.ConfigSuperseded
	case cluster.Is(err, config.UnknownWrite):
		c.state = rollout.ConfigUnknown
	default:
		c.state = rollout.ConfigNotRestored
	}
	return len(restored) > 0, err
}

// RestoreAfter implements Change.
func (c *ConfigEdit) RestoreAfter(ctx context.Context, cause error) error {
	neverAnswered := c.state == rollout.ConfigUnknown
	_, err := c.Restore(ctx)
	switch {
	case c.state == rollout.ConfigUnknown && neverAnswered:
		return err // the same as the cause, as it is known now
	case c.state == rollout.ConfigNotRestored:
		return fmt.Errorf("%w\n%s still has the new data: %w", cause, c, err)
	case err != nil:
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w\n%s has its old data again", cause, c)
}

// UndoRestores implements Change.
func (*ConfigEdit) UndoRestores() bool { return false }

// mostKeys is how many keys a command names.
const mostKeys = 3

// Again is the command that sets the keys once more, while the object has the new data.
func (c *ConfigEdit) Again() []string {
	if c.state != rollout.ConfigChanged && !c.Change.Empty() {
		return nil
	}
	ref, form := c.Change.After.Ref(), " %s=VALUE"
	if c.Change.After.Secret != nil { // a value of the command line stays in the shell's history
		form = " --prompt=%s"
	}
	named, keys := c.Change.Keys, ""
	if len(named) > mostKeys {
		named = []string{"KEY"}
	}
	for _, key := range named {
		keys += fmt.Sprintf(form, key)
	}
	return []string{fmt.Sprintf("kubectl app set %s %s%s -n %s", strings.ToLower(ref.Kind), ref.Name, keys, ref.Namespace)}
}

// Conclude implements Change. What someone else has made of the object meanwhile is neither a success of the release
// nor its to restore. That it can't be read says nothing.
func (c *ConfigEdit) Conclude(ctx context.Context, outcome rollout.Outcome, _ bool) []string {
	if c.state == rollout.ConfigChanged {
		if overtaken, err := c.Store.Overtaken(ctx, c.Change); err == nil && len(overtaken) > 0 {
			c.state = rollout.ConfigSuperseded
		}
	}
	return c.stale(ctx, outcome)
}

// ConfigVersion creates an object of its own, to which the workloads are pointed. With their templates they go back
// to the one before, so that there is nothing to restore.
type ConfigVersion struct {
	ConfigChange
	// Of is the object as it was asked for: without the hash of a version.
	Of workload.Ref
}

// Write implements Change. Whether it arrived or not, nobody reads the version before he is pointed to it.
func (c *ConfigVersion) Write(ctx context.Context) error {
	if err := c.Store.CheckVersioned(ctx, c.Of, c.Change.Before); err != nil {
		return Refused(err)
	}
	written, created, err := c.Store.CreateVersion(ctx, c.Change.After, c.Options)
	if cluster.Is(err, config.UnknownWrite) {
		c.state = rollout.ConfigUnknown
		return err
	}
	if err != nil {
		return Refused(err)
	}
	c.Change.After, c.state = written, rollout.ConfigChanged
	operation := "created"
	if !created {
		operation = "unchanged"
	}
	_ = c.Print(written, operation)
	return nil
}

// AddTo implements Change.
func (c *ConfigVersion) AddTo(result *rollout.Result) {
	r := c.result()
	r.From = c.Change.Before.Meta().Name
	result.AddConfig(r)
}

// Held implements Change.
func (*ConfigVersion) Held() bool { return false }

// Restore implements Change.
func (*ConfigVersion) Restore(context.Context) (back bool, err error) { return false, nil }

// RestoreAfter implements Change.
func (*ConfigVersion) RestoreAfter(_ context.Context, cause error) error { return cause }

// UndoRestores implements Change.
func (*ConfigVersion) UndoRestores() bool { return true }

// Conclude implements Change.
func (*ConfigVersion) Conclude(context.Context, rollout.Outcome, bool) []string { return nil }
