package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// apps prints a page for each workload that the command line names or selects.
func (f *statusFlags) apps(ctx context.Context, env *Env, args []string) error {
	if err := oneOf("output", f.format, ""); err != nil {
		return err
	}
	c := env.cluster()
	inspector := inspect.New(c, env.Now)
	var err error
	if len(args) == 1 && !strings.Contains(args[0], "/") && !cluster.IsKind(args[0]) {
		if args, err = inspector.Find(ctx, args[0]); err != nil {
			return err
		}
	}
	gvk, ref, err := c.Named(cluster.Selection{Args: args, LabelSelector: f.selector, Verb: "status"})
	if err != nil {
		return resolveError(err)
	}
	report, err := inspector.Why(ctx, gvk.Kind, ref)
	if err != nil {
		return err
	}
	if err := page.Why(env.Term.Out, report); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return f.code(app.StateOf(&report))
}
