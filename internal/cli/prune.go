package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// defaultOlderThan protects what a release has just written and is about to point to.
const defaultOlderThan = 10 * time.Minute

const pruneExample = `  # List the versions of Secrets and what keeps them; delete nothing
  kubectl app prune secrets --dry-run=client

  # Delete them, in a script
  kubectl app prune secrets --yes

  # Delete unused versions of ConfigMaps of any age
  kubectl app prune configmaps --older-than=0s --yes`

type pruneFlags struct {
	yes       bool
	dryRun    release.DryRun
	olderThan time.Duration
}

func newPrune(env *Env) *cobra.Command {
	var flags pruneFlags
	cmd := &cobra.Command{
		Use:   "prune (secrets | configmaps) [options]",
		Short: "Delete versions of Secrets or ConfigMaps that nothing refers to any more",
		Long: `Delete versions of Secrets or ConfigMaps, if no workload and no revision in the rollout history refers to them.
A version is an object that set secret --versioned or set configmap --versioned has created. The versions are
listed first. Other objects are never deleted.`,
		Example: pruneExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.validate(args); err != nil {
				return err
			}
			return flags.run(cmd.Context(), env, args[0])
		},
	}
	cmd.Flags().BoolVarP(&flags.yes, "yes", "y", false, "Delete without asking")
	addChoice(cmd.Flags(), &flags.dryRun, "dry-run", release.DryRunNone, `Must be "none", "server", or "client". If client strategy, only print what would be deleted; if server strategy, also ask the server whether it would.`,
		release.DryRunNone, release.DryRunClient, release.DryRunServer)
	cmd.Flags().DurationVar(&flags.olderThan, "older-than", defaultOlderThan, "Keep versions that are younger than this, because a release may be about to use them")
	return cmd
}

func (f *pruneFlags) validate(args []string) error {
	if len(args) != 1 {
		return usagef("give one type to prune: secrets or configmaps")
	}
	if f.olderThan < 0 {
		return usagef("--older-than takes a duration of 0 or more")
	}
	return nil
}

func (f *pruneFlags) run(ctx context.Context, env *Env, typ string) error {
	c := env.cluster()
	kind, err := resolve.ConfigKind(c, typ)
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == cluster.Unsupported {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	rows, err := f.plan(ctx, env, c, kind)
	if err != nil {
		return err
	}
	if err := page.Prune(env.Term.Out, kind, rows, env.Now()); err != nil {
		return fmt.Errorf("writing what would be deleted: %w", err)
	}
	unused := unusedOf(rows)
	if len(rows) > 0 && len(unused) == 0 {
		return page.Note(env.Term, "nothing to delete")
	}
	if len(unused) > 0 && f.dryRun == release.DryRunNone && !f.yes {
		agreed, err := confirm(ctx, env, "Delete "+workload.Plural(len(unused), kind, kind+"s")+"?")
		if err != nil {
			return err
		}
		if !agreed {
			return page.Note(env.Term, "nothing was deleted")
		}
		// A workload may have begun to use one of them before the answer came.
		if rows, err = f.plan(ctx, env, c, kind); err != nil {
			return err
		}
		unused = both(unused, unusedOf(rows))
		if len(unused) == 0 {
			return page.Note(env.Term, "nothing was deleted: all of them are in use now")
		}
	}
	return f.deleteAll(ctx, env, c, unused)
}

func (f *pruneFlags) plan(ctx context.Context, env *Env, c *cluster.Cluster, kind string) ([]consumers.PruneRow, error) {
	namespace, _, err := c.Namespace()
	if err != nil {
		return nil, err
	}
	all, err := config.New(c).Versions(ctx, namespace, kind)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 { // the server lists nothing in a namespace that does not exist
		return nil, c.CheckNamespace(ctx, namespace)
	}
	mentions, err := config.New(c).Mentions(ctx, namespace, all)
	if err != nil {
		return nil, err
	}
	return consumers.PlanPrune(all, mentions, f.olderThan, env.Now()), nil
}

func unusedOf(rows []consumers.PruneRow) []consumers.Version {
	var unused []consumers.Version
	for _, row := range rows {
		if row.Reason == consumers.PruneUnused {
			unused = append(unused, row.Version)
		}
	}
	return unused
}

// both keeps what was shown and is unused still.
func both(shown, unused []consumers.Version) []consumers.Version {
	still := map[string]bool{}
	for _, g := range unused {
		still[g.UID] = true
	}
	var kept []consumers.Version
	for _, g := range shown {
		if still[g.UID] {
			kept = append(kept, g)
		}
	}
	return kept
}

// deleteAll continues after an object that can't be deleted, and reports each one. It is a refusal if the
// server deleted none.
func (f *pruneFlags) deleteAll(ctx context.Context, env *Env, c *cluster.Cluster, unused []consumers.Version) error {
	done := f.dryRun.Operation("deleted")
	var failed []error
	deleted := 0
	for _, g := range unused {
		if ctx.Err() != nil {
			return errors.Join(append(failed, context.Cause(ctx))...)
		}
		if f.dryRun != release.DryRunClient {
			if err := config.New(c).DeleteVersion(ctx, g, f.dryRun == release.DryRunServer); err != nil {
				failed = append(failed, err)
				continue
			}
		}
		deleted++
		if _, err := fmt.Fprintf(env.Term.Out, "%s %q %s\n", strings.ToLower(g.Kind), g.Name, done); err != nil {
			return errors.Join(append(failed, fmt.Errorf("writing what was deleted: %w", err))...)
		}
	}
	if deleted == 0 {
		return refusedByServer(errors.Join(failed...))
	}
	return errors.Join(failed...)
}
