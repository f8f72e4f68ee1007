package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// sourceFlags are all the places that values come from, the same for every verb that takes values.
type sourceFlags struct {
	literals    []string
	files       []string
	envFiles    []string
	dotenvFiles []string
	variables   []string
	prefixes    []string
	prompts     []string
	generate    []string
	trimNewline bool
	strict      bool
	// faults are those of the flags' values.
	faults []error
}

func (f *sourceFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.literals, "from-literal", nil, "Specify a key and literal value to insert (i.e. mykey=somevalue). It stays in the shell's history: for a secret use --prompt, --from-env or KEY=- instead")
	flags.StringSliceVar(&f.files, "from-file", nil, "A file (its name becomes the key), KEY=FILE, or a directory (each file in it becomes a key)")
	flags.StringSliceVar(&f.envFiles, "from-env-file", nil, "A file of KEY=VALUE lines with kubectl's rules: quotes and inline comments are part of the value")
	flags.StringSliceVar(&f.dotenvFiles, "from-dotenv", nil, "A .env file with the rules of docker compose: quotes, export, comments, multi-line values, expansion. Later files win")
	flags.StringSliceVar(&f.variables, "from-env", nil, "NAME or NAME=KEY: the value of an environment variable of this process. It is an error if it is not set")
	flags.StringSliceVar(&f.prefixes, "from-env-prefix", nil, "All environment variables with this prefix; the keys are the names without the prefix")
	flags.StringSliceVar(&f.prompts, "prompt", nil, "Ask for the value of this key twice, without showing it")
	flags.StringArrayVar(&f.generate, "generate", nil, "KEY=LENGTH, or KEY=LENGTH:alnum, :hex or :base64: a random value that is not shown. For hex and base64, LENGTH is the number of random bytes")
	for _, name := range []string{"from-file", "from-env-file", "from-dotenv", "from-env", "from-env-prefix", "prompt"} {
		f.refuseEmpty(flags.Lookup(name))
	}
	flags.BoolVar(&f.trimNewline, "trim-newline", false, "Remove one newline from the end of each value from a file or stdin")
	addStrict(flags, &f.strict)
}

// addStrict adds the flag of every verb that reads values.
func addStrict(flags *pflag.FlagSet, value *bool) {
	flags.BoolVar(value, "strict", false, "Treat warnings as errors")
}

// created is the request of a verb that creates: there is nothing to remove yet.
func (f *sourceFlags) created(arguments []string) (source.Request, error) {
	r, parsed, err := f.request(arguments)
	if err == nil && len(parsed.Remove) > 0 {
		err = usagef("KEY- removes a key, but create does not remove keys")
	}
	return r, err
}

// request reads the flags and what stands behind the name. Every fault is in the error.
func (f *sourceFlags) request(arguments []string) (source.Request, secrets.Arguments, error) {
	parsed, err := secrets.ParseArguments(arguments)
	faults := append([]error{err}, f.faults...)
	r := source.Request{Literals: parsed.Literals, Stdin: parsed.Stdin, EnvFiles: f.envFiles, DotenvFiles: f.dotenvFiles, Prefixes: f.prefixes}
	for _, text := range f.literals {
		e, err := secrets.ParseLiteral(text, secrets.Origin{Kind: secrets.Literal, Name: "--from-literal"})
		r.Literals, faults = append(r.Literals, e), append(faults, err)
	}
	for _, text := range f.files {
		s, err := secrets.ParseFileSource(text)
		r.Files, faults = append(r.Files, s), append(faults, err)
	}
	for _, text := range f.variables {
		v, err := secrets.ParseVariable(text)
		r.Variables, faults = append(r.Variables, v), append(faults, err)
	}
	for _, text := range f.generate {
		g, err := secrets.ParseGeneration(text)
		r.Generate, faults = append(r.Generate, g), append(faults, err)
	}
	for _, key := range f.prompts {
		r.Prompt, faults = append(r.Prompt, key), append(faults, secrets.ParsePrompt(key))
	}
	for _, prefix := range f.prefixes {
		faults = append(faults, secrets.ParsePrefix(prefix))
	}
	faults = append(faults, r.Validate(), contradiction(r.Literals, parsed.Remove))
	if err := errors.Join(faults...); err != nil {
		return source.Request{}, secrets.Arguments{}, usageError{err}
	}
	return r, parsed, nil
}

// contradiction finds a key that the command line itself gives twice, or gives and removes.
func contradiction(literals []secrets.Entry, remove []string) error {
	first := map[string]secrets.Origin{}
	for _, e := range literals {
		origin, twice := first[e.Key]
		switch {
		case e.Key == "": // has its own fault
		case twice:
			return &secrets.DuplicateError{Key: e.Key, First: origin, Second: e.Origin}
		case slices.Contains(remove, e.Key):
			return fmt.Errorf("%s is set and removed by the same command", e.Key)
		}
		first[e.Key] = e.Origin
	}
	return nil
}
