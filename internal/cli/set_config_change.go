package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// configChange is one change of a Secret or ConfigMap by key, with the release of those who use it.
type configChange struct {
	*release
	flags   *setConfigFlags
	ref     workload.Ref
	request source.Request
	remove  []string
}

// change is what a command line asks for.
func (f *setConfigFlags) change(cmd *cobra.Command, env *Env, out *output, kind string, args []string) (*configChange, error) {
	name, err := objectName(args)
	if err != nil {
		return nil, err
	}
	request, parsed, err := f.request(args[1:])
	if err != nil {
		return nil, err
	}
	if request.Empty() && len(parsed.Remove) == 0 {
		return nil, usagef("nothing to change: KEY=VALUE sets a key, KEY- removes one, and --from-file, --from-env and others bring values")
	}
	policy, err := f.policy()
	if err == nil {
		err = f.validate(cmd.Flags())
	}
	if err == nil {
		// An object as JSON or YAML would show every value, those that were not changed included.
		err = oneOf("output", *out.print.OutputFormat, "", "name", outputResult)
	}
	if err == nil {
		err = out.complete(f.dryRun)
	}
	if err != nil {
		return nil, err
	}
	c := &configChange{
		release: newRelease(env, out, &f.releaseFlags, policy), flags: f,
		ref: workload.Ref{Kind: kind, Name: name}, request: request, remove: parsed.Remove,
	}
	c.ref.Namespace, _, err = c.cluster.Namespace()
	return c, err
}

// run reads, plans, and carries out. Until the release begins nothing is written.
func (c *configChange) run(ctx context.Context) error {
	if err := c.plan(ctx); err != nil {
		return c.ended(ctx, err)
	}
	if err := c.show(); err != nil {
		return err
	}
	names := consumerNames(c.content.plan.Roll)
	switch {
	case len(names) > 0:
		return c.release.run(ctx, cluster.Selection{Args: names, Verb: "set " + strings.ToLower(c.ref.Kind)}, c.planRestart())
	case c.flags.dryRun != "none":
		result := c.outline(ctx, rollout.Succeeded, nil)
		result.DryRun = c.flags.dryRun
		return c.output.result(c.env, result)
	}
	return c.writeAlone(ctx)
}

// ended says why nothing was written; a refusal is a result, too.
func (c *configChange) ended(ctx context.Context, err error) error {
	var refusal refusedError
	if !c.output.wantsResult() || ctx.Err() != nil || !errors.As(err, &refusal) {
		return c.untouched(ctx, err)
	}
	result := c.outline(ctx, rollout.Refused, nil)
	result.Message = err.Error()
	if hinter := view.Hinter(nil); errors.As(err, &hinter) {
		result.Next = c.env.here(hinter.Hints())
	}
	return errors.Join(view.Error(c.env.Term, hintedError{err, result.Next}), c.output.result(c.env, result))
}

// plan finds out what the change is, whether the server would take it, and who is concerned.
func (c *configChange) plan(ctx context.Context) error {
	before, err := c.cluster.ReadContent(ctx, c.ref)
	if err != nil {
		return c.explainMissing(err)
	}
	secret := before.Secret != nil
	entries, err := intake{c.env, c.flags.strict}.read(ctx, &c.flags.sourceFlags, c.request, secret)
	if err != nil {
		return err
	}
	edit := secrets.Edit{Set: entries, Remove: c.remove}
	c.command = append([]string{"set", strings.ToLower(c.ref.Kind), c.ref.Name}, masked(edit)...)
	change, err := cluster.PlanContent(before, edit)
	if err != nil {
		return refused(err)
	}
	c.content = &releaseContent{
		cluster: c.cluster, change: change, options: c.writeOptions(), written: c.print, state: rollout.ContentPlanned,
	}
	if !c.content.changes() {
		c.content.state = rollout.ContentUnchanged
	} else if err := c.tryOut(ctx); err != nil {
		return err
	}
	return c.planRoll(ctx)
}

// masked is the edit as it could be typed, with something in the place of each value.
func masked(e secrets.Edit) []string {
	var words []string
	for _, s := range e.Set {
		words = append(words, s.Key+"=…")
	}
	slices.Sort(words)
	for _, key := range e.Remove {
		words = append(words, key+"-")
	}
	return words
}

// explainMissing names the verb that creates.
func (c *configChange) explainMissing(err error) error {
	var e *cluster.Error
	if errors.As(err, &e) && e.Reason == cluster.NotFound && e.Nearest == "" {
		kind := "configmap"
		if c.ref.Kind == string(workload.SecretReference) {
			kind = "secret generic"
		}
		e.Next = append(e.Next, fmt.Sprintf("kubectl app create %s %s -n %s", kind, c.ref.Name, c.ref.Namespace))
	}
	return err
}

// tryOut lets the server say what it thinks of the change, and warns of who else writes these keys.
func (c *configChange) tryOut(ctx context.Context) error {
	if err := c.report(cluster.CheckContentOwners(c.content.change, c.writeOptions())); err != nil {
		return err
	}
	if c.flags.dryRun == "client" {
		return nil
	}
	o := c.writeOptions()
	o.DryRun = true
	_, err := c.cluster.ChangeContent(ctx, c.content.change, o)
	var e *cluster.Error
	if errors.As(err, &e) && (e.Reason == cluster.Forbidden || e.Reason == cluster.Denied || e.Reason == cluster.Invalid) {
		return refusedError{err}
	}
	return refused(err)
}

