package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const getExample = `  # List the keys of secret db with size, last change, users and certificate expiry
  kubectl app get secret db

  # Print one value, for a file or another command
  kubectl app get secret db --reveal password | wc -c

  # In a script: when does each certificate expire?
  kubectl app get secret db -o json`

type getFlags struct {
	format  string
	reveal  string
	reveals bool // --reveal was given
}

func newGet(env *Env) *cobra.Command {
	var flags getFlags
	cmd := &cobra.Command{
		Use:   "get (TYPE NAME ... | TYPE/NAME ...) [--reveal KEY]",
		Short: "List the keys of a Secret or ConfigMap with size, age, users and expiry, or print one value",
		Long: `List the keys of Secrets and ConfigMaps: size, last change, the workloads that use the key, and the expiry
of certificates. No value is shown.

--reveal KEY prints one value exactly as it is, without a newline.`,
		Example: getExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.reveals = cmd.Flags().Changed("reveal")
			if err := env.checkConfigArgs(args, "secret NAME"); err != nil {
				return err
			}
			if err := flags.validate(); err != nil {
				return err
			}
			return flags.run(cmd.Context(), env, resolve.Selection{Args: args, Verb: "get"})
		},
	}
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml, name, result); result is json. No format contains values.")
	cmd.Flags().StringVar(&flags.reveal, "reveal", "", "Print only the value of this key")
	return cmd
}

func (f *getFlags) validate() error {
	switch {
	case f.reveals && f.reveal == "":
		return usagef("--reveal takes the name of a key")
	case f.reveals && f.format != "":
		return usagef("--reveal and -o may not be specified together")
	}
	return oneOf("output", f.format, "", "json", "yaml", "name", outputResult)
}

func (f *getFlags) run(ctx context.Context, env *Env, selection resolve.Selection) error {
	c := env.cluster()
	refs, err := resolve.ConfigRefs(c, selection)
	switch {
	case err != nil:
		return resolveError(err)
	case f.reveals && len(refs) > 1:
		return usagef("--reveal takes exactly one object")
	case f.reveals:
		return env.reveal(ctx, c, refs[0], f.reveal)
	case f.format == "name":
		return env.names(ctx, c, refs)
	}
	objects, notSeen, err := config.New(c).Contents(ctx, refs)
	if err != nil {
		return err
	}
	report := consumers.NewReport(rollout.APIVersion, objects, notSeen)
	report.Next = env.here(statusCommands(objects))
	if err := errors.Join(f.print(env, report), noteVersions(ctx, env, c, objects)); err != nil || len(notSeen) == 0 {
		return err
	}
	return page.Warning(env.Term, "no permission to read "+resources(notSeen)+": those that use it are not shown")
}

func (f *getFlags) print(env *Env, report consumers.Report) error {
	switch f.format {
	case "json", outputResult:
		return encode(env, "json", "keys", report)
	case "yaml":
		return encode(env, "yaml", "keys", report)
	}
	if err := page.Contents(env.Term.Out, report, env.Now()); err != nil {
		return fmt.Errorf("writing the keys: %w", err)
	}
	return nil
}

// names prints the names of those that are there.
func (e *Env) names(ctx context.Context, c *cluster.Cluster, refs []workload.Ref) error {
	for _, ref := range refs {
		if _, err := config.New(c).ReadObject(ctx, ref); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(e.Term.Out, ref); err != nil {
			return fmt.Errorf("writing the name: %w", err)
		}
	}
	return nil
}

// statusCommands tell more of an object with users that hold older content, or that lack a key.
func statusCommands(objects []consumers.SubjectReport) []string {
	var commands []string
	for _, o := range objects {
		for _, c := range o.Consumers {
			if c.State == consumers.StateStale || c.State == consumers.StateMissing {
				commands = append(commands, statusCommand(o.Ref))
				break
			}
		}
	}
	return commands
}

func statusCommand(ref workload.Ref) string {
	return "kubectl app status " + ref.String() + " -n " + ref.Namespace
}

func resources(notSeen []consumers.NotSeen) string {
	names := make([]string, 0, len(notSeen))
	for _, n := range notSeen {
		names = append(names, n.Resource)
	}
	return strings.Join(names, ", ")
}
