package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
)

// setting is what a command line sets in pod templates.
type setting struct {
	// resources are the arguments that name objects. words are the other arguments and own the verb's own flags, as
	// they can be typed again: without values.
	resources, words, own []string
	plan                  func(cluster.Object) (corev1.PodTemplateSpec, error)
	// run releases the setting where a verb needs more than its plan; nil elsewhere.
	run func(context.Context, *transaction, resolve.Selection) error
}

// newSetVerb completes a verb that sets a part of pod templates. updated is what kubectl prints about each object.
// parse reads the arguments and the verb's own flags, without any request; its errors are usage errors.
func newSetVerb(env *Env, cmd *cobra.Command, updated string, flags *changeFlags, parse func(args []string) (setting, error)) *cobra.Command {
	verb, out := "set "+cmd.Name(), newOutput(updated)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := parse(args)
		if err != nil {
			return usageError{err}
		}
		selection := flags.selection(s.resources, verb)
		selection.Templates = true
		if err := selection.Validate(); err != nil {
			return usageError{err}
		}
		r, err := flags.release(cmd, env, out)
		if err != nil {
			return err
		}
		r.command, r.UnchangedHint, r.LeaveFixed = flags.command(cmd.Name(), s), restartHint, selection.EveryKind()
		if s.run != nil {
			return s.run(cmd.Context(), r, selection)
		}
		return r.run(cmd.Context(), selection, r.planned(s.plan))
	}
	flags.add(cmd, verb)
	out.add(cmd)
	return cmd
}

// command is what was typed, without values.
func (f *changeFlags) command(verb string, s setting) []string {
	return slices.Concat([]string{"set", verb}, f.typed(slices.Concat(s.resources, s.words)), s.own)
}

// planned is the plan of one workload: the template with the setting or, if that changes nothing and it was asked for, a
// restart.
func (r *transaction) planned(plan func(cluster.Object) (corev1.PodTemplateSpec, error)) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		template, err := plan(c.Object)
		if err != nil {
			return cluster.Edit{}, err
		}
		return r.editOrRestart(c, template), nil
	}
}