// planRoll finds those who are concerned, and refuses what would break them.
func (c *configChange) planRoll(ctx context.Context) error {
	roll := secrets.Roll(c.flags.roll)
	if roll == secrets.RollNone && len(c.remove) == 0 {
		return nil
	}
	consumers, notSeen, err := c.cluster.ConsumersAfter(ctx, c.content.change)
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == cluster.Forbidden {
		return c.blind(e.Message, e.Next)
	}
	if err != nil {
		return err
	}
	if err := c.judgeBlindness(notSeen); err != nil {
		return err
	}
	changes := c.content.change.Changes()
	if users := secrets.UsersOfRemoved(changes, consumers); len(users) > 0 && !c.flags.force {
		return c.inUse(users)
	}
	c.content.plan = secrets.PlanRoll(roll, changes, consumers)
	if broken := c.content.plan.Broken; len(broken) > 0 && !c.flags.force {
		return c.wouldBreak(broken)
	}
	return nil
}

// judgeBlindness: without Deployments and pods nobody knows whom to roll; of other kinds it is only told.
func (c *configChange) judgeBlindness(notSeen []secrets.NotSeen) error {
	for _, n := range notSeen {
		if n.Resource == "deployments" || n.Resource == "pods" {
			return c.blind("no permission to list "+n.Resource, n.Next)
		}
		c.warn(fmt.Sprintf("no permission to read %s: %s", n.Resource, n.Without))
	}
	return nil
}

func (c *configChange) blind(why string, next []string) error {
	return refusedError{hintedError{
		fmt.Errorf("who uses %s is not known: %s; nothing was written", c.ref, why),
		append(slices.Clone(next), "the same command with --roll=none, which only writes"),
	}}
}

// inUse refuses to remove what somebody uses.
func (c *configChange) inUse(users []secrets.Consumer) error {
	return refusedError{hintedError{
		fmt.Errorf("%s in use, by %s; nothing was written", verbFor(c.remove), strings.Join(consumerNames(users), ", ")),
		[]string{app("status", c.ref), "the same command with --force, if that is meant"},
	}}
}

func verbFor(keys []string) string {
	if len(keys) == 1 {
		return "key " + keys[0] + " is"
	}
	return "of the keys " + strings.Join(keys, ", ") + " some are"
}

// wouldBreak refuses a change that leaves somebody without a key.
func (c *configChange) wouldBreak(broken []secrets.Consumer) error {
	faults := make([]string, 0, len(broken))
	for i := range broken {
		faults = append(faults, fmt.Sprintf("%s needs %s", broken[i], strings.Join(broken[i].Missing(), ", ")))
	}
	return refusedError{hintedError{
		fmt.Errorf("%s would lack keys: %s; nothing was written", c.ref, strings.Join(faults, "; ")),
		[]string{app("status", c.ref), "the same command with --force, which leaves them as they are"},
	}}
}

// planRestart gives a consumer new pods, which read the new content.
func (c *configChange) planRestart() cluster.Plan {
	return func(captured cluster.Captured) (cluster.Edit, error) {
		template := rollout.PlanRestart(&captured.Deployment.Spec.Template, c.env.Now())
		return cluster.Edit{Template: template, ChangeCause: c.reason()}, nil
	}
}

// show says on stderr what becomes of the keys, and of those who use them.
func (c *configChange) show() error {
	content := c.content
	if view.Mode(c.flags.progress) != view.ModeNDJSON && view.Mode(c.flags.progress) != view.ModeNone {
		if content.changes() {
			if err := view.Keys(c.env.Term, content.change.After.String(), content.change.Changes()); err != nil {
				return err
			}
		}
		if err := view.Roll(c.env.Term, content.plan); err != nil {
			return err
		}
	}
	for i := range content.plan.Broken {
		b := &content.plan.Broken[i]
		c.warn(fmt.Sprintf("%s needs %s: it is not rolled, and its next pod fails", b, strings.Join(b.Missing(), ", ")))
	}
	for i := range content.plan.ByHand {
		c.warn(byHand(&content.plan.ByHand[i]))
	}
	switch {
	case !content.changes():
		return c.print(content.change.Before, "unchanged")
	case c.flags.dryRun != "none":
		return c.print(content.change.After, "configured")
	}
	return nil
}

// byHand says what the user has to do about one who needs new pods.
func byHand(b *secrets.Consumer) string {
	const why = " reads it only when its pods start, and is not rolled by this"
	if b.Kind == "Pod" {
		return b.String() + why + ": nothing replaces a bare pod"
	}
	return fmt.Sprintf("%s%s: kubectl rollout restart %s -n %s", b, why, b, b.Namespace)
}

// writeAlone changes the content where nobody is to be rolled.
func (c *configChange) writeAlone(ctx context.Context) error {
	if err := c.content.write(ctx, context.WithoutCancel(ctx)); err != nil {
		return err
	}
	outcome := rollout.Succeeded
	if c.content.state == rollout.ContentUnchanged {
		outcome = rollout.Unchanged
	}
	return c.output.result(c.env, c.outline(ctx, outcome, nil))
}

// print writes the line of the object itself, as kubectl does; with -o result nothing.
func (c *configChange) print(content cluster.Content, operation string) error {
	if c.output.wantsResult() {
		return nil
	}
	line := newObjectOutput()
	*line.flags.OutputFormat = *c.output.print.OutputFormat
	return line.print(c.env, content.Object(), operation, c.flags.dryRun)
}
