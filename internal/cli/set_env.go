package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const setEnvExample = `  # Set a variable in all containers, remove another, and watch the rollout to a verdict
  kubectl app set env deployment/web LOG_LEVEL=debug OLD-

  # Take a variable from a key of a Secret: DATABASE_URI refers to it, the value is not copied
  kubectl app set env deployment/web --from=secret/db --keys=DATABASE_URI

  # One variable for each key of a ConfigMap, in one container, with the prefix APP_
  kubectl app set env deployment/web --from=configmap/settings --prefix=APP_ --containers=web

  # Copy some variables of this shell
  env | grep ^RAILS_ | kubectl app set env deployment/web -e -

  # List the variables and the values that they refer to; for a Secret only the size
  kubectl app set env deployment/web --list --resolve`

type setEnvFlags struct {
	changeFlags
	env        []string
	from       string
	keys       []string
	prefix     string
	containers string
	overwrite  bool
	strict     bool
	list       bool
	resolve    bool
}

func newSetEnv(env *Env) *cobra.Command {
	var flags setEnvFlags
	cmd := &cobra.Command{
		Use:   "env (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) KEY=VALUE ... KEY- ...",
		Short: "Update environment variables, watch the rollout, and roll back if it fails",
		Long: `Set and remove environment variables of containers, as kubectl set env does. Then watch the rollout. If it
fails, name the cause, roll back, and check that the rollback works.

KEY- removes a variable. --from makes one variable for each key of a Secret or ConfigMap. The variable refers
to the key; no value is copied. With -e -, KEY=VALUE lines are read from standard input.

--list prints the variables and writes nothing. --resolve also prints the values that they refer to, but never
a Secret's value. Diffs, results, recordings, the log (-v) and the change-cause contain no values.`,
		Example: setEnvExample,
	}
	flags.addOwn(cmd.Flags())
	return newSetVerb(env, cmd, "env updated", &flags.changeFlags, func(args []string) (setting, error) {
		o, err := flags.options(cmd.Flags(), args)
		o.run = func(ctx context.Context, r *transaction, selection resolve.Selection) error {
			r.Strict = flags.strict
			return r.setEnv(ctx, o, selection)
		}
		return o.setting, err
	})
}

func (f *setEnvFlags) addOwn(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&f.env, "env", "e", nil, "Specify a key-value pair for an environment variable to set into each container; - reads them from standard input.")
	flags.StringVar(&f.from, "from", "", "The Secret or ConfigMap from which to take environment variables, by reference: secret/NAME or configmap/NAME")
	flags.StringSliceVar(&f.keys, "keys", nil, "Comma-separated list of keys to import from specified resource")
	flags.StringVar(&f.prefix, "prefix", "", "Prefix of the names of the variables that are set")
	flags.StringVarP(&f.containers, "containers", "c", rollout.AllContainers, "The names of containers in the selected pod templates to change - may use wildcards")
	flags.BoolVar(&f.overwrite, "overwrite", true, "If true, allow environment to be overwritten, otherwise reject updates that overwrite existing environment.")
	addStrict(flags, &f.strict)
	flags.BoolVar(&f.list, "list", false, "If true, display the environment and any changes in the standard format; nothing is written.")
	flags.BoolVar(&f.resolve, "resolve", false, "With --list: also show the values of ConfigMap keys, fields and resources; for a Secret only the size.")
}

// setEnv completes the settings with what standard input and --from say, and lists or releases them.
func (r *transaction) setEnv(ctx context.Context, o setEnvOptions, selection resolve.Selection) error {
	found, err := o.readStdin(ctx, r.env.Term)
	if err != nil {
		return r.untouched(ctx, err)
	}
	r.env.Redactor.Variables(o.settings.Set)
	for _, f := range found {
		r.Note(f.String())
	}
	imported, err := r.importEnv(ctx, o, selection.Local)
	if err != nil {
		return err
	}
	if o.list {
		return r.listEnv(ctx, o, selection, imported)
	}
	return r.run(ctx, selection, r.planned(func(object cluster.Object) (corev1.PodTemplateSpec, error) {
		plan, err := imported.plan(object)
		if err == nil {
			r.Note(plan.Notes...)
		}
		return plan.Template, err
	}))
}
