package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

const statusExample = `  # One screen for an app: pods, Services, Ingresses, autoscaler, Secrets, and what is wrong
  kubectl app status deployment/web

  # All apps with a label, the sick ones first
  kubectl app status -l app=shop

  # In a script: the exit code is 4 if the app is failing, and 7 while it is progressing
  kubectl app status deployment/web --exit-code -o name

  # A line for each workload of the namespace, the sick ones first
  kubectl app status

  # Keep it on the screen and up to date until Ctrl-C
  kubectl app status -w

  # The workloads of all namespaces
  kubectl app status --all-namespaces

  # What uses secret db, key by key, and which pods still run with old values?
  kubectl app status secret/db

  # In a script: find the workloads that need a restart
  kubectl app status secret/db configmap/settings -o json`

type statusFlags struct {
	format        string
	selector      string
	allNamespaces bool
	exitCode      bool
	watch         bool
}

func newStatus(env *Env) *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status [TYPE/NAME ... | TYPE NAME ... | NAME | [TYPE] -l SELECTOR] [options]",
		Short: "Show what apps are doing, or which workloads use a Secret or ConfigMap",
		Long: `Show an app on one screen: its workload, its pods by cause, and what is around it: Services, Ingresses, HTTPRoutes,
the autoscaler, PodDisruptionBudgets, NetworkPolicies, quotas, and the Secrets, ConfigMaps and claims that it names.

Without arguments, show a line for each workload of the namespace, the sick ones first, with the cause; then what holds
up several of them: a node, a Secret, a quota, a registry.

Of a Secret or ConfigMap, show what uses it, key by key, and which running pods still have the values from before the
last change. Values are never shown.

Nothing is changed. The exit code is 0 whenever the look could be made; with --exit-code it is 4 if an app is failing,
and 7 if it is progressing or not known.`,
		Example: statusExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := env.checkStatusArgs(args); err != nil {
				return err
			}
			switch {
			case len(args) > 0 && flags.allNamespaces:
				return usagef("-A lists the workloads of all namespaces: give no name and no type with it")
			case flags.watch && flags.format == "name":
				return usagef("-o name has nothing that changes: leave out -w or -o name")
			case len(args) > 0 && namesConfig(args[0]):
				return flags.consumers(cmd.Context(), env, args)
			case len(args) == 0 && flags.selector == "", flags.allNamespaces:
				return flags.list(cmd.Context(), env)
			}
			return flags.apps(cmd.Context(), env, args)
		},
	}
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml, name, wide); of a Secret or ConfigMap (json, yaml, result), where result is json.")
	cmd.Flags().StringVarP(&flags.selector, "selector", "l", "", "Selector (label query) of the workloads, supports '=', '==', '!=', 'in', 'notin'.(e.g. -l key1=value1,key2=value2)")
	cmd.Flags().BoolVarP(&flags.allNamespaces, "all-namespaces", "A", false, "If present, list the workloads of all namespaces")
	cmd.Flags().BoolVarP(&flags.watch, "watch", "w", false, "After the status is shown, watch for changes")
	cmd.Flags().BoolVar(&flags.exitCode, "exit-code", false, "End with 4 if an app is failing, and with 7 if it is progressing or not known")
	return cmd
}

// checkStatusArgs refuses what is no name, and workloads beside Secrets and ConfigMaps.
func (e *Env) checkStatusArgs(args []string) error {
	config, other := "", ""
	for _, arg := range args {
		switch {
		case strings.Contains(arg, "=") || !redact.Quotable(arg):
			return usagef("%s names no object: give TYPE/NAME, for example deployment/web", redact.Argument(arg))
		case !strings.Contains(arg, "/"):
		case namesConfig(arg):
			config = arg
		default:
			other = arg
		}
	}
	if config != "" && other != "" {
		return hintedError{
			err:   usagef("%s and %s can't be shown together: ask for one, then for the other", config, other),
			hints: []string{"kubectl app status " + other + e.inFlag(), "kubectl app status " + config + e.inFlag()},
		}
	}
	return nil
}

// namesConfig tells whether the TYPE of an argument means Secrets or ConfigMaps.
func namesConfig(arg string) bool {
	word, _, _ := strings.Cut(arg, "/")
	resource, known := resolve.ResourceNamed(word)
	return known && resource.Group == "" && (resource.Resource == "secrets" || resource.Resource == "configmaps")
}

// code is what --exit-code asks for: the code of the sickest state.
func (f *statusFlags) code(states ...app.State) error {
	if !f.exitCode {
		return nil
	}
	worst := app.Well
	for _, s := range states {
		if s.Rank() < worst.Rank() {
			worst = s
		}
	}
	switch worst {
	case app.Failing:
		return decidedError{exitFailed}
	case app.Progressing, app.Unknown:
		return decidedError{exitTimedOut}
	case app.Well:
	}
	return nil
}
