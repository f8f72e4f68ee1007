package app

import (
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
)

// State is what a workload is doing. The set is closed.
type State string

// The states, the sick ones first. Well: the rollout is complete, all pods are ready, and no rule finds anything wrong with
// them. Unknown: the object changed while it was read, or its pods may not be read.
const (
	Failing     State = "Failing"
	Unknown     State = "Unknown"
	Progressing State = "Progressing"
	Well        State = "Well"
)

// States are all of them, the sick ones first.
var States = []State{Failing, Unknown, Progressing, Well}

// Rank orders states: the sick ones first.
func (s State) Rank() int { return slices.Index(States, s) }

// StateOf is the state of a workload by the report on why it does not work: one rule for `why`, the page and the list.
func StateOf(r *chain.Report) State {
	switch r.State {
	case chain.Failing:
		return Failing
	case chain.Progressing:
		return Progressing
	case chain.Unknown:
	case chain.NothingFound:
		if !slices.ContainsFunc(r.NotSeen, func(n chain.NotSeen) bool { return n.Resource == "pods" }) {
			return Well
		}
	}
	return Unknown
}

// Summary is the state of a workload in one line.
type Summary struct {
	State State           `json:"state"`
	Cause diagnosis.Cause `json:"cause,omitempty"`
	// Since is since when the cause is there, if the cluster tells.
	Since *time.Time `json:"since,omitempty"`
	// Message says it in one line: the cause and how many pods show it, or how many are ready.
	Message string `json:"message"`
}

// Summarize is the summary of a report on why a workload does not work.
func Summarize(r *chain.Report) Summary {
	s := Summary{State: StateOf(r), Cause: r.Cause, Since: r.Since, Message: strings.TrimPrefix(r.Message, "nothing found: ")}
	if s.State == Unknown && r.State == chain.NothingFound {
		s.Message += " by its status; its pods may not be read"
	}
	return s
}
