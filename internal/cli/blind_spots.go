package cli

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// unseenWords say what a verdict lacks without what may not be read.
var unseenWords = map[string]string{
	"events": "causes that only events tell are not seen",
	"logs":   "what crashed containers wrote is not shown",
	"pods":   "causes are not seen, and only the deadline decides",
}

// blindSpots tells, once, what the watch was refused when it was needed.
func (f *follower) blindSpots() []rollout.Event {
	var refused []string
	for ref, observed := range f.snapshot {
		for _, what := range observed.Blind {
			message := fmt.Sprintf("no permission to read %s", what)
			if ref.Namespace != "" {
				message += fmt.Sprintf(" in namespace %q", ref.Namespace)
			}
			if message += ": " + unseenWords[what]; !f.unseen[message] {
				refused = append(refused, message)
				if f.unseen == nil {
					f.unseen = map[string]bool{}
				}
				f.unseen[message] = true
			}
		}
	}
	slices.Sort(refused)
	var news []rollout.Event
	for _, message := range refused {
		news = append(news, f.warning(message))
	}
	return news
}
