package cli

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/resolve"
)

// selectionFlags name the workloads that a verb means, as kubectl's do.
type selectionFlags struct {
	filenames []string
	kustomize string
	recursive bool
	selector  string
	all       bool
	local     bool
}

func (f *selectionFlags) add(flags *pflag.FlagSet) {
	f.addFiles(flags)
	flags.StringVarP(&f.selector, "selector", "l", "", "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.(e.g. -l key1=value1,key2=value2,key3 in (value3)). Matching objects must satisfy all of the specified label constraints.")
}

// addFiles gives those that name files.
func (f *selectionFlags) addFiles(flags *pflag.FlagSet) {
	flags.StringSliceVarP(&f.filenames, "filename", "f", nil, "Filename, directory, or URL to files identifying the resource to get from a server.")
	flags.StringVarP(&f.kustomize, "kustomize", "k", "", "Process the kustomization directory. This flag can't be used together with -f or -R.")
	flags.BoolVarP(&f.recursive, "recursive", "R", false, "Process the directory used in -f, --filename recursively. Useful when you want to manage related manifests organized within the same directory.")
}

// addAll gives those that only a change has.
func (f *selectionFlags) addAll(flags *pflag.FlagSet, verb string) {
	f.add(flags)
	flags.BoolVar(&f.all, "all", false, "Select all resources, in the namespace of the specified resource types")
	flags.BoolVar(&f.local, "local", false, "If true, "+verb+" will NOT contact api-server but run locally.")
}

// selection joins the flags with the arguments.
func (f *selectionFlags) selection(args []string, verb string) resolve.Selection {
	return resolve.Selection{
		Args: args, LabelSelector: f.selector, All: f.all,
		Filenames: f.filenames, Kustomize: f.kustomize, Recursive: f.recursive, Local: f.local,
		Verb: verb,
	}
}

// typed gives the arguments as they could be typed again, with the flags that choose the workloads.
func (f *selectionFlags) typed(args []string) []string {
	words := make([]string, 0, len(args)+2)
	for _, a := range args {
		words = append(words, shellWord(a))
	}
	for _, name := range f.filenames {
		words = append(words, "-f", shellWord(name))
	}
	if f.kustomize != "" {
		words = append(words, "-k", shellWord(f.kustomize))
	}
	if f.recursive {
		words = append(words, "-R")
	}
	if f.selector != "" {
		words = append(words, "-l", shellWord(f.selector))
	}
	if f.all {
		words = append(words, "--all")
	}
	return words
}

// shellWord quotes what a shell would not leave as it is.
func shellWord(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n*?[]{}()<>|&;!$`'\"\\#~") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
