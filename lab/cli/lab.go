package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

// addName adds the flag by which every command chooses its lab.
func addName(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "name", state.DefaultName, "name of the lab; several can run side by side")
}

// lab finds the folder of the lab called name.
func (e *Env) lab(name string) (state.Home, state.Dir, error) {
	home, err := e.Home()
	if err != nil {
		return "", state.Dir{}, err
	}
	dir, err := home.Lab(name)
	if err != nil {
		return "", state.Dir{}, usage.Error{Err: err}
	}
	return home, dir, nil
}

// nameFlag is the flag that chooses the lab again in a command to type.
func nameFlag(dir state.Dir) string {
	if dir.Name == state.DefaultName {
		return ""
	}
	return " --name " + dir.Name
}

// errNoLab says how to start the lab that a command was meant for.
func errNoLab(dir state.Dir) error {
	return fmt.Errorf("lab %q is not running; start it: kubectl app lab up%s", dir.Name, nameFlag(dir))
}
