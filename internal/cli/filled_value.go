package cli

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// filledValue is a list that takes no empty element: what an unset variable of the shell leaves must not
// be taken for a command line without the flag, nor for a prefix of every name.
type filledValue struct {
	pflag.Value
	list  pflag.SliceValue
	fault func(problem string)
}

// Set keeps the faults for later: pflag would show the whole argument, which may be a value.
func (v filledValue) Set(text string) error {
	before := len(v.list.GetSlice())
	err := v.Value.Set(text)
	given := v.list.GetSlice()
	switch {
	case err != nil:
		v.fault("it takes a comma-separated list, and one quote is not closed")
	case len(given) == before || slices.Contains(given, ""):
		v.fault("a value is empty; is the shell variable set?")
	}
	return nil
}

func (f *sourceFlags) refuseEmpty(flag *pflag.Flag) {
	list, _ := flag.Value.(pflag.SliceValue)
	flag.Value = filledValue{flag.Value, list, func(problem string) {
		f.faults = append(f.faults, &secrets.MalformedError{Origin: secrets.Origin{Kind: secrets.Literal, Name: "--" + flag.Name}, Problem: problem})
	}}
	flag.DefValue = "" // pflag shows the default of a type that it does not know
}
