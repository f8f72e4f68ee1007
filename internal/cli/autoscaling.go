package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubectl/pkg/util"

	"github.com/kubectl-app/kubectl-app/internal/autoscaler"
	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func rulesOf(flags *pflag.FlagSet, name, text string) (*autoscalingv2.HPAScalingRules, error) {
	if !flags.Changed(name) {
		return nil, nil
	}
	rules, err := autoscale.ParseRules(text)
	if err != nil {
		return nil, usagef("--%s: %w", name, err)
	}
	return rules, nil
}

// autoscaling is the change of the autoscalers of workloads.
type autoscaling struct {
	*transaction
	flags    *autoscaleFlags
	settings autoscale.Settings
	// typed are the words that name the workloads.
	typed []string
}

// apply creates or changes the autoscalers of what the selection names.
func (a *autoscaling) apply(ctx context.Context, selection resolve.Selection) error {
	if err := a.describedObjects(); err != nil {
		return a.untouched(ctx, err)
	}
	objects, err := resolve.Workloads(ctx, a.cluster, selection)
	if err != nil {
		return a.untouched(ctx, resolveError(err))
	}
	if len(objects) > 1 && a.flags.name != "" {
		return usagef("--name names one autoscaler, and there are %d workloads", len(objects))
	}
	plans, err := cluster.Each(ctx, objects, func(ctx context.Context, o cluster.Object) (autoscaler.Plan, error) {
		name := o.GetName()
		if a.flags.name != "" {
			name = a.flags.name
		}
		return autoscaler.Prepare(ctx, a.cluster, o, name, a.settings)
	})
	if err != nil {
		return a.untouched(ctx, err)
	}
	var checks []preflight.Check
	for _, p := range plans {
		checks = append(checks, p.Checks...)
	}
	if err := a.Report(checks); err != nil {
		return err
	}
	if refused := (preflight.Report{Checks: checks}).Refused(); len(refused) > 0 {
		return a.end(a.Refuse(ctx, refused), nil)
	}
	for _, p := range plans {
		if err := a.add(ctx, p); err != nil {
			return a.untouched(ctx, err)
		}
	}
	result, err := a.Run(ctx, nil, nil)
	return a.end(result, err)
}

// describedObjects finds the kinds of the objects that metrics are about.
func (a *autoscaling) describedObjects() error {
	for _, m := range a.settings.Metrics {
		if m.Object == nil {
			continue
		}
		o := &m.Object.DescribedObject
		gvk, _, err := resolve.One(a.cluster, resolve.Selection{Args: []string{o.Kind + "/" + o.Name}, Verb: "autoscale"})
		if err != nil {
			return resolveError(err)
		}
		o.APIVersion, o.Kind = gvk.GroupVersion().String(), gvk.Kind
	}
	return nil
}

// add adds what is planned to the release, and shows it.
func (a *autoscaling) add(ctx context.Context, p autoscaler.Plan) error {
	changes := p.Changes()
	change := &release.AutoscalerChange{Ref: cluster.AutoscalerRef(p.To), Of: p.Of, Done: "configured"}
	for _, d := range changes {
		change.Changes = append(change.Changes, rollout.SettingChange(d))
	}
	switch {
	case p.From == nil:
		change.Done = "created"
		if err := util.CreateOrUpdateAnnotation(a.flags.saveConfig, p.To, scheme.Codecs.LegacyCodec(autoscalingv2.SchemeGroupVersion)); err != nil {
			return fmt.Errorf("saving the configuration of %s: %w", change, err)
		}
	case len(changes) == 0:
		change.Done = release.NothingToWrite
	}
	if a.flags.progress != view.ModeNDJSON && (a.flags.diff || change.Done == "configured") {
		_ = page.Settings(a.env.Term, change.Ref.String(), changes) // stderr may be gone: the result has them
	}
	stored := p.To
	if change.Done == release.NothingToWrite {
		stored = p.From
		if err := a.print(stored, "unchanged"); err != nil {
			return err
		}
	}
	if a.flags.dryRun == release.DryRunClient && change.Done != release.NothingToWrite {
		a.Before(change)
		return a.print(stored, printed[change.Done])
	}
	change.Send = func(ctx context.Context) (err error) {
		stored, err = a.send(ctx, p)
		return err
	}
	change.Back = func(ctx context.Context) error {
		if p.From == nil {
			return a.cluster.DeleteAutoscaler(ctx, stored, a.options())
		}
		_, err := a.cluster.ChangeAutoscaler(ctx, stored, p.From, true, a.options())
		return err
	}
	change.Print = func(done string) error { return a.print(stored, printed[done]) }
	change.Follow = func(ctx context.Context) release.Computed { return a.follow(ctx, change, stored) }
	if a.flags.dryRun == release.DryRunServer && change.Done != release.NothingToWrite {
		if err := change.Send(ctx); err != nil {
			return refusedByServer(err)
		}
		a.Before(change)
		return change.Print(change.Done)
	}
	a.Before(change)
	return nil
}

// printed are the words of kubectl for what was done.
var printed = map[string]string{"created": "autoscaled", "configured": "configured", "removed": "deleted"}

