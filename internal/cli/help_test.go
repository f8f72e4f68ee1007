package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

const optionsHint = `Use "kubectl app options" for a list of global command-line options (applies to all commands).`

// Every verb's help names its own flags and where kubectl's connection flags are listed.
func TestHelpOfEveryVerb(t *testing.T) {
	root := newRoot(newEnv(strings.NewReader(""), &strings.Builder{}, &strings.Builder{}, func(string) string { return "" }, time.Now))
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
		if !cmd.IsAvailableCommand() {
			return
		}
		text := helpText(cmd, root.OutOrStdout().(*term.Output))
		for _, global := range []string{"--kubeconfig", "--as-group", "--request-timeout", "-n, --namespace"} {
			if strings.Contains(text, "    "+global) {
				t.Errorf("%s: the help lists %s", cmd.CommandPath(), global)
			}
		}
		if !strings.HasSuffix(text, "\n"+optionsHint+"\n") {
			t.Errorf("%s: the help ends with\n%s", cmd.CommandPath(), text[max(0, len(text)-200):])
		}
		if strings.Contains(text, "[options] [") || strings.Contains(text, "[flags]") || !strings.Contains(text, "\nUsage:\n  kubectl app") {
			t.Errorf("%s: the help has no good usage", cmd.CommandPath())
		}
	}
	visit(root)
}

func TestHelpTexts(t *testing.T) {
	for line, want := range map[string][]string{
		"set image --help": {"\nOptions:\n    --all=false:\n        Select all", "\n    -f, --filename=[]:\n", "[options]\n\nUse \"kubectl app options\""},
		"help set image":   {"\n    --on-failure='rollback':\n"},
		"set":              {"\nUsage:\n  kubectl app set <command> [options]\n\nUse \"kubectl app set <command> --help\"", optionsHint},
		"help":             {"kubectl app lab, a cluster on your laptop, is\na plugin of its own: app-lab.", "\nHelp Topics:\n  exit-codes    What", optionsHint},
		"options":          {"The following options can be passed to any command:\n\n    --as='':\n", "\n    -n, --namespace='':\n", "\n    -v, --v=0:\n"},
		"help exit-codes":  {"the field exitCode has the same code"},
		"--version":        {"kubectl-app " + version + "\nkubernetes "},
		"version":          {"kubectl-app " + version + "\nkubernetes "},
	} {
		code, out, errOut := runOffline(t, strings.Fields(line)...)
		if len(want) > 0 && (code != 0 || errOut != "") {
			t.Errorf("%s: code %d, %s", line, code, errOut)
		}
		for _, part := range want {
			if !strings.Contains(out, part) {
				t.Errorf("%s: lacks %q in\n%s", line, part, out)
			}
		}
	}
}
