package cli

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// dryRunMode is --dry-run. The set is closed, as that of each type of this file.
type dryRunMode string

const (
	dryRunNone   dryRunMode = "none"
	dryRunClient dryRunMode = "client"
	dryRunServer dryRunMode = "server"
)

// operation adds kubectl's words to what was done: "created (dry run)".
func (d dryRunMode) operation(done string) string {
	switch d {
	case dryRunClient:
		return done + " (dry run)"
	case dryRunServer:
		return done + " (server dry run)"
	}
	return done
}

// failureAction is --on-failure and, without pause, --on-interrupt.
type failureAction string

const (
	failureRollback failureAction = "rollback"
	failureKeep     failureAction = "keep"
	failurePause    failureAction = "pause"
)

// choice is a flag that takes one word of a closed set.
type choice[T ~string] struct {
	flag    string
	value   *T
	allowed []T
}

// addChoice adds a flag with its default. Any other value than those allowed is refused while flags are parsed.
func addChoice[T ~string](flags *pflag.FlagSet, value *T, name string, preset T, usage string, allowed ...T) {
	*value = preset
	flags.Var(&choice[T]{name, value, allowed}, name, usage)
}

// String implements pflag.Value; pflag asks a zero value, too.
func (c *choice[T]) String() string {
	if c.value == nil {
		return ""
	}
	return string(*c.value)
}

// Set implements pflag.Value.
func (c *choice[T]) Set(text string) error {
	if text == withoutValue {
		return usagef("--%s needs a value: --%[1]s=client or --%[1]s=server", c.flag)
	}
	if err := oneOf(c.flag, T(text), c.allowed...); err != nil {
		return err
	}
	*c.value = T(text)
	return nil
}

func (c *choice[T]) takes() string { return takesOneOf(c.allowed) }

// Type implements pflag.Value. Help shows the flag as one of text.
func (c *choice[T]) Type() string { return "string" }

// withoutValue is what pflag sets for --dry-run alone, which kubectl has given up.
const withoutValue = "unchanged"

func addDryRun(flags *pflag.FlagSet, value *dryRunMode) {
	addChoice(flags, value, "dry-run", dryRunNone, `Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without sending it. If server strategy, submit server-side request without persisting the resource.`,
		dryRunNone, dryRunClient, dryRunServer)
	flags.Lookup("dry-run").NoOptDefVal = withoutValue
}

func addOnFailure(flags *pflag.FlagSet, value *failureAction, preset failureAction) {
	addChoice(flags, value, "on-failure", preset, `What to do when the rollout fails: "rollback", "keep" or "pause"`,
		failureRollback, failureKeep, failurePause)
}

func oneOf[T ~string](flag string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usagef("invalid value --%s=%s: %s", flag, value, takesOneOf(allowed))
}

func takesOneOf[T ~string](allowed []T) string {
	var named []string
	for _, a := range allowed {
		if a != "" {
			named = append(named, string(a))
		}
	}
	return "it takes " + strings.Join(named, ", ")
}