// send writes the autoscaler, and warns of what the server does not keep.
func (a *autoscaling) send(ctx context.Context, p autoscaler.Plan) (stored *autoscalingv2.HorizontalPodAutoscaler, err error) {
	if p.From == nil {
		stored, err = a.cluster.CreateAutoscaler(ctx, p.To, a.options())
	} else {
		stored, err = a.cluster.ChangeAutoscaler(ctx, p.From, p.To, false, a.options())
	}
	if err != nil {
		return p.To, err
	}
	for _, d := range autoscale.Compare(p.To, stored) {
		a.Warn(fmt.Sprintf("%s: the API server does not keep %s=%s", cluster.AutoscalerRef(stored), d.Field, d.From))
	}
	return stored, nil
}

// options are those of a write.
func (a *autoscaling) options() cluster.WriteOptions {
	o := a.WriteOptions()
	o.DryRun = a.flags.dryRun == release.DryRunServer
	return o
}

// print prints kubectl's line, or the autoscaler.
func (a *autoscaling) print(o *autoscalingv2.HorizontalPodAutoscaler, done string) error {
	if a.output.wantsResult() {
		return nil
	}
	line := newObjectOutput()
	line.flags = a.output.print
	return line.print(a.env, o, done, a.flags.dryRun)
}

// follow waits for the first number.
func (a *autoscaling) follow(ctx context.Context, change *release.AutoscalerChange, stored *autoscalingv2.HorizontalPodAutoscaler) release.Computed {
	end, err := autoscaler.Follow(ctx, a.cluster, stored, change.Done != release.NothingToWrite, a.flags.timeout, func(text string) { a.Tell(change.Ref, text) })
	if err != nil {
		return release.Computed{Outcome: rollout.Undecided, Message: "it was written, but not watched: " + err.Error()}
	}
	computed := release.Computed{Outcome: end.Outcome, Message: a.env.Redactor.Text(end.Message)}
	if end.Outcome == rollout.Succeeded && change.Done == release.NothingToWrite {
		computed.Outcome = rollout.Unchanged
	}
	if why := end.Uncomputed; why != nil {
		computed.Cause, computed.Next = string(why.Cause), why.Next
	}
	if end.Outcome == rollout.Interrupted {
		computed.Next = []string{"kubectl app autoscale " + strings.Join(a.typed, " ") + cluster.InFlag(change.Ref.Namespace)}
	}
	return computed
}

// remove deletes the autoscaler of the workload that the selection names. The workload itself may be gone.
func (a *autoscaling) remove(ctx context.Context, selection resolve.Selection) error {
	gvk, ref, err := resolve.One(a.cluster, selection)
	if err != nil {
		return a.untouched(ctx, resolveError(err))
	}
	all, err := a.cluster.Autoscalers(ctx, ref.Namespace)
	if err != nil {
		return a.untouched(ctx, err)
	}
	all = slices.DeleteFunc(all, func(h autoscalingv2.HorizontalPodAutoscaler) bool {
		return !autoscale.Targets(&h, gvk.GroupKind(), ref.Name) || a.flags.name != "" && h.Name != a.flags.name
	})
	switch {
	case len(all) == 0:
		named := ""
		if a.flags.name != "" {
			named = " of the name " + a.flags.name
		}
		_ = page.Note(a.env.Term, fmt.Sprintf("no autoscaler%s scales %s: nothing to remove", named, ref))
		result, err := a.Run(ctx, nil, nil)
		return a.end(result, err)
	case len(all) > 1:
		names := make([]string, 0, len(all))
		for i := range all {
			names = append(names, all[i].Name)
		}
		return usagef("%d autoscalers scale %s: choose one with --name: %s", len(all), ref, strings.Join(names, ", "))
	}
	found := &all[0]
	if maker, next := autoscale.Maker(found); maker != "" {
		refused := []preflight.Check{{
			Check: preflight.CheckOwner, Level: preflight.Refuse, Workload: ref, Object: cluster.AutoscalerRef(found).String(),
			Message: fmt.Sprintf("%s has made %s, and would make it again: remove it there", maker, cluster.AutoscalerRef(found)),
			Next:    []string{next},
		}}
		return a.end(a.Refuse(ctx, refused), a.Report(refused))
	}
	return a.removeOne(ctx, ref, found)
}

func (a *autoscaling) removeOne(ctx context.Context, of workload.Ref, found *autoscalingv2.HorizontalPodAutoscaler) error {
	change := &release.AutoscalerChange{Ref: cluster.AutoscalerRef(found), Of: of, Done: "removed"}
	change.Send = func(ctx context.Context) error { return a.cluster.DeleteAutoscaler(ctx, found, a.options()) }
	change.Back = func(ctx context.Context) error {
		_, err := a.cluster.CreateAutoscaler(ctx, autoscale.Anew(found), a.options())
		return err
	}
	change.Print = func(done string) error { return a.print(found, printed[done]) }
	a.Before(change)
	if a.flags.dryRun == release.DryRunServer {
		if err := change.Send(ctx); err != nil {
			return a.untouched(ctx, refusedByServer(err))
		}
	}
	if a.flags.dryRun != release.DryRunNone {
		if err := change.Print(change.Done); err != nil {
			return err
		}
	}
	result, err := a.Run(ctx, nil, nil)
	if err == nil && a.flags.dryRun == release.DryRunNone {
		if n, ok := autoscaler.Replicas(ctx, a.cluster, found); ok && n > 0 {
			_ = page.Note(a.env.Term, fmt.Sprintf("%s keeps its %s", of, workload.Plural(int(n), "replica", "replicas")))
		}
	}
	return a.end(result, err)
}
