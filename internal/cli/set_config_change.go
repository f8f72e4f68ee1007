package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// configChange is one change of a Secret or ConfigMap by key, with the release of those who use it.
type configChange struct {
	*transaction
	flags   *setConfigFlags
	ref     workload.Ref
	request source.Request
	remove  []string

	// object is the change that the release writes first.
	object *release.ConfigChange
	// delivered read what the object has already: their rollouts may not be over.
	delivered []consumers.Consumer
}

// change is what a command line asks for.
func (f *setConfigFlags) change(cmd *cobra.Command, env *Env, out *output, kind string, args []string) (*configChange, error) {
	if len(args) > 0 { // as status and get take it
		args[0] = strings.TrimPrefix(args[0], strings.ToLower(kind)+"/")
	}
	name, err := objectName(args)
	if err != nil {
		return nil, err
	}
	request, parsed, err := f.request(args[1:])
	if err != nil {
		return nil, err
	}
	if request.Empty() && len(parsed.Remove) == 0 {
		return nil, usagef("nothing to change: give KEY=VALUE to set a key, KEY- to remove one, or a flag such as --from-file or --from-env")
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
		transaction: newTransaction(env, out, &f.releaseFlags, policy), flags: f,
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
	if names := consumers.Names(append(slices.Clone(c.object.Plan.Roll), c.delivered...)); len(names) > 0 {
		return c.transaction.run(ctx, resolve.Selection{Args: names, Verb: "set " + strings.ToLower(c.ref.Kind)}, c.planRestart())
	}
	result, err := c.Run(ctx, nil, nil)
	return c.end(result, err)
}

// ended says why nothing was written; a refusal is a result, too.
func (c *configChange) ended(ctx context.Context, err error) error {
	if !c.output.wantsResult() || exitCode(ctx, err) != exitRefused {
		return c.untouched(ctx, err)
	}
	return c.end(c.Failed(ctx, rollout.Refused, err), err)
}

// plan finds out what the change is, whether the server would take it, and who is concerned.
func (c *configChange) plan(ctx context.Context) error {
	read, plan := config.New(c.cluster).ReadObject, config.PlanEdit
	if c.flags.versioned {
		read, plan = config.New(c.cluster).ReadVersioned, config.PlanVersion
	}
	before, err := read(ctx, c.ref)
	if err != nil {
		return c.explainMissing(ctx, release.Refused(err))
	}
	c.command = []string{"set", strings.ToLower(c.ref.Kind), c.ref.Name} // a refusal has no number of keys
	entries, err := c.valueReader(before).read(ctx, &c.flags.sourceFlags, c.request, c.draft(before))
	if err != nil {
		return err
	}
	edit := secrets.Edit{Set: entries, Remove: c.remove, MayLack: c.flags.force}
	c.command = append(c.command, keyCount(edit))
	change, err := plan(before, edit)
	if errors.As(err, new(*secrets.NoKeyError)) {
		err = hintedError{err, []string{release.App("get", c.ref)}}
	}
	if err != nil {
		return release.Refused(err)
	}
	for _, key := range edit.Gone(before.Data()) {
		c.Warn(fmt.Sprintf("%s has no key %s to remove", before, key))
	}
	if before.Secret != nil {
		c.env.Redactor.Secret(change.After.Data())
	}
	c.add(change)
	if !change.Empty() {
		if err := c.tryOut(ctx); err != nil {
			return err
		}
	}
	return c.planRoll(ctx)
}

// add makes the planned change a part of the release.
func (c *configChange) add(change config.Change) {
	object := release.ConfigChange{Store: config.New(c.cluster), Change: change, Options: c.WriteOptions(), Print: c.print}
	if c.flags.versioned {
		version := &release.ConfigVersion{ConfigChange: object, Of: c.ref}
		c.object = &version.ConfigChange
		c.Before(version)
		return
	}
	edit := &release.ConfigEdit{ConfigChange: object}
	c.object = &edit.ConfigChange
	c.Before(edit)
}

// valueReader looks at the values; what it has to say is in the result, too.
func (c *configChange) valueReader(before config.Object) valueReader {
	return valueReader{
		env: c.env, strict: c.flags.strict, warn: func(text string) { c.Warn(text) }, events: c.flags.progress == view.ModeNDJSON,
		users: func(ctx context.Context) []consumers.Consumer { return usersOf(ctx, c.cluster, before.Ref()) },
	}
}

// draft tells of the object that is changed.
func (c *configChange) draft(before config.Object) secrets.Draft {
	d := secrets.Draft{Kind: workload.ReferenceKind(c.ref.Kind), Kept: maps.Clone(before.Data())}
	if before.Secret != nil {
		d.Type = before.Secret.Type
	}
	for _, key := range c.remove {
		delete(d.Kept, key)
	}
	return d
}

// keyCount is all that the change-cause says of an edit: in a file that is not what it seems, a part of a value
// can stand where a key is expected.
func keyCount(e secrets.Edit) string {
	if n := len(e.Set) + len(e.Remove); n != 1 {
		return fmt.Sprintf("(%d keys)", n)
	}
	return "(1 key)"
}

// explainMissing names the versions that are there in place of the object, or the verb that creates.
func (c *configChange) explainMissing(ctx context.Context, err error) error {
	var e *cluster.Error
	if !errors.As(err, &e) || e.Reason != cluster.NotFound {
		return err
	}
	if versions := c.versions(ctx); len(versions) > 0 {
		return release.RefusedError{Err: hintedError{
			fmt.Errorf("there is no %s, only versions of it: %s; nothing was written", c.ref, strings.Join(versions, ", ")),
			[]string{"add --versioned: it creates the next version and makes the workloads use it"},
		}}
	}
	if e.Nearest == "" {
		create := fmt.Sprintf("configmap %s KEY=VALUE", c.ref.Name)
		if c.ref.Kind == string(workload.SecretReference) {
			create = fmt.Sprintf("secret generic %s --prompt=KEY", c.ref.Name)
		}
		e.Next = append(e.Next, fmt.Sprintf("kubectl app create %s -n %s", create, c.ref.Namespace))
	}
	return err
}

// versions names those of the object; none that may not be listed.
func (c *configChange) versions(ctx context.Context) (names []string) {
	all, err := config.New(c.cluster).Versions(ctx, c.ref.Namespace, c.ref.Kind)
	for _, v := range all {
		if err == nil && v.Of == c.ref.Name {
			names = append(names, v.Name)
		}
	}
	return names
}

// tryOut lets the server say what it thinks of the change, and warns of who else writes these keys.
func (c *configChange) tryOut(ctx context.Context) error {
	if c.flags.versioned {
		return c.tryVersion(ctx)
	}
	if err := c.Report(config.CheckOwners(c.object.Change, c.WriteOptions())); err != nil {
		return err
	}
	if c.flags.dryRun == release.DryRunClient {
		return nil
	}
	o := c.WriteOptions()
	o.DryRun = true
	_, err := config.New(c.cluster).ChangeKeys(ctx, c.object.Change, o)
	return refusedByServer(err)
}

func (c *configChange) tryVersion(ctx context.Context) error {
	if c.flags.dryRun == release.DryRunClient {
		return nil
	}
	o := c.WriteOptions()
	o.DryRun = true
	_, _, err := config.New(c.cluster).CreateVersion(ctx, c.object.Change.After, o)
	return refusedByServer(err)
}

// refusedByServer: the API server was sent the change, and stored nothing.
func refusedByServer(err error) error {
	var e *cluster.Error
	if errors.As(err, &e) && (e.Reason == cluster.Forbidden || e.Reason == cluster.Denied || e.Reason == cluster.Invalid) {
		return release.RefusedError{Err: err}
	}
	return release.Refused(err)
}

// print writes the line of the object itself, as kubectl does; with -o result nothing.
func (c *configChange) print(object config.Object, operation string) error {
	if c.output.wantsResult() {
		return nil
	}
	line := newObjectOutput()
	*line.flags.OutputFormat = *c.output.print.OutputFormat
	return line.print(c.env, object.Object(), operation, c.flags.dryRun)
}
