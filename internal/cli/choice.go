package cli

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
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

func (c *choice[T]) words() []string { return named(c.allowed) }

// Type implements pflag.Value. Help shows the flag as one of text.
func (c *choice[T]) Type() string { return "string" }

// withoutValue is what pflag sets for --dry-run alone, which kubectl has given up.
const withoutValue = "unchanged"

func addDryRun(flags *pflag.FlagSet, value *release.DryRun) {
	addChoice(flags, value, "dry-run", release.DryRunNone, `Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without sending it. If server strategy, submit server-side request without persisting the resource.`,
		release.DryRunNone, release.DryRunClient, release.DryRunServer)
	flags.Lookup("dry-run").NoOptDefVal = withoutValue
}

func addOnFailure(flags *pflag.FlagSet, value *release.Action, preset release.Action) {
	addChoice(flags, value, "on-failure", preset, `What to do when the rollout fails: "rollback", "keep" or "pause"`,
		release.Rollback, release.Keep, release.Pause)
}

func oneOf[T ~string](flag string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usagef("invalid value --%s=%s: %s", flag, redact.FlagValue(flag, string(value)), takesOneOf(allowed))
}

func takesOneOf[T ~string](allowed []T) string {
	return "it takes " + strings.Join(named(allowed), ", ")
}

// named are the values that can be typed.
func named[T ~string](allowed []T) (words []string) {
	for _, a := range allowed {
		if a != "" {
			words = append(words, string(a))
		}
	}
	return words
}
