package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// setEnvOptions are what a command line asks for.
type setEnvOptions struct {
	setting
	settings rollout.EnvSettings
	prefix   string
	stdin    bool
	// from is nil where no variable is taken from an object.
	from          *rollout.EnvSource
	keys          []string
	list, resolve bool
}

func (f *setEnvFlags) options(flags *pflag.FlagSet, args []string) (setEnvOptions, error) {
	given, err := parseEnvArgs(args, f.env)
	if err != nil {
		return setEnvOptions{}, err
	}
	o := setEnvOptions{
		setting: setting{resources: given.resources, words: given.masked(redact.Placeholder), own: f.typedOwn(given.stdin)},
		prefix:  f.prefix, keys: f.keys, stdin: given.stdin, list: f.list, resolve: f.resolve,
		settings: rollout.EnvSettings{Remove: given.remove, Containers: f.containers, Keep: !f.overwrite},
	}
	if o.settings.Set, err = prefixed(f.prefix, given.set, given.remove); err != nil {
		return o, err
	}
	if f.from != "" {
		source, err := resolve.ParseEnvSource(f.from)
		if err != nil {
			return o, err
		}
		o.from = &source
	}
	return o, f.conflicts(flags, o)
}

// conflicts are flags that can't be meant together, or say nothing.
func (f *setEnvFlags) conflicts(flags *pflag.FlagSet, o setEnvOptions) error {
	nothing := len(o.settings.Set)+len(o.settings.Remove) == 0 && !o.stdin && o.from == nil
	_, badPattern := path.Match(f.containers, "")
	switch {
	case f.list && flags.Changed("output"):
		return usagef("--list and --output may not be specified together")
	case f.resolve && !f.list:
		return usagef("--resolve goes with --list")
	case f.resolve && f.local:
		return usagef("--resolve reads from the API server, but --local does not: remove one of them")
	case flags.Changed("keys") && o.from == nil:
		return usagef("--keys goes with --from=secret/NAME or --from=configmap/NAME")
	case flags.Changed("keys") && (len(f.keys) == 0 || slices.Contains(f.keys, "")):
		return usagef("--keys has an empty name")
	case o.from != nil && f.local && len(f.keys) == 0:
		return usagef("--from reads the keys from the API server, but --local does not: name them with --keys")
	case badPattern != nil || f.containers == "":
		return usagef("--containers=%s is not a pattern: it takes a name, with * for any letters", redact.Argument(f.containers))
	case o.stdin && slices.Contains(f.filenames, "-"):
		return usagef("standard input can be read only once: by -f - or by -e -")
	case nothing && !f.list:
		return usagef("nothing to set or remove: give KEY=VALUE, KEY-, --from or -e -; or --list")
	}
	return nil
}

// typedOwn are this verb's own flags as they could be typed again.
func (f *setEnvFlags) typedOwn(stdin bool) []string {
	var words []string
	if stdin {
		words = append(words, "-e", "-")
	}
	if f.from != "" {
		words = append(words, "--from="+shellWord(f.from))
	}
	if len(f.keys) > 0 {
		words = append(words, "--keys="+shellWord(strings.Join(f.keys, ",")))
	}
	if f.prefix != "" {
		words = append(words, "--prefix="+shellWord(f.prefix))
	}
	if f.containers != rollout.AllContainers {
		words = append(words, "--containers="+shellWord(f.containers))
	}
	return words
}

// mostStdin is above what an object of the API may hold.
const mostStdin = 2 << 20

// readStdin adds the variables of standard input, where they are asked for.
func (o *setEnvOptions) readStdin(ctx context.Context, in *term.Terminal) ([]secrets.Finding, error) {
	if !o.stdin {
		return nil, nil
	}
	text, err := in.ReadAll(ctx, mostStdin+1)
	if err != nil {
		return nil, fmt.Errorf("reading variables from standard input: %w", err)
	}
	if len(text) > mostStdin {
		return nil, release.RefusedError{Err: fmt.Errorf("standard input has more than %d MiB: no object can hold that", mostStdin>>20)}
	}
	env, found, err := envLines(text)
	if err != nil {
		return nil, release.RefusedError{Err: err}
	}
	if len(env) == 0 {
		return nil, release.RefusedError{Err: errors.New("standard input has no line KEY=VALUE")}
	}
	if env, err = prefixed(o.prefix, env, o.settings.Remove); err != nil {
		return nil, err
	}
	o.settings.Set, err = joined(o.settings.Set, env)
	return found, err
}

// envLines reads the lines that `env` prints: what stands behind the first "=" is the value. kubectl cuts a value at
// "#", skips what is no variable, and loses lines above 64 KiB with all that follow.
func envLines(text []byte) ([]corev1.EnvVar, []secrets.Finding, error) {
	entries, found, err := secrets.ParseEnvFile("standard input", text, func(string) (string, bool) { return "", false })
	faults := []error{err, secrets.Check(entries)}
	var env []corev1.EnvVar
	for _, e := range entries {
		if why := rollout.EnvValueFault(string(e.Value)); why != "" {
			faults = append(faults, &secrets.MalformedError{Origin: e.Origin, Problem: e.Key + " " + why})
		}
		env = append(env, corev1.EnvVar{Name: e.Key, Value: string(e.Value)})
	}
	return env, secrets.Merge(found), errors.Join(faults...)
}

// prefixed are variables under their whole names; none may be removed by the same command.
func prefixed(prefix string, env []corev1.EnvVar, remove []string) ([]corev1.EnvVar, error) {
	all := slices.Clone(env)
	for i := range all {
		all[i].Name = prefix + all[i].Name
		if len(validation.IsEnvVarName(all[i].Name)) > 0 {
			return nil, usagef("--prefix=%s does not make valid names of variables: use letters, digits, '_', '-' and '.', and no digit first", redact.Argument(prefix))
		}
		if slices.Contains(remove, all[i].Name) {
			return nil, usagef("%s is set and removed by the same command", all[i].Name)
		}
	}
	return all, nil
}
