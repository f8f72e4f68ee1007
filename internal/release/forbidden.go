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

// unreadable is a resource that may not be read in a namespace.
type unreadable struct{ namespace, what string }

// forbiddenNews tells, once, what the watch was refused when it was needed. What the preflight has shown is
// not repeated.
func (f *follower) forbiddenNews() []rollout.Event {
	var refused []string
	for ref, observed := range f.snapshot {
		for _, what := range observed.Forbidden {
			spot := unreadable{ref.Namespace, what}
			if f.forbidden[spot] {
				continue
			}
			if f.forbidden == nil {
				f.forbidden = map[unreadable]bool{}
			}
			f.forbidden[spot] = true
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

// shownForbidden are what the warnings of a preflight name.
func shownForbidden(checks []preflight.Check) map[unreadable]bool {
	forbidden := map[unreadable]bool{}
	for _, c := range checks {
		if c.Check == preflight.CheckPermission && c.Level == preflight.Warn {
			forbidden[unreadable{c.Workload.Namespace, c.Object}] = true
		}
	}
	return forbidden
}
