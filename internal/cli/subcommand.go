package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// nearest is the most like of cobra's suggestions, which have no order; the first where none is much like it.
func nearest(word string, suggestions []string) string {
	if len(suggestions) == 0 {
		return ""
	}
	return cmp.Or(workload.Nearest(word, suggestions), suggestions[0])
}

// onlyInKubectl are commands of kubectl that kubectl app does not have, by the group that they are in.
var onlyInKubectl = map[string][]string{
	"": {
		"annotate", "apply", "delete", "describe", "edit", "events", "exec", "explain", "label", "logs",
		"patch", "replace", "run", "wait",
	},
	" create": {
		"clusterrole", "clusterrolebinding", "cronjob", "ingress", "job", "namespace", "poddisruptionbudget",
		"priorityclass", "quota", "role", "rolebinding", "service", "serviceaccount", "token",
	},
	" set":        {"selector", "subject"},
	" completion": {"bash", "fish", "powershell", "zsh"},
}

// noSubcommand names the nearest verb when a group is given a word that it does not know. The word may be
// KEY=VALUE.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	name := redact.Argument(args[0])
	hint, next := hintFor(cmd, name, args[1:])
	err := usagef("unknown command %q for %q%s\nSee '%s --help' for usage.", name, cmd.CommandPath(), hint, cmd.CommandPath())
	if next != "" {
		return hintedError{err: err, hints: []string{next}}
	}
	return err
}

func hintFor(cmd *cobra.Command, word string, rest []string) (hint, next string) {
	if cmd.SuggestionsMinimumDistance <= 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	group := strings.TrimPrefix(cmd.CommandPath(), cmd.Root().CommandPath())
	if slices.Contains(onlyInKubectl[group], word) {
		return fmt.Sprintf("; use kubectl%s %s", group, word), ""
	}
	suggestions := cmd.SuggestionsFor(word)
	if group == "" {
		suggestions = withPlugins(word, suggestions)
	}
	if near := nearest(word, suggestions); near != "" {
		return fmt.Sprintf("; did you mean %q?", near), ""
	}
	if group == "" && word == "lab" {
		return "; it is a plugin of its own, app-lab, which is not on PATH", ""
	}
	if group != " create secret" {
		return "", ""
	}
	if strings.EqualFold(word, "opaque") && len(rest) > 0 { // the type that generic has by default
		word = rest[0]
	}
	if len(validation.IsDNS1123Subdomain(word)) == 0 {
		next = "kubectl app create secret generic " + word + " --prompt=KEY"
		if n := cmd.Flag("namespace"); n != nil && n.Changed {
			next += " -n " + redact.Argument(n.Value.String())
		}
	}
	return "; give the type of the Secret first: generic, tls or docker-registry", next
}
