package cli

import (
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/plugin"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// addedVerb is the plugin that a command line names, and what is left for it. No plugin takes the place of a verb of
// kubectl app or of its help.
func addedVerb(root *cobra.Command, args []string) (program string, rest []string) {
	if len(args) == 0 || isVerb(root, args[0]) {
		return "", nil
	}
	return plugin.Find(args)
}

func isVerb(root *cobra.Command, word string) bool {
	cmd, _, err := root.Find([]string{word})
	return err == nil && cmd != root || word == "help"
}

func (e *Env) runPlugin(program string, args []string) int {
	signal.Reset(syscall.SIGPIPE) // what is ignored here would be ignored there
	code, err := plugin.Run(program, args)
	if err != nil {
		_ = page.Error(e.Term, err)
		return exitError
	}
	return code
}

// pluginsText lists the plugins below the verbs of the help.
func pluginsText(root *cobra.Command) string {
	var b strings.Builder
	for _, p := range plugin.All() {
		if word, _, _ := strings.Cut(p.Verb, " "); !isVerb(root, word) {
			b.WriteString("  " + term.Pad(term.Clean(p.Verb), root.Commands()[0].NamePadding()) + "   " + term.Clean(p.Program) + "\n")
		}
	}
	return b.String()
}

// withPlugins adds the plugin whose verb is much like the word.
func withPlugins(word string, verbs []string) []string {
	var added []string
	for _, p := range plugin.All() {
		added = append(added, p.Verb)
	}
	if near := workload.Nearest(word, added); near != "" {
		return append(verbs, near)
	}
	return verbs
}
