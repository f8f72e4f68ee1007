package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/complete"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
)

// How the shell goes on after a word.
const (
	noFiles = cobra.ShellCompDirectiveNoFileComp
	files   = cobra.ShellCompDirectiveDefault
	folders = cobra.ShellCompDirectiveFilterDirs
	open    = noFiles | cobra.ShellCompDirectiveNoSpace   // the word is not whole: NAME=
	ordered = noFiles | cobra.ShellCompDirectiveKeepOrder // the order tells something: the newest first
)

// request is what the shell asks: the words before, and the one that is unfinished.
type request struct {
	complete.In

	env  *Env
	cmd  *cobra.Command
	args []string
	word string
}

// A completer finds the words for one argument, or for the value of one flag.
type completer func(context.Context, request) ([]complete.Candidate, cobra.ShellCompDirective)

// addCompletions tells cobra what to offer. Only a completion calls it, so that no other command pays for it.
func addCompletions(root *cobra.Command, env *Env) {
	arguments := argumentCompleters()
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if complete, known := arguments[verbOf(cmd)]; known {
			cmd.ValidArgsFunction = complete.function(env)
		}
		cmd.NonInheritedFlags().VisitAll(func(flag *pflag.Flag) {
			if complete := flagCompleter(flag); complete != nil {
				// It fails for a flag that has a function already.
				_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete.function(env))
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
}

// verbOf is "set image"; "" for the root.
func verbOf(cmd *cobra.Command) string {
	return strings.TrimSpace(strings.TrimPrefix(cmd.CommandPath(), cmd.Root().CommandPath()))
}

// function is the completer as cobra calls it.
func (f completer) function(env *Env) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		in := complete.In{Cluster: env.cluster(), Redactor: env.Redactor}
		found, directive := f(cmd.Context(), request{in, env, cmd, args, word})
		matching := complete.Matching(found, word)
		if directive != ordered {
			slices.SortFunc(matching, func(x, y complete.Candidate) int { return cmp.Compare(x.Word, y.Word) })
		}
		words := make([]cobra.Completion, 0, len(matching))
		for _, c := range matching {
			words = append(words, cobra.CompletionWithDesc(c.Word, c.About))
			if strings.HasSuffix(c.Word, "/") { // a TYPE, whose name follows
				directive |= open
			}
		}
		return words, directive
	}
}

// selected is what the words before name, as the verb itself would find it.
func (r request) selected() resolve.Selection {
	s := resolve.Selection{Args: r.objects(), AllOfType: true, Templates: true, Verb: verbOf(r.cmd)}
	// A verb without one of these flags selects nothing by it.
	if r.cmd.Name() != "expose" { // its selector is that of the Service
		s.LabelSelector, _ = r.cmd.Flags().GetString("selector")
	}
	s.Filenames, _ = r.cmd.Flags().GetStringSlice("filename")
	s.Kustomize, _ = r.cmd.Flags().GetString("kustomize")
	if slices.ContainsFunc(append(s.Filenames, s.Kustomize), elsewhere) {
		return resolve.Selection{}
	}
	s.Recursive, _ = r.cmd.Flags().GetBool("recursive")
	return s
}

// elsewhere tells of a file that is not to be read for an answer: standard input is the terminal, and the others are on the
// network.
func elsewhere(file string) bool {
	return file == "-" || strings.Contains(file, "://") || strings.HasPrefix(file, "github.com/") || strings.Contains(file, "?ref=")
}

// objects are the words that name them: those without = and, of set env, without - at the end.
func (r request) objects() []string {
	return slices.DeleteFunc(slices.Clone(r.args), func(arg string) bool {
		return strings.Contains(arg, "=") || strings.HasSuffix(arg, "-")
	})
}
