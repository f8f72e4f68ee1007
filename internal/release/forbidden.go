package release

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// unseenWords say what a verdict lacks without what may not be read.
var unseenWords = map[string]string{
	"events": "causes that only events show can't be found",
	"logs":   "the logs of crashed containers can't be shown",
	"pods":   "no cause can be found, and only the deadline decides",

	"persistentvolumeclaims": "it is not known whether a claim is bound",
}

// blindSpot is a resource that may not be read in a namespace.
type blindSpot struct{ namespace, what string }

// blindSpots tells, once, what the watch was refused when it was needed. What the preflight has told
// is told.
func (f *follower) blindSpots() []rollout.Event {
	var refused []string
	for ref, observed := range f.snapshot {
		for _, what := range observed.Forbidden {
			spot := blindSpot{ref.Namespace, what}
			if f.told[spot] {
				continue
			}
			if f.told == nil {
				f.told = map[blindSpot]bool{}
			}
			f.told[spot] = true
			message := "no permission to read " + what
			if ref.Namespace != "" {
				message += fmt.Sprintf(" in namespace %q", ref.Namespace)
			}
			refused = append(refused, message+": "+unseenWords[what])
		}
	}
	slices.Sort(refused)
	var news []rollout.Event
	for _, message := range refused {
		news = append(news, f.warning(message))
	}
	return news
}

// toldBy are the blind spots that the warnings of a preflight name.
func toldBy(checks []preflight.Check) map[blindSpot]bool {
	told := map[blindSpot]bool{}
	for _, c := range checks {
		if c.Check == preflight.CheckPermission && c.Level == preflight.Warn {
			told[blindSpot{c.Workload.Namespace, c.Object}] = true
		}
	}
	return told
}
