package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

func newList(env *Env) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List all labs of this user",
		Example: `  # List all labs
  kubectl app lab list`,
		Args: usage.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "" && output != "json" && output != "name" {
				return usage.Errorf("-o %s: want json or name, or nothing for a table", output)
			}
			return env.list(cmd.Context(), output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "output format: json or name")
	return cmd
}

func (e *Env) list(ctx context.Context, output string) error {
	home, err := e.Home()
	if err != nil {
		return err
	}
	dirs, err := home.Labs()
	if err != nil {
		return err
	}
	labs := []control.Status{}
	var failed error
	for _, dir := range dirs {
		status, err := statusOf(ctx, dir)
		if exists, _ := dir.Exists(); err != nil && !exists {
			// It ended while we looked.
			continue
		}
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		labs = append(labs, status)
	}
	switch output {
	case "json":
		err = printJSON(e.Out, labs)
	case "name":
		for _, lab := range labs {
			_, err = fmt.Fprintln(e.Out, lab.Name)
		}
	default:
		err = printLabs(e.Out, labs, e.Now())
	}
	return errors.Join(failed, err)
}
