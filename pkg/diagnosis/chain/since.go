package chain

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Changes are what happened between two reports on one object.
type Changes struct {
	// Since is the time of the earlier report, From what it had come to.
	Since time.Time       `json:"since"`
	From  State           `json:"from"`
	Cause diagnosis.Cause `json:"cause,omitempty"`
	// Sick pods were well before, or are new. Healed ones are ready now. Recovered ones were restarted meanwhile and are
	// ready. Gone ones were not well, and are no more.
	Sick      []string `json:"sick,omitempty"`
	Healed    []string `json:"healed,omitempty"`
	Recovered []string `json:"recovered,omitempty"`
	Gone      []string `json:"gone,omitempty"`
}

// Compare fills in what has changed since an earlier report on the same object.
func (r *Report) Compare(earlier *Report) {
	c := &Changes{Since: earlier.Time, From: earlier.State, Cause: earlier.Cause}
	before, now := byUID(earlier.Pods), byUID(r.Pods)
	for _, p := range r.Pods {
		was, listed := before[p.UID]
		switch wasSick := listed && was.sick(); {
		case p.sick() && !wasSick:
			c.Sick = append(c.Sick, name(p))
		case !p.sick() && wasSick:
			c.Healed = append(c.Healed, name(p))
		case !p.sick() && p.Restarts > was.Restarts:
			c.Recovered = append(c.Recovered, name(p))
		}
	}
	for _, was := range earlier.Pods {
		_, listed := now[was.UID]
		switch {
		case listed || !was.sick():
		case r.there[was.UID]:
			c.Healed = append(c.Healed, name(was))
		default:
			c.Gone = append(c.Gone, name(was))
		}
	}
	r.Changes = c
}

func (p *PodReport) sick() bool { return !p.Ready || p.Cause != "" }

func byUID(all []PodReport) map[string]PodReport {
	index := make(map[string]PodReport, len(all))
	for _, p := range all {
		index[p.UID] = p
	}
	return index
}

func name(p PodReport) string {
	return lowerRef(workload.Ref{Kind: kindPod, Name: p.Name})
}
