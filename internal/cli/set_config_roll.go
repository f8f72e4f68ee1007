package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// planRoll finds those who are concerned, and refuses what would break them.
func (c *configChange) planRoll(ctx context.Context) error {
	roll := c.flags.roll
	if roll == consumers.RollNone && (len(c.remove) == 0 || c.flags.force) {
		return nil
	}
	users, notSeen, err := config.New(c.cluster).ConsumersAfter(ctx, c.object.Change)
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == cluster.Forbidden {
		return c.blind(e.Message, e.Next)
	}
	if err != nil {
		return err
	}
	if err := c.judgeBlindness(notSeen); err != nil {
		return err
	}
	if err := c.checkVersions(ctx, users); err != nil {
		return err
	}
	changes := c.object.Change.Changes()
	if left := consumers.UsersOfRemoved(changes, users); len(left) > 0 && !c.flags.force {
		return c.inUse(left)
	}
	if c.flags.versioned {
		c.object.Plan = consumers.PlanVersion(roll, users)
		if c.object.Change.Empty() {
			c.object.Plan = consumers.RollPlan{} // they have it already
		}
	} else {
		c.object.Plan = consumers.PlanRoll(roll, changes, users)
	}
	if c.object.Change.Empty() && roll != consumers.RollNone {
		c.delivered = slices.DeleteFunc(consumers.Readers(users, c.object.Change.Keys), func(r consumers.Consumer) bool {
			return consumers.Contains(slices.Concat(c.object.Plan.Roll, c.object.Plan.Broken), &r)
		})
	}
	if broken := c.object.Plan.Broken; len(broken) > 0 && !c.flags.force {
		return c.wouldBreak(broken)
	}
	return nil
}

// checkVersions: where versions of the object are used in its place, a change of it would reach nobody.
func (c *configChange) checkVersions(ctx context.Context, users []consumers.Consumer) error {
	if c.flags.versioned || len(consumers.ByTemplate(users)) > 0 || c.flags.roll == consumers.RollNone {
		return nil
	}
	inUse, err := config.New(c.cluster).ReadVersioned(ctx, c.ref)
	switch e := (*cluster.Error)(nil); {
	case errors.As(err, &e) && e.Reason == cluster.Forbidden:
		return nil // who may not list them has made none
	case errors.As(err, &e) && e.Reason == config.SeveralVersions:
		return release.Refused(err)
	case err != nil:
		return err
	case inUse.Ref() == c.ref:
		return nil
	}
	return release.RefusedError{Err: hintedError{
		fmt.Errorf("no workload uses %s, but workloads use its version %s; nothing was written", c.ref, inUse.Meta().Name),
		[]string{"add --versioned: it creates the next version and makes the workloads use it", "or add --roll=none: it restarts nothing"},
	}}
}

// judgeBlindness: without Deployments and pods nobody knows whom to roll; of other kinds it is only told.
func (c *configChange) judgeBlindness(notSeen []consumers.NotSeen) error {
	for _, n := range notSeen {
		if n.Resource == "deployments" || n.Resource == "pods" {
			return c.blind("no permission to list "+n.Resource, n.Next)
		}
		c.Warn(fmt.Sprintf("no permission to read %s: %s", n.Resource, n.Without))
	}
	return nil
}

func (c *configChange) blind(why string, next []string) error {
	return release.RefusedError{Err: hintedError{
		fmt.Errorf("it is not known which workloads use %s: %s; nothing was written", c.ref, why),
		append(slices.Clone(next), "add "+c.unseen()+": it restarts nothing"),
	}}
}

// unseen are the flags with which nobody is looked for.
func (c *configChange) unseen() string {
	if len(c.remove) > 0 {
		return "--roll=none --force"
	}
	return "--roll=none"
}

// inUse refuses to remove what somebody uses.
func (c *configChange) inUse(users []consumers.Consumer) error {
	return release.RefusedError{Err: hintedError{
		fmt.Errorf("%s in use by %s; nothing was written", verbFor(c.remove), strings.Join(consumers.Names(users), ", ")),
		[]string{release.App("status", c.ref), "add --force: it removes the key anyway"},
	}}
}

func verbFor(keys []string) string {
	if len(keys) == 1 {
		return "key " + keys[0] + " is"
	}
	return "some of the keys " + strings.Join(keys, ", ") + " are"
}

