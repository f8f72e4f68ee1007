package cli

import (
	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// changeFlags are those of a verb that sets a feature of templates: the workloads, and how they are
// released.
type changeFlags struct {
	selectionFlags
	releaseFlags
}

func (f *changeFlags) add(cmd *cobra.Command, verb string) {
	f.addAll(cmd.Flags(), verb)
	f.releaseFlags.add(cmd.Flags())
	cmd.Flags().BoolVar(&f.restartUnchanged, "restart-if-unchanged", false, "Restart the pods even if the template is already up to date")
}

// restartHint follows "already up to date".
const restartHint = "; --restart-if-unchanged restarts the pods"

// release is the transaction that the flags ask for.
func (f *changeFlags) release(cmd *cobra.Command, env *Env, out *output) (*transaction, error) {
	policy, err := f.policy()
	if err == nil {
		err = f.validate(cmd.Flags())
	}
	if err == nil {
		err = out.complete(f.dryRun)
	}
	if err != nil {
		return nil, err
	}
	return newTransaction(env, out, &f.releaseFlags, policy), nil
}

// editOrRestart is the edit to a planned template or, if that is no other one and it was asked for, a
// restart.
func (r *transaction) editOrRestart(c cluster.Captured, template corev1.PodTemplateSpec) cluster.Edit {
	if r.flags.restartUnchanged && c.Kind.Releasable() && workload.SameTemplate(c.Template(), &template) {
		template = rollout.PlanRestart(&template, r.env.Now())
	}
	return cluster.Edit{Template: template, ChangeCause: r.Reason()}
}
