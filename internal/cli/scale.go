package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const scaleLong = `Set the number of replicas of deployments, statefulsets, replicasets and replicationcontrollers, as kubectl scale
does. Then watch until all of these pods are ready or, when there are to be fewer, until the others are gone. If pods
do not become ready, name the cause.

The number may depend on the present one: +2, -1, x2 or 50% (rounded up; never below 0).

A scale that does not succeed stays as it is: pods that find no node yet may be wanted, and those that are ready
serve. --on-failure=rollback sets the number back to the one that was ready before.

If a HorizontalPodAutoscaler sets the number, the command is refused, and says what to type instead.`

const scaleExample = `  # Four replicas, and wait until all of them are ready
  kubectl app scale deployment/web --replicas=4

  # One more, and back to the present number if it does not become ready within two minutes
  kubectl app scale deployment/web --replicas=+1 --timeout=2m --on-failure=rollback

  # Half of them, and wait until the others are gone
  kubectl app scale deployment/web --replicas=50%

  # Only if there are three now
  kubectl app scale deployment/web --current-replicas=3 --replicas=2`

type scaleFlags struct {
	changeFlags
	replicas        string
	currentReplicas int32
	resourceVersion string
}

func newScale(env *Env) *cobra.Command {
	var flags scaleFlags
	out := newOutput("scaled")
	cmd := &cobra.Command{
		Use:   "scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME | TYPE/NAME)",
		Short: "Set the number of replicas, and watch until they are ready or gone",
		Long:  scaleLong, Example: scaleExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.run(cmd, args, env, out)
		},
	}
	flags.add(cmd)
	out.add(cmd)
	return cmd
}

func (f *scaleFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.selectionFlags.add(flags)
	flags.BoolVar(&f.all, "all", false, "Select all resources in the namespace of the specified resource types")
	flags.StringVar(&f.replicas, "replicas", "", "The new desired number of replicas, or a change of the present number: +2, -1, x2 or 50%. Required.")
	flags.Int32Var(&f.currentReplicas, "current-replicas", -1, "Precondition for current size. Requires that the current size of the resource match this value in order to scale. -1 (default) for no condition.")
	flags.StringVar(&f.resourceVersion, "resource-version", "", "Precondition for resource version. Requires that the current resource version match this value in order to scale.")
	f.addScale(flags)
}

func (f *scaleFlags) run(cmd *cobra.Command, args []string, env *Env, out *output) error {
	plan, err := f.plan(cmd)
	if err != nil {
		return usageError{err}
	}
	selection := f.selection(args, "scale")
	selection.Scales = true
	if err := selection.Validate(); err != nil {
		return usageError{err}
	}
	t, err := f.release(cmd, env, out)
	if err != nil {
		return err
	}
	t.scales = true
	t.command = append([]string{"scale"}, append(f.typed(args), "--replicas="+shellWord(f.replicas))...)
	return t.scale(cmd.Context(), selection, plan)
}

// plan reads what the number shall be.
func (f *scaleFlags) plan(cmd *cobra.Command) (cluster.Plan, error) {
	if !cmd.Flags().Changed("replicas") {
		return nil, usagef("no number of replicas: give --replicas=COUNT")
	}
	if f.currentReplicas < -1 {
		return nil, usagef("--current-replicas must be 0 or more, or -1 for no condition")
	}
	wanted, err := rollout.ParseReplicas(f.replicas)
	if err != nil {
		return nil, err
	}
	return func(c cluster.Captured) (cluster.Edit, error) {
		if err := f.holds(c); err != nil {
			return cluster.Edit{}, err
		}
		n, err := wanted.Of(c.Ref(), c.Replicas())
		return cluster.Edit{Template: *c.Template(), Replicas: &n}, err
	}, nil
}

// holds checks kubectl's preconditions, in its words.
func (f *scaleFlags) holds(c cluster.Captured) error {
	var message string
	switch {
	case f.currentReplicas >= 0 && c.Replicas() != f.currentReplicas:
		message = fmt.Sprintf("Expected replicas to be %d, was %d", f.currentReplicas, c.Replicas())
	case f.resourceVersion != "" && c.GetResourceVersion() != f.resourceVersion:
		message = fmt.Sprintf("Expected resource version to be %s, was %s", redact.Argument(f.resourceVersion), c.GetResourceVersion())
	default:
		return nil
	}
	return &rollout.ReplicasError{Workload: c.Ref(), Message: message, Next: []string{release.Kubectl("get", c.Ref())}}
}

// scale changes the replicas of what the selection names.
func (t *transaction) scale(ctx context.Context, selection resolve.Selection, plan cluster.Plan) error {
	objects, err := resolve.Workloads(ctx, t.cluster, selection)
	if err != nil {
		return t.untouched(ctx, resolveError(err))
	}
	objects, made := resolve.WithoutMade(objects)
	t.Warn(made...)
	result, err := t.Run(ctx, cluster.CaptureReplicas(objects), plan)
	return t.end(result, err)
}
