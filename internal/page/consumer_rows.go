package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// roomy is where there is room for all that is known of a use.
const roomy = 120

// consumers has a row for each consumer, way and container.
func (s *sheet) consumers(all []consumers.Consumer, nobody string, terminal bool) {
	s.Add("")
	if len(all) == 0 {
		s.Add("Used by " + nobody)
		return
	}
	var rows [][]layout.Cell
	for _, c := range all {
		for i, g := range grouped(c.Uses) {
			row := []layout.Cell{{Text: layout.Name(c.Ref), Paint: s.Bold}, {Text: stateText(c), Paint: s.statePaint(c.State)}}
			if s.narrow() {
				if i == 0 {
					rows = append(rows, row)
				}
				rows = append(rows, []layout.Cell{{Text: howWords[g.how] + layout.Gap + g.keysText()}})
				continue
			}
			if i > 0 && terminal { // said in the row above
				row = []layout.Cell{{}, {}}
			}
			rows = append(rows, append(row, layout.Cell{Text: howWords[g.how]}, layout.Cell{Text: g.keysText()}, layout.Cell{Text: dashed(g.containers)}, layout.Cell{Text: dashed(g.places)}))
		}
	}
	header := []string{"CONSUMER", "STATE", "HOW", "KEYS", "CONTAINER", "AS"}
	switch {
	case s.narrow(): // who, and how they stand; how they use it is below
		header = header[:2]
	case s.Width > 0 && s.Width < roomy:
		header, rows = firstColumns(4, header, rows)
	}
	s.Table(header, rows)
}

// firstColumns keeps the first n.
func firstColumns(n int, header []string, rows [][]layout.Cell) ([]string, [][]layout.Cell) {
	for i := range rows {
		rows[i] = rows[i][:n]
	}
	return header[:n], rows
}

// group is uses of one way in one container.
type group struct {
	how                      consumers.How
	container                string
	every                    bool // key
	keys, containers, places []string
}

func grouped(uses []consumers.Use) []group {
	var groups []group
	for _, u := range uses {
		i := slices.IndexFunc(groups, func(g group) bool { return g.how == u.How && g.container == u.Container })
		if i < 0 {
			i, groups = len(groups), append(groups, group{how: u.How, container: u.Container})
		}
		g := &groups[i]
		g.every = g.every || u.Key == ""
		g.keys, g.containers, g.places = appendNew(g.keys, u.Key), appendNew(g.containers, u.Container), appendNew(g.places, place(u))
	}
	return groups
}

func appendNew(words []string, word string) []string {
	if word == "" || slices.Contains(words, word) {
		return words
	}
	return append(words, word)
}

func (g group) keysText() string {
	if g.every {
		return "<all>"
	}
	return names(g.keys)
}

func dashed(words []string) string {
	if len(words) == 0 {
		return "-"
	}
	return names(words)
}

// place is where a consumer finds what it uses: a variable, a file, an account.
func place(u consumers.Use) string {
	words := []string{}
	switch {
	case u.Variable != "":
		words = append(words, "$"+u.Variable)
	case u.How == consumers.HowEnvFrom:
		words = append(words, "$"+u.Prefix+"*")
	case u.MountPath != "":
		words = append(words, u.MountPath)
	case u.Volume != "":
		words = append(words, "volume "+u.Volume+", not mounted")
	case u.ServiceAccount != "":
		words = append(words, "serviceaccount/"+u.ServiceAccount)
	}
	if u.PodsOnly {
		words = append(words, "(running pods only)")
	}
	return strings.Join(words, " ")
}

// stateText is a state, with the pods that make it one.
func stateText(c consumers.Consumer) string {
	if c.State == consumers.StateStale {
		return fmt.Sprintf("%d of %d %s", c.StalePods, c.Pods, stateWords[c.State])
	}
	return stateWords[c.State]
}

var howWords = map[consumers.How]string{
	consumers.HowEnv: "env", consumers.HowEnvFrom: "envFrom", consumers.HowVolume: "volume", consumers.HowProjected: "projected",
	consumers.HowSubPath: "subPath", consumers.HowPullSecret: "imagePullSecrets", consumers.HowIngressTLS: "tls", consumers.HowAccount: "secrets",
}

var stateWords = map[consumers.State]string{
	consumers.StateMissing: "missing key", consumers.StateStale: "stale", consumers.StateUnknown: "unknown",
	consumers.StateInPlace: "in place", consumers.StateCurrent: "current", consumers.StateNoPods: "no pods",
}

func (s *sheet) statePaint(state consumers.State) func(string) string {
	switch state {
	case consumers.StateMissing:
		return s.Red
	case consumers.StateStale:
		return s.Yellow
	case consumers.StateCurrent:
		return s.Green
	case consumers.StateInPlace:
		return s.Cyan
	}
	return s.Faint
}

// stateMeanings explain what asks for something; once for each state, however many consumers there are.
var stateMeanings = []struct {
	state consumers.State
	text  string
}{
	{consumers.StateMissing, "new containers fail, or start without it where it is optional"},
	{consumers.StateStale, "pods read it before the last change, and read it only when they start"},
	{consumers.StateInPlace, "mounted files are updated within about a minute after a change; the app may have to read them again"},
	{consumers.StateUnknown, "it is not known whether it is older than the last change"},
}

func (s *sheet) states(all []consumers.Consumer) {
	first := true
	for _, m := range stateMeanings {
		if !slices.ContainsFunc(all, func(c consumers.Consumer) bool { return c.State == m.state }) {
			continue
		}
		if first {
			s.Add("")
		}
		first = false
		s.Wrapped(func() string { return "  " }, s.statePaint(m.state)(stateWords[m.state])+": "+m.text, 4)
	}
}
