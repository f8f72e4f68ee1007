package resolve

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// ArgumentError: the command line names its objects in a way that can't be understood.
type ArgumentError struct{ Message string }

func (e *ArgumentError) Error() string { return e.Message }

// Selection is how a command line names the workloads that it means, by kubectl's rules.
type Selection struct {
	// Args are TYPE/NAME…, or TYPE[,TYPE] NAME…, or TYPE[,TYPE] with LabelSelector or All.
	Args          []string
	LabelSelector string
	All           bool
	Filenames     []string
	Kustomize     string
	Recursive     bool
	// Local: read files only and never ask the server.
	Local bool
	// NoAll: the verb has no --all.
	NoAll bool
	// Single: the verb takes one object, and has no -l either.
	Single bool
	// AllOfType: a TYPE without a name means all of its objects in the namespace.
	AllOfType bool

	// Templates: kinds that only have a template are meant, too.
	Templates bool
	// Scales: all kinds with a number of replicas are meant, and no others.
	Scales bool

	// Verb is named by messages: "set image".
	Verb string
}

// named is one TYPE and NAME; an empty name means those that the selector matches.
type named struct{ kind, name string }

// FromFiles tells whether -f or -k names the objects.
func (s Selection) FromFiles() bool { return len(s.Filenames) > 0 || s.Kustomize != "" }

// EveryKind tells whether "all" names every kind that the verb works on.
func (s Selection) EveryKind() bool { return slices.Contains(s.Args, everyKind) }

// choices are the flags of the verb that choose objects.
func (s Selection) choices() string {
	if s.NoAll {
		return "-l"
	}
	return "-l or --all"
}

// Validate finds what can't be understood, before anything is read: an *ArgumentError.
func (s Selection) Validate() error {
	_, err := s.parse()
	return err
}

// parse follows k8s.io/cli-runtime/pkg/resource Builder.ResourceTypeOrNameArgs.
func (s Selection) parse() ([]named, error) {
	if err := s.conflicts(); err != nil {
		return nil, err
	}
	if s.FromFiles() {
		return nil, nil
	}
	for _, arg := range s.Args {
		if strings.Contains(arg, "=") || !redact.Quotable(arg) {
			return nil, &ArgumentError{"an object is named TYPE/NAME, and " + redact.Argument(arg) + " can't be one"}
		}
	}
	combined := 0
	for _, arg := range s.Args {
		if strings.Contains(arg, "/") {
			combined++
		}
	}
	switch {
	case combined == len(s.Args):
		return splitCombined(s.Args, s.byLabel())
	case combined > 0:
		return nil, mixed(s.Args)
	}
	kinds, names := strings.Split(s.Args[0], ","), s.Args[1:]
	if len(names) == 0 {
		if _, known := builtinKind(s.Args[0]); !known && s.Args[0] != everyKind && !s.byLabel() && !strings.ContainsAny(s.Args[0], ".,") {
			return nil, notTypeName(s.Args[0])
		}
		if !s.byLabel() && !s.AllOfType && s.Args[0] == everyKind {
			return nil, &ArgumentError{"all is every workload of the namespace: confirm that with --all, or choose with -l"}
		}
		if !s.byLabel() && s.Single {
			return nil, &ArgumentError{"no name: give " + s.Args[0] + "/NAME"}
		}
		if !s.byLabel() && !s.AllOfType {
			return nil, &ArgumentError{"no name: give " + s.Args[0] + "/NAME, or choose with " + s.choices()}
		}
		names = []string{""}
	} else if s.byLabel() {
		return nil, &ArgumentError{"a name can't be combined with -l or --all"}
	}
	var wanted []named
	for _, kind := range kinds {
		for _, name := range names {
			wanted = append(wanted, named{kind, name})
		}
	}
	return unique(wanted), nil
}

func notTypeName(arg string) error {
	if redact.Argument(arg) != arg {
		return &ArgumentError{"argument 1 is not TYPE/NAME, such as deployment/web"}
	}
	return &ArgumentError{arg + " is not TYPE/NAME; did you mean deployment/" + arg + "?"}
}

func (s Selection) byLabel() bool { return s.LabelSelector != "" || s.All }

func (s Selection) conflicts() error {
	switch {
	case s.All && s.LabelSelector != "":
		return &ArgumentError{"--all and --selector can't be used together"}
	case len(s.Filenames) > 0 && s.Kustomize != "":
		return &ArgumentError{"-f and -k can't be used together"}
	case s.Kustomize != "" && s.Recursive:
		return &ArgumentError{"-R goes with -f, not with -k"}
	case s.FromFiles() && len(s.Args) > 0:
		return &ArgumentError{"objects are named by -f or -k, or by TYPE/NAME: not both"}
	case s.Local && !s.FromFiles():
		return &ArgumentError{"--local reads files: name them with -f or -k"}
	case !s.FromFiles() && len(s.Args) == 0:
		return &ArgumentError{"no workload: give TYPE/NAME, for example deployment/web, or a file with -f"}
	}
	if _, err := labels.Parse(s.LabelSelector); err != nil {
		return &ArgumentError{"the selector can't be parsed: " + err.Error()}
	}
	return nil
}

// mixed names the first argument that is no TYPE/NAME beside one that is.
func mixed(args []string) error {
	i := slices.IndexFunc(args, func(arg string) bool { return !strings.Contains(arg, "/") })
	j := slices.IndexFunc(args, func(arg string) bool { return strings.Contains(arg, "/") })
	shown := func(i int) string {
		return strings.Trim(redact.ArgumentOr(args[i], fmt.Sprintf("argument %d", i+1)), `"`)
	}
	return &ArgumentError{shown(i) + " is not TYPE/NAME, and " + shown(j) + " is: name each object as TYPE/NAME, or give TYPE once and then names"}
}

func splitCombined(args []string, byLabel bool) ([]named, error) {
	if byLabel {
		return nil, &ArgumentError{"a name can't be combined with -l or --all"}
	}
	wanted := make([]named, 0, len(args))
	for i, arg := range args {
		kind, name, _ := strings.Cut(arg, "/")
		if kind == "" || name == "" || strings.Contains(name, "/") {
			return nil, &ArgumentError{"objects are named TYPE/NAME, and " + redact.ArgumentOr(arg, fmt.Sprintf("argument %d", i+1)) + " is not"}
		}
		wanted = append(wanted, named{kind, name})
	}
	return unique(wanted), nil
}

// unique drops repetitions: one object is changed once.
func unique[T comparable](wanted []T) []T {
	seen := make(map[T]bool, len(wanted))
	return slices.DeleteFunc(wanted, func(w T) bool {
		again := seen[w]
		seen[w] = true
		return again
	})
}
