package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/kubectl/pkg/scheme"
	"k8s.io/kubectl/pkg/util"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// creating is a Deployment on its way to its first verdict, or to one more if it exists.
type creating struct {
	*transaction
	flags *createDeploymentFlags
	name  string
	app   *podtemplate.App
	given func(flag string) bool
	// enforced is the profile that the namespace asks for.
	enforced podtemplate.Security
}

func (c *creating) run(ctx context.Context) error {
	c.env.Redactor.Variables(c.app.Env)
	captured, err := c.capture(ctx)
	if err != nil {
		return c.untouched(ctx, err)
	}
	if !captured.New && c.flags.ifExists == config.SkipExisting {
		return errors.Join(c.Print(captured.API), c.end(c.LeaveAsIs(ctx, captured), nil))
	}
	c.next = c.mend
	var wanted []wantedClaim
	for _, v := range c.app.Volumes {
		if claim := v.NewClaim(captured.Ref(), captured.Template()); claim != nil {
			wanted = append(wanted, wantedClaim{claim, captured.Ref()})
		}
	}
	if err := c.createClaims(ctx, wanted); err != nil {
		return c.untouched(ctx, err)
	}
	c.Creates = true
	c.unexplained = c.flags.plainObject() && c.flags.reason == ""
	result, err := c.Run(ctx, []cluster.Captured{captured}, c.plan)
	if err = c.end(result, err); err == nil && !c.printed && !captured.New { // kubectl create always prints the object
		return c.printUnchanged(captured)
	}
	return err
}

func (c *creating) printUnchanged(captured cluster.Captured) error {
	if err := c.output.named("unchanged", c.flags.dryRun); err != nil {
		return err
	}
	return c.Print(captured.API)
}

// capture reads what is there.
func (c *creating) capture(ctx context.Context) (cluster.Captured, error) {
	namespace, explicit, err := c.cluster.Namespace()
	if err != nil {
		return cluster.Captured{}, err
	}
	if c.flags.dryRun == release.DryRunClient { // as kubectl does
		if !explicit {
			namespace = ""
		}
		return c.fresh(namespace, nil)
	}
	var labels map[string]string
	var object cluster.Object
	var exists bool
	_, err = cluster.Each(ctx, []func(context.Context) error{
		func(ctx context.Context) (err error) {
			object, exists, err = c.cluster.Find(ctx, workload.DeploymentRef(namespace, c.name))
			return err
		},
		func(ctx context.Context) (err error) {
			labels, err = c.cluster.NamespaceLabels(ctx, namespace)
			return err
		},
	}, func(ctx context.Context, read func(context.Context) error) (struct{}, error) {
		return struct{}{}, read(ctx)
	})
	switch {
	case err != nil:
		return cluster.Captured{}, err
	case !exists:
		return c.fresh(namespace, labels)
	}
	c.enforced = podtemplate.SecurityOf(labels)
	if object.GetDeletionTimestamp() != nil {
		return cluster.Captured{}, release.RefusedError{Err: hintedError{
			fmt.Errorf("%s is being deleted", object.Ref()),
			[]string{fmt.Sprintf("kubectl wait --for=delete %s%s", object.Ref(), cluster.InFlag(namespace))},
		}}
	}
	return c.existing(ctx, object)
}

// fresh is the Deployment that is to be created.
func (c *creating) fresh(namespace string, labels map[string]string) (cluster.Captured, error) {
	plain := c.flags.plainObject()
	c.enforced = podtemplate.SecurityOf(labels)
	c.app.Labels = workload.AppLabels(c.name, !plain)
	switch {
	case plain:
		c.app.Security, c.app.DefaultProbe = "", false
	case c.app.Security == "":
		c.app.Security = c.enforced
		if labels == nil && c.flags.dryRun != release.DryRunClient { // each namespace has some
			c.Note(fmt.Sprintf("no permission to get namespace/%s: whether it enforces a Pod Security Standard is not known; --security chooses", namespace))
		}
	}
	o := workload.NewDeployment(namespace, c.name, c.flags.replicas, c.app.Labels)
	if slices.ContainsFunc(c.app.Volumes, func(v *podtemplate.Volume) bool { return v.Claim != nil && v.Claim.OneNode() }) {
		workload.Recreate(o)
	}
	if template, _, fault := c.app.Plan(o.Ref(), o.Template()); c.flags.save && fault == nil { // the release tells a fault
		whole := o.Copy()
		whole.SetTemplate(&template)
		if err := util.CreateOrUpdateAnnotation(true, whole.API, scheme.DefaultJSONEncoder()); err != nil {
			return cluster.Captured{}, fmt.Errorf("--save-config: %w", err)
		}
		o.SetAnnotations(whole.GetAnnotations())
	}
	return cluster.NewWorkload(o), nil
}