// wouldBreak refuses a change that leaves somebody without a key.
func (c *configChange) wouldBreak(broken []consumers.Consumer) error {
	faults := make([]string, 0, len(broken))
	for i := range broken {
		faults = append(faults, fmt.Sprintf("%s needs %s", broken[i], strings.Join(broken[i].Missing(), ", ")))
	}
	return release.RefusedError{Err: hintedError{
		fmt.Errorf("workloads need keys that %s would not have: %s; nothing was written", c.ref, strings.Join(faults, "; ")),
		[]string{release.App("status", c.ref), "add --force: it does not restart these workloads"},
	}}
}

// planRestart gives a consumer new pods, which read the new data: the template as it is, or pointed to
// the version. One whose rollout brings that data already is left as it is, and watched.
func (c *configChange) planRestart() cluster.Plan {
	return func(captured cluster.Captured) (cluster.Edit, error) {
		if c.isDelivered(captured) {
			return cluster.Edit{Template: *captured.Template()}, nil
		}
		if from, to := c.object.Change.Before.Ref(), c.object.Change.After.Ref(); from != to {
			template := *captured.Template().DeepCopy()
			if workload.Repoint(&template, workload.ReferenceKind(from.Kind), from.Name, to.Name) == 0 {
				return cluster.Edit{}, c.pointedElsewhere(captured.Ref())
			}
			return cluster.Edit{Template: template, ChangeCause: c.Reason()}, nil
		}
		template := rollout.PlanRestart(captured.Template(), c.env.Now())
		return cluster.Edit{Template: template, ChangeCause: c.Reason()}, nil
	}
}

// isDelivered tells whether all pods of the consumer's revision have started with the data of now.
// Times are of whole seconds: what happened within one counts as the newer, as it does of pods.
func (c *configChange) isDelivered(captured cluster.Captured) bool {
	ref := captured.Ref()
	if slices.ContainsFunc(c.delivered, func(d consumers.Consumer) bool { return d.Ref == ref }) {
		return true
	}
	if !c.object.Change.Empty() || c.flags.versioned || c.flags.roll == consumers.RollAll || captured.Before == nil {
		return false
	}
	current := workload.Current(captured.Before.Workload, captured.Revisions)
	before := c.object.Change.Before.Meta()
	return current != nil && !current.Created.Before(consumers.ChangedAt(before, c.object.Change.Keys))
}

// pointedElsewhere: what was read as the version in use is it no longer.
func (c *configChange) pointedElsewhere(ref workload.Ref) error {
	err := hintedError{
		fmt.Errorf("%s does not use %s any more: someone else changed it, so it was not changed again", ref, c.object.Change.Before),
		[]string{release.App("rollout status", ref), "then run the command again"},
	}
	if c.object.Pending() {
		return release.RefusedError{Err: err}
	}
	err.err = fmt.Errorf("%w; %s is created, and nothing uses it", err.err, c.object.Change.After)
	return err
}

// show says on stderr what becomes of the keys, and of those who use them.
func (c *configChange) show() error {
	object := c.object
	if c.flags.progress != view.ModeNDJSON && c.flags.progress != view.ModeNone {
		if !object.Change.Empty() {
			if err := page.Keys(c.env.Term, object.Change.After.String(), object.Change.Changes()); err != nil {
				return err
			}
		}
		unchanged := ""
		if object.Change.Empty() {
			unchanged = object.Change.Before.String()
		}
		if err := page.Roll(c.env.Term, unchanged, object.Plan); err != nil {
			return err
		}
	}
	for _, b := range object.Plan.Broken {
		c.Warn(c.leftOut(&b, fmt.Sprintf("needs %s: it is not restarted, and its next pod fails", strings.Join(b.Missing(), ", "))))
	}
	for _, b := range object.Plan.ByHand {
		c.Warn(c.leftOut(&b, release.ByHand(&b)))
	}
	if p := object.Plan; c.flags.versioned && !object.Change.Empty() && len(p.Roll)+len(p.ByHand)+len(p.Broken) == 0 {
		c.Warn(fmt.Sprintf("no workload is changed: nothing will use %s, and %s keeps its data", object.Change.After, object.Change.Before))
	}
	switch {
	case object.Change.Empty():
		return c.print(object.Change.Before, "unchanged")
	case c.flags.dryRun == release.DryRunNone:
		return nil
	case c.flags.versioned:
		return c.print(object.Change.After, "created")
	}
	return c.print(object.Change.After, "configured")
}

// leftOut says how one who is not rolled goes on.
func (c *configChange) leftOut(consumer *consumers.Consumer, text string) string {
	if c.flags.versioned {
		text = fmt.Sprintf("is not changed by this command, and goes on using %s", c.object.Change.Before)
	}
	return consumer.String() + " " + text
}
