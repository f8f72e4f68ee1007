package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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

A number can be relative to the present one: +2, -1, x2 or 50% (rounded up; never below 0).

If pods do not become ready, the new number stays: a cluster may still add nodes for the pods, and the ready ones
serve. --on-failure=rollback sets the old number again, if all of its pods were ready.

If an autoscaler sets the number, the command is refused and names the commands to use instead. --take-over pauses the
autoscaler first: it then leaves the number alone until --restore.

--to-zero sets the number to 0 and remembers it; --restore brings it back, and resumes the autoscaler.`

const scaleExample = `  # Four replicas, and wait until all of them are ready
  kubectl app scale deployment/web --replicas=4

  # One more, and back to the present number if it does not become ready within two minutes
  kubectl app scale deployment/web --replicas=+1 --timeout=2m --on-failure=rollback

  # Half of them, and wait until the others are gone
  kubectl app scale deployment/web --replicas=50%

  # Only if there are three now
  kubectl app scale deployment/web --current-replicas=3 --replicas=2

  # Four replicas, though an autoscaler sets the number
  kubectl app scale deployment/web --replicas=4 --take-over

  # Everything in the namespace to 0 for the night, and back in the morning
  kubectl app scale --all --to-zero
  kubectl app scale --all --restore`

type scaleFlags struct {
	changeFlags
	replicas        string
	currentReplicas int32
	resourceVersion string
	takeOver        bool
	toZero, restore bool
}

func newScale(env *Env) *cobra.Command {
	var flags scaleFlags
	out := newOutput("scaled")
	cmd := &cobra.Command{
		Use:   "scale [--resource-version=version] [--current-replicas=count] (--replicas=COUNT | --to-zero | --restore) (-f FILENAME | TYPE NAME | TYPE/NAME | TYPE [-l SELECTOR | --all])",
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
	flags.StringVar(&f.replicas, "replicas", "", "The new desired number of replicas, or a change of the present number: +2, -1, x2 or 50%. Required without --to-zero and --restore.")
	flags.BoolVar(&f.takeOver, "take-over", false, "Pause the autoscaler that sets the number. --restore resumes it.")
	flags.BoolVar(&f.toZero, "to-zero", false, "Set the number to 0, and remember it for --restore. With --all or -l, no TYPE is needed.")
	flags.BoolVar(&f.restore, "restore", false, "Set the number that --to-zero has remembered, and resume the autoscaler that --take-over has paused. With --all or -l, no TYPE is needed.")
	flags.Int32Var(&f.currentReplicas, "current-replicas", -1, "Precondition for current size. Requires that the current size of the resource match this value in order to scale. -1 (default) for no condition.")
	flags.StringVar(&f.resourceVersion, "resource-version", "", "Precondition for resource version. Requires that the current resource version match this value in order to scale.")
	f.addScale(flags)
}

func (f *scaleFlags) run(cmd *cobra.Command, args []string, env *Env, out *output) error {
	wanted, err := f.wanted(cmd, args)
	if err != nil {
		return usageError{err}
	}
	meant := args
	if (f.toZero || f.restore) && len(args) == 0 && (f.all || f.selector != "") {
		meant = []string{"all"}
	}
	selection := f.selection(meant, "scale")
	selection.Scales = true
	if err := selection.Validate(); err != nil {
		return usageError{err}
	}
	t, err := f.release(cmd, env, out)
	if err != nil {
		return err
	}
	t.unexplained = true
	t.command = append([]string{"scale"}, append(f.typed(args), f.words()...)...)
	return t.scale(cmd.Context(), selection, &scaling{transaction: t, flags: f, wanted: wanted, typed: f.typed(args)})
}

// words are the flags that say what to do.
func (f *scaleFlags) words() []string {
	var words []string
	for _, flag := range []struct {
		given bool
		word  string
	}{{f.replicas != "", "--replicas=" + shellWord(f.replicas)}, {f.toZero, "--to-zero"}, {f.restore, "--restore"}, {f.takeOver, "--take-over"}} {
		if flag.given {
			words = append(words, flag.word)
		}
	}
	return words
}

// wanted reads what the number shall be; with --restore each workload says it.
func (f *scaleFlags) wanted(cmd *cobra.Command, args []string) (rollout.Replicas, error) {
	given := 0
	for _, name := range []string{"replicas", "to-zero", "restore"} {
		if cmd.Flags().Changed(name) {
			given++
		}
	}
	switch number := bareNumber(args); {
	case number != "":
		return rollout.Replicas{}, usagef("%s is not a flag: give --replicas=%s", number, number)
	case given == 0:
		return rollout.Replicas{}, usagef("no number of replicas: give --replicas=COUNT, --to-zero or --restore")
	case given > 1:
		return rollout.Replicas{}, usagef("give only one of --replicas, --to-zero and --restore")
	case f.restore && f.takeOver:
		return rollout.Replicas{}, usagef("--restore resumes the autoscaler that --take-over pauses: remove one of them")
	case f.currentReplicas < -1:
		return rollout.Replicas{}, usagef("--current-replicas must be 0 or more, or -1 for no condition")
	case f.toZero:
		return rollout.ParseReplicas("0")
	case f.restore:
		return rollout.Replicas{}, nil
	}
	return rollout.ParseReplicas(f.replicas)
}

// bareNumber is a number of replicas that stands where a name should: "deployment/web 3" or "deployment/web=3".
func bareNumber(args []string) string {
	if len(args) == 0 {
		return ""
	}
	last := args[len(args)-1]
	if name, number, assigned := strings.Cut(last, "="); assigned && strings.Contains(name, "/") {
		last = number
	} else if len(args) == 1 || !strings.Contains(args[0], "/") {
		return "" // the name of an object
	}
	if _, err := strconv.ParseUint(last, 10, 31); err != nil {
		return ""
	}
	return last
}

// holds checks kubectl's preconditions.
func (f *scaleFlags) holds(c cluster.Captured) error {
	var message string
	switch {
	case f.currentReplicas >= 0 && c.Replicas() != f.currentReplicas:
		message = fmt.Sprintf("%s has %d replicas, not %d as --current-replicas says", c.Ref(), c.Replicas(), f.currentReplicas)
	case f.resourceVersion != "" && c.GetResourceVersion() != f.resourceVersion:
		message = fmt.Sprintf("%s has the resource version %s, not %s as --resource-version says", c.Ref(), c.GetResourceVersion(), redact.Argument(f.resourceVersion))
	default:
		return nil
	}
	return &rollout.ReplicasError{Workload: c.Ref(), Message: message, Next: []string{release.Kubectl("get", c.Ref())}}
}

// scale changes the replicas of what the selection names.
func (t *transaction) scale(ctx context.Context, selection resolve.Selection, s *scaling) error {
	objects, err := resolve.Workloads(ctx, t.cluster, selection)
	if err != nil {
		return t.untouched(ctx, resolveError(err))
	}
	objects, made := resolve.WithoutMade(objects)
	if !selection.EveryKind() {
		t.Warn(made...)
	}
	if objects, err = s.prepare(ctx, objects); err != nil {
		return t.untouched(ctx, err)
	}
	result, err := t.Run(ctx, cluster.CaptureReplicas(objects), s.plan)
	return t.end(result, err)
}