// existing is a Deployment of that name: a release changes it, and goes back if it fails.
func (c *creating) existing(ctx context.Context, o cluster.Object) (cluster.Captured, error) {
	ref := o.Ref()
	switch c.flags.ifExists {
	case config.FailOnExisting:
		err := fmt.Errorf("%s exists already%s (--if-exists=fail)", ref, cluster.InNamespace(ref.Namespace))
		return cluster.Captured{}, release.RefusedError{Err: hintedError{err, []string{release.App("status", ref)}}}
	case config.SkipExisting:
		c.Warn(fmt.Sprintf("%s exists already and was not changed (--if-exists=skip)", ref))
	}
	if c.flags.save {
		return cluster.Captured{}, release.RefusedError{Err: hintedError{
			fmt.Errorf("--save-config is for a new deployment, and %s exists", ref), []string{release.Kubectl("apply edit-last-applied", ref)},
		}}
	}
	if c.given("replicas") && o.Replicas() != c.flags.replicas {
		c.Warn(fmt.Sprintf("%s exists and keeps its %s; to change that: %s --replicas=%d", ref,
			workload.Plural(int(o.Replicas()), "replica", "replicas"), release.App("scale", ref), c.flags.replicas))
	}
	c.Diff = c.Diff || !c.given("diff") && c.flags.ifExists == config.UpdateExisting && c.Progress != view.ModeNDJSON && c.Progress != view.ModeNone
	operation := "configured"
	if c.flags.ifExists == config.SkipExisting {
		operation = "unchanged"
	}
	if err := c.output.named(operation, c.flags.dryRun); err != nil {
		return cluster.Captured{}, err
	}
	all, err := c.cluster.Capture(ctx, []cluster.Object{o})
	if err != nil {
		return cluster.Captured{}, err
	}
	if deletes := c.OnFailure == release.Delete || c.OnInterrupt == release.Delete; deletes && c.begun(all[0]) {
		all[0].Begun = true
		return all[0], nil
	} else if deletes && c.flags.ifExists == config.UpdateExisting {
		c.Warn(fmt.Sprintf("%s exists: it is rolled back, not deleted", ref))
	}
	if c.OnFailure == release.Delete || !c.given("on-failure") {
		c.OnFailure = release.Rollback
	}
	if c.OnInterrupt == release.Delete {
		c.OnInterrupt = release.Rollback
	}
	return all[0], nil
}

// begun tells whether an earlier run of this very command has created the Deployment, and did not see how its first rollout
// ends.
func (c *creating) begun(now cluster.Captured) bool {
	if len(now.Revisions) != 1 || rollout.VerdictOf(&now.Revisions[0]) != nil || now.Before.Serving || now.Before.Workload.OnceComplete() || c.Reason() == "" ||
		now.GetAnnotations()[workload.AnnotationChangeCause] != c.Reason() {
		return false
	}
	template, _, err := c.app.Plan(now.Ref(), now.Template())
	return err == nil && workload.SameTemplate(now.Template(), &template)
}

// plan is the template of the Deployment.
func (c *creating) plan(now cluster.Captured) (cluster.Edit, error) {
	template, notes, err := c.app.Plan(now.Ref(), now.Template())
	if err != nil {
		return cluster.Edit{}, err
	}
	c.Note(notes...)
	return cluster.Edit{Template: template, ChangeCause: c.Reason()}, nil
}

// mend puts first what mends an image that runs as root, where the namespace allows it.
func (c *creating) mend(result *rollout.Result) []string {
	for _, w := range result.Workloads {
		for _, f := range w.Findings {
			if podtemplate.RunsAsRoot(f.Message) && c.enforced != podtemplate.Restricted {
				command := "kubectl app create deployment " + c.name // what it does not name stays as it is
				for _, image := range c.app.Images {
					command += " --image=" + shellWord(image)
				}
				if w.Rollback != nil { // it is gone
					command = "kubectl app " + strings.Join(c.withoutSecurity(), " ")
				}
				command += " --security=" + string(podtemplate.Baseline) + cluster.InFlag(w.Namespace)
				result.Next = append([]string{command}, result.Next...)
				return nil
			}
		}
	}
	return nil
}

// withoutSecurity is the command line without the profile, as far as further flags can follow it.
func (c *creating) withoutSecurity() (words []string) {
	for _, word := range c.command {
		if word == "--" {
			break
		}
		if !strings.HasPrefix(word, "--security=") {
			words = append(words, word)
		}
	}
	return words
}

// typed are the flags of the object as they can be typed again, without values of variables and without the command.
func (f *createDeploymentFlags) typed(flags *pflag.FlagSet, app *podtemplate.App) (words []string) {
	for _, image := range f.images {
		words = append(words, "--image="+shellWord(image))
	}
	for _, name := range slices.Concat([]string{"port", "replicas", "plain"}, ownFlags) {
		flag := flags.Lookup(name)
		switch {
		case !flag.Changed:
		case name == "env":
			for _, v := range app.Env {
				words = append(words, "--env="+v.Name+"="+redact.Placeholder)
			}
		case flag.Value.Type() == "stringSlice":
			list, _ := flags.GetStringSlice(name)
			for _, value := range list {
				words = append(words, "--"+name+"="+shellWord(value))
			}
		case flag.Value.Type() == "stringArray":
			list, _ := flags.GetStringArray(name)
			for _, value := range list {
				words = append(words, "--"+name+"="+shellWord(value))
			}
		default:
			words = append(words, "--"+name+"="+shellWord(redact.Query(flag.Value.String())))
		}
	}
	if len(app.Command) > 0 {
		words = append(words, "--", "COMMAND")
	}
	return words
}

// plainObject tells whether the object is to be that of kubectl.
func (f *createDeploymentFlags) plainObject() bool {
	if f.plain || f.dryRun != release.DryRunClient {
		return f.plain
	}
	return !slices.ContainsFunc(ownFlags, f.given)
}
