package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// helpWidth is where the text of a flag is wrapped when no terminal says otherwise.
const helpWidth = 100

// setHelp lays help and usage out as kubectl does (k8s.io/kubectl/pkg/util/templates): the flags of the
// verb alone, each with its text below it.
func setHelp(root *cobra.Command, env *Env) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		// There is no way to return an error from here, and none that helps a reader who is gone.
		_, _ = io.WriteString(env.Term.Out, helpText(cmd, env.Term.Out))
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(env.Term.Err, usageText(cmd, env.Term.Err))
		return err
	})
}

// addHelpTopics makes help of an unknown topic a wrong command line; cobra's own shows the help of the group.
func addHelpTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, err := root.Find([]string{"help"})
	if err != nil {
		return
	}
	help.RunE = func(_ *cobra.Command, args []string) error {
		topic, rest, err := root.Find(args)
		if err != nil {
			return noSubcommand(root, args)
		}
		if len(rest) > 0 && topic.HasSubCommands() {
			return usagef("there is no help topic %q\nSee '%s --help' for the commands.", shownArgs(args), topic.CommandPath())
		}
		return topic.Help()
	}
}

func shownArgs(args []string) string {
	shown := make([]string, 0, len(args))
	for _, arg := range args {
		shown = append(shown, redact.Argument(arg))
	}
	return strings.Join(shown, " ")
}

func helpText(cmd *cobra.Command, out *term.Output) string {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	text = strings.TrimSpace(text) + "\n"
	if usage := usageText(cmd, out); usage != "" {
		text += "\n" + usage
	}
	return text
}

// usageText is all but what a command is for; a help topic has nothing else.
func usageText(cmd *cobra.Command, out *term.Output) string {
	if !cmd.Runnable() && !cmd.HasSubCommands() {
		return ""
	}
	var sections []string
	section := func(title, text string) {
		if text = strings.TrimRight(text, " \n"); text != "" {
			sections = append(sections, title+":\n"+text+"\n")
		}
	}
	section("Examples", cmd.Example)
	section("Available Commands", subcommands(cmd, (*cobra.Command).IsAvailableCommand))
	if !cmd.HasParent() {
		section("Plugins", pluginsText(cmd))
	}
	section("Help Topics", subcommands(cmd, (*cobra.Command).IsAdditionalHelpTopicCommand))
	section("Options", flagsText(cmd.LocalNonPersistentFlags(), out))
	if cmd.Runnable() {
		section("Usage", "  "+usageLine(cmd))
	}
	var hints string
	if cmd.HasAvailableSubCommands() {
		hints = fmt.Sprintf("Use %q for more information about a given command.\n", cmd.CommandPath()+" <command> --help")
	}
	hints += fmt.Sprintf("Use %q for a list of global command-line options (applies to all commands).\n", cmd.Root().CommandPath()+" options")
	return strings.Join(append(sections, hints), "\n")
}

func usageLine(cmd *cobra.Command) string {
	line := strings.TrimSuffix(strings.TrimSuffix(cmd.UseLine(), " [flags]"), " [options]")
	if cmd.HasSubCommands() {
		line += " <command>"
	}
	return line + " [options]"
}

func subcommands(cmd *cobra.Command, listed func(*cobra.Command) bool) string {
	var b strings.Builder
	for _, c := range cmd.Commands() {
		if listed(c) {
			fmt.Fprintf(&b, "  %s   %s\n", term.Pad(c.Name(), cmd.Commands()[0].NamePadding()), c.Short)
		}
	}
	return b.String()
}

// flagsText shows each flag with its default, as it would be typed, and what it means below.
func flagsText(flags *pflag.FlagSet, out *term.Output) string {
	width, _ := out.Size()
	if width <= 0 {
		width = helpWidth
	}
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		short, value := "", f.DefValue
		if f.Shorthand != "" {
			short = "-" + f.Shorthand + ", "
		}
		if f.Value.Type() == "string" {
			value = "'" + value + "'"
		}
		fmt.Fprintf(&b, "    %s--%s=%s:\n", short, f.Name, value)
		for _, line := range term.Wrap(f.Usage, width-9) {
			b.WriteString("        " + line + "\n")
		}
		b.WriteByte('\n')
	})
	return b.String()
}

// newOptions lists the flags that every verb takes, as `kubectl options` does.
func newOptions(env *Env) *cobra.Command {
	return &cobra.Command{
		Use: "options", Short: "List the options that every command takes", Args: noArgs, Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(env.Term.Out, "The following options can be passed to any command:\n\n%s", flagsText(cmd.InheritedFlags(), env.Term.Out))
			return err
		},
	}
}
