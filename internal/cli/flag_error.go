package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// flagError says in words what a flag takes, where pflag gives Go's own error. A cluster of short flags may hold
// a secret ("-pVALUE") and is cut to the flag that is meant.
func flagError(cmd *cobra.Command, err error) error {
	var usage usageError
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && cmd.Args != nil && len(args) > 0 { // the flag is of a command that is unknown
		return noSubcommand(cmd, args)
	}
	switch {
	case errors.As(err, &usage): // a choice that names what it takes
		return usage
	case errors.As(err, &invalid):
		err = invalidValue(invalid.GetFlag(), invalid.GetValue())
	case errors.As(err, &missing):
		err = needsValue(missing.GetFlag())
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		err = fmt.Errorf("unknown flag: -%.1s", unknown.GetSpecifiedName())
	case errors.As(err, &unknown) && cmd.Name() == "env" && slices.Contains(envFileFlags, unknown.GetSpecifiedName()):
		err = fmt.Errorf("unknown flag: --%s; a file of KEY=VALUE lines is read with %s", unknown.GetSpecifiedName(), envFileWay)
	case errors.As(err, &unknown):
		err = fmt.Errorf("unknown flag: --%s", redact.Argument(unknown.GetSpecifiedName()))
	default: // pflag quotes the argument
		err = errors.New("an argument begins with -, but is not a flag: if it is a value, write -- before it")
	}
	return usagef("%w\nSee '%s --help' for usage.", err, cmd.CommandPath())
}

// envFileFlags are those of other verbs and programs that set env does not have.
var envFileFlags = []string{"from-dotenv", "from-env-file", "from-file", "env-file"}

func invalidValue(flag *pflag.Flag, value string) error {
	dashes := "--"
	if len(flag.Name) == 1 {
		dashes = "-"
	}
	what := takes(flag)
	if what == "" { // a list, which may hold a secret
		return fmt.Errorf("invalid value of %s%s: its list has a quotation mark that is not closed, or not doubled", dashes, flag.Name)
	}
	return fmt.Errorf("invalid value %s%s=%s: %s", dashes, flag.Name, redact.FlagValue(flag.Name, value), what)
}

func needsValue(flag *pflag.Flag) error {
	err := fmt.Errorf("--%s needs a value", flag.Name)
	if what := takes(flag); what != "" {
		err = fmt.Errorf("%w: %s", err, what)
	}
	return err
}

// takes is empty for text and lists.
func takes(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "bool":
		return "it takes true or false"
	case "duration":
		return "it takes a duration, such as 30s, 5m or 1h"
	case "int", "int32", "int64", "Level":
		return "it takes a whole number"
	case "float64":
		return "it takes a number"
	}
	if c, ok := flag.Value.(interface{ takes() string }); ok {
		return c.takes()
	}
	return ""
}
