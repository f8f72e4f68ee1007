package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/release"
)

type rolloutResumeFlags struct {
	rolloutPauseFlags
	watchFlags
	wait      bool
	onFailure release.Action
}

func newRolloutResume(env *Env) *cobra.Command {
	var flags rolloutResumeFlags
	out := newOutput("resumed")
	cmd := &cobra.Command{
		Use:   "resume (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [options]",
		Short: "Resume a paused deployment, and watch what is rolled out",
		Long: `Resume a paused deployment, as kubectl rollout resume does. Then watch the rollout of what was changed while it was
paused, as rollout status does.`,
		Example: `  # Resume deployment web, and watch its rollout to the end
  kubectl app rollout resume deployment/web

  # Resume it, and go back to what served before if the rollout fails
  kubectl app rollout resume deployment/web --on-failure=rollback`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection, err := flags.selected(args, "rollout resume")
			if err == nil && !flags.wait {
				err = unwatched(cmd.Flags(), "--wait=false", "timeout", "soak", "fail-fast", "on-failure", "wait-for-old-pods", "recording")
			}
			if err != nil {
				return err
			}
			policy, err := flags.policy()
			if err == nil {
				err = out.complete(release.DryRunNone)
			}
			if err != nil {
				return err
			}
			if err := flags.write(cmd.Context(), env, out, selection, false); err != nil || !flags.wait {
				return err
			}
			status := rolloutStatusFlags{
				selectionFlags: flags.selectionFlags, watchFlags: flags.watchFlags, onFailure: flags.onFailure,
				watch: true, result: out.wantsResult(), quiet: true,
			}
			return status.run(cmd.Context(), status.transaction(env, policy), selection, policy)
		},
	}
	flags.rolloutPauseFlags.add(cmd)
	flags.watchFlags.add(cmd.Flags(), defaultSoak)
	addOnFailure(cmd.Flags(), &flags.onFailure, release.Keep)
	cmd.Flags().BoolVar(&flags.wait, "wait", true, "Watch the rollout until it succeeds or fails; with false only resume, as kubectl does")
	out.add(cmd)
	return cmd
}
