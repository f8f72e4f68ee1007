package cli

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/kubectl/pkg/cmd/set/env"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// envArgs are the settings that stand in a command line.
type envArgs struct {
	resources []string
	set       []corev1.EnvVar
	remove    []string
	stdin     bool
}

// parseEnvArgs divides arguments by kubectl's own rule; those of -e come first, as there. Errors are
// usage errors, and quote no argument that may be a value.
func parseEnvArgs(args, flagged []string) (envArgs, error) {
	var given envArgs
	resources, settings, ok := env.SplitEnvironmentFromResources(args)
	if !ok {
		return given, usagef("name the resources before KEY=VALUE: one stands after it (put a value with a space in it in quotes)")
	}
	if err := checkEnvResources(resources); err != nil {
		return given, err
	}
	given.resources = resources
	var specs []string
	for i, spec := range append(flagged[:len(flagged):len(flagged)], settings...) {
		if spec == "-" {
			if given.stdin {
				return given, usagef("standard input can be read only once: remove one of the -")
			}
			given.stdin = true
			continue
		}
		where := fmt.Sprintf("argument %d", len(resources)+i-len(flagged)+1)
		if i < len(flagged) {
			where = fmt.Sprintf("-e number %d", i+1)
		}
		if err := checkEnvArg(where, spec); err != nil {
			return given, err
		}
		specs = append(specs, spec)
	}
	for _, spec := range specs {
		if name, _, sets := strings.Cut(spec, "="); sets && slices.Contains(specs, name+"-") {
			return given, usagef("%s is set and removed by the same command", name)
		}
	}
	set, remove, _, err := env.ParseEnv(specs, nil)
	if err != nil {
		return given, usageError{err}
	}
	given.remove = remove
	given.set, err = joined(nil, set)
	return given, err
}

// checkEnvResources finds what was meant as a setting beside TYPE/NAME. It may be a value, and is not quoted.
func checkEnvResources(args []string) error {
	if !slices.ContainsFunc(args, isTypeName) {
		return nil
	}
	for i, arg := range args {
		switch {
		case isTypeName(arg):
		case strings.HasPrefix(arg, "="):
			return usagef("argument %d has no name before =; write KEY=VALUE", i+1)
		case len(validation.IsEnvVarName(arg)) == 0:
			return usagef("argument %d has no =; write KEY=VALUE to set a variable, or KEY- to remove it", i+1)
		default:
			return usagef("argument %d is neither TYPE/NAME nor KEY=VALUE nor KEY-", i+1)
		}
	}
	return nil
}

func isTypeName(arg string) bool { return strings.Count(arg, "/") == 1 && arg[0] != '=' }

// envFileWay is how set env reads a file.
const envFileWay = "-e - < FILE"

func checkEnvArg(where, spec string) error {
	name, value, set := strings.Cut(spec, "=")
	if !set {
		var remove bool
		if name, remove = strings.CutSuffix(spec, "-"); !remove {
			return usagef("%s is neither KEY=VALUE nor KEY- (a file is read with %s)", where, envFileWay)
		}
	}
	if len(validation.IsEnvVarName(name)) > 0 {
		return usagef("%s has no valid variable name: letters, digits, '_', '-' and '.', and no digit first", where)
	}
	if why := rollout.EnvValueFault(value); why != "" {
		return usagef("%s %s", name, why)
	}
	return nil
}

// joined adds variables to others; the same one with two values can't be meant. kubectl takes the first.
func joined(env, more []corev1.EnvVar) ([]corev1.EnvVar, error) {
	values := map[string]string{}
	for _, v := range env {
		values[v.Name] = v.Value
	}
	for _, v := range more {
		value, known := values[v.Name]
		switch {
		case !known:
			values[v.Name] = v.Value
			env = append(env, v)
		case value != v.Value:
			return nil, usagef("%s is set to two values", v.Name)
		}
	}
	return env, nil
}

// masked are the settings as they were typed, with something in the place of each value.
func (a envArgs) masked(value string) []string {
	words := make([]string, 0, len(a.set)+len(a.remove))
	for _, v := range a.set {
		words = append(words, v.Name+"="+value)
	}
	for _, name := range a.remove {
		words = append(words, name+"-")
	}
	return words
}
