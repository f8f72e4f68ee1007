package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/plugin"
	"github.com/kubectl-app/kubectl-app/internal/release"
)

const completionLong = `Complete the words of "kubectl app" with <TAB>: objects, containers, images of earlier revisions, revisions, keys, contexts
and the values of flags.

kubectl's own completion asks a program kubectl_complete-app on PATH. "kubectl app completion install" makes a link of
that name beside the plugin, or in the first directory of PATH that can be written. It works in each shell that has
kubectl's completion:

  bash         source <(kubectl completion bash)
  zsh          source <(kubectl completion zsh)
  fish         kubectl completion fish | source
  PowerShell   kubectl completion powershell | Out-String | Invoke-Expression

An answer comes within 300 ms, or there is none. KUBECTL_APP_COMPLETION_TIMEOUT=2s waits longer.`

func newCompletion(env *Env) *cobra.Command {
	group := newGroup("completion", "Complete the words of kubectl app in the shell",
		&cobra.Command{
			Use: "install", Short: "Make the link that kubectl's completion looks for", Args: noArgs,
			Example: `  # Complete the words of kubectl app with <TAB>
  kubectl app completion install`,
			RunE: func(*cobra.Command, []string) error { return env.installCompletion() },
		},
		&cobra.Command{
			Use: "uninstall", Short: "Remove this link", Args: noArgs,
			Example: `  # Remove what install has made
  kubectl app completion uninstall`,
			RunE: func(*cobra.Command, []string) error { return env.uninstallCompletion() },
		})
	group.Long = completionLong
	return group
}

func (e *Env) installCompletion() error {
	link, made, err := plugin.InstallCompletion()
	if foreign := (*plugin.ForeignError)(nil); errors.As(err, &foreign) {
		return release.RefusedError{Err: err}
	}
	if err != nil {
		return err
	}
	line := link.Path + " already installed"
	if made {
		line = fmt.Sprintf("%s installed (a link to %s)", link.Path, link.Target)
	}
	if _, err := fmt.Fprintln(e.Term.Out, line); err != nil {
		return fmt.Errorf("writing what was done: %w", err)
	}
	return e.explainShell()
}

// explainShell says what the user's shell still needs, as far as that can be seen.
func (e *Env) explainShell() error {
	name := filepath.Base(e.Getenv("SHELL"))
	if e.Getenv("SHELL") == "" {
		name = "powershell"
	}
	for _, shell := range plugin.Shells(e.Getenv) {
		if shell.Name != name || shell.Loads() {
			continue
		}
		text := fmt.Sprintf("%s loads no completion of kubectl, as far as its files show; add this line to %s: %s", shell.Name, shell.File, shell.Line)
		if shell.Needs != "" {
			text += " (it needs the package " + shell.Needs + ")"
		}
		return page.Warning(e.Term, text)
	}
	return nil
}

func (e *Env) uninstallCompletion() error {
	removed, err := plugin.UninstallCompletion()
	if foreign := (*plugin.ForeignError)(nil); errors.As(err, &foreign) {
		err = release.RefusedError{Err: err}
	}
	if err == nil && len(removed) == 0 {
		removed = []string{plugin.CompletionProgram + " is not installed"}
	} else {
		for i := range removed {
			removed[i] += " removed"
		}
	}
	for _, line := range removed {
		if _, failed := fmt.Fprintln(e.Term.Out, line); failed != nil {
			return fmt.Errorf("writing what was done: %w", failed)
		}
	}
	return err
}
