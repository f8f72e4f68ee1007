package cluster

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func unknownContext(name string, config api.Config) *Error {
	contexts := slices.Sorted(maps.Keys(config.Contexts))
	e := &Error{
		Reason: UnknownContext, Object: "context " + name,
		Message: fmt.Sprintf("no context %q in the kubeconfig", name),
		Next:    []string{"kubectl config get-contexts"},
	}
	return e.Suggest(name, contexts, "it has")
}

// Suggest completes an error about a wrong name: the nearest right one, or the first few there are.
func (e *Error) Suggest(name string, candidates []string, intro string) *Error {
	const shown = 8
	_ = e.SuggestNearest(name, candidates)
	switch {
	case e.Nearest != "":
	case len(candidates) > shown:
		e.Message += fmt.Sprintf("; %s %s and %d more", intro, Quoted(candidates[:shown]), len(candidates)-shown)
	case len(candidates) > 0:
		e.Message += fmt.Sprintf("; %s %s", intro, Quoted(candidates))
	}
	return e
}

// SuggestNearest is suggest for candidates that are too many, or too well known, to list.
func (e *Error) SuggestNearest(name string, candidates []string) *Error {
	if near := workload.Nearest(name, candidates); near != "" {
		e.Nearest = near
		e.Message += fmt.Sprintf("; did you mean %q?", near)
	}
	return e
}
