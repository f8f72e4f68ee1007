package page

import (
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
)

// Why writes a report: the state, the chain from the deepest cause to the object, what else is true, what was not seen, and
// the next commands.
func Why(out *term.Output, r chain.Report) error {
	s := newSheet(out)
	s.Wrap = true
	paint, sign := s.whyState(r.State)
	s.Flow("", "  ", s.Bold(layout.Name(r.Object)), paint(stateName[r.State]), term.Clean(r.Message))
	lead := paint(sign) + " "
	if len(r.Chain) > 0 {
		s.Add("")
	}
	for _, step := range r.Chain {
		s.step(lead, step, r.Object.Namespace)
		lead = s.Faint("so") + " "
	}
	s.doors(r.Doors)
	s.whyNotes(r)
	if len(r.Next) > 0 {
		s.Add("")
	}
	s.tagged(r.Next)
	return layout.WriteLines(out, s.Lines)
}

var stateName = map[chain.State]string{
	chain.Failing: "failing", chain.Progressing: "progressing", chain.NothingFound: "", chain.Unknown: "unknown",
}

func (s *sheet) whyState(state chain.State) (paint func(string) string, sign string) {
	if state == chain.Failing {
		return s.Red, s.Glyphs.Bad
	}
	return s.Yellow, s.Glyphs.Wait
}

// step is one object of the chain: what is true of it and where that stands, then the evidence. One in another namespace, as
// what has pods on a node, is named with it.
func (s *sheet) step(lead string, step chain.Step, namespace string) {
	name := s.Bold(layout.Name(step.Object))
	if of := step.Object.Namespace; of != "" && of != namespace {
		name += " in " + term.Clean(of)
	}
	s.Flow(lead, "    ", name, string(step.Cause), term.Clean(step.Says), s.Faint(term.Clean(step.Field)))
	rule := func() string { return "    " + s.Faint(s.Glyphs.Bar) + " " }
	text := strings.TrimSpace(term.Clean(step.Message))
	said := false
	for _, l := range step.Logs {
		said = said || strings.TrimSpace(term.Clean(l)) == text
	}
	if text != "" && !said {
		s.Wrapped(rule, text, maxMessageLines)
	}
	for _, l := range step.Logs {
		if l = strings.TrimRight(term.Clean(l), " "); l != "" {
			s.Wrapped(rule, l, maxMessageLines)
		}
	}
}

// doors is a table of what each door on the way to an app answers.
func (s *sheet) doors(all []chain.Door) {
	if len(all) == 0 {
		return
	}
	names := map[string]string{"loopback": "inside the pod", "pod": "pod", "service": "service", "nodePort": "node port", "loadBalancer": "load balancer", "route": "route"}
	var rows [][]layout.Cell
	for _, d := range all {
		paint := s.Green
		switch {
		case d.Result == "NotAsked" || d.Result == "Forbidden":
			paint = s.Faint
		case d.Result != "Open" && (d.Result != "Answered" || d.Status >= 400):
			paint = s.Red
		}
		rows = append(rows, []layout.Cell{{Text: names[d.Door]}, {Text: term.Clean(d.Address)}, {Text: term.Clean(d.Says), Paint: paint}})
	}
	s.Add("")
	if header := []string{"DOOR", "ADDRESS", "ANSWER"}; s.Whole(header, rows) {
		s.Table(header, rows)
		return
	}
	for _, row := range rows {
		s.Flow("  ", "    ", row[0].Text, row[1].Text, row[2].Paint(row[2].Text))
	}
}

// maxMessageLines is how many lines one text may take.
const maxMessageLines = 6

// whyNotes adds what is no part of the chain.
func (s *sheet) whyNotes(r chain.Report) {
	type note struct{ title, text string }
	notes := []note{
		{"also: ", strings.Join(r.Also, "; ")},
		{"no permission to read: ", unread(r.NotSeen)},
	}
	for _, text := range r.Notes {
		notes = append(notes, note{"note: ", text})
	}
	notes = append(notes, note{"", changes(r.Changes, r.Time)})
	first := true
	for _, n := range notes {
		if n.text == "" {
			continue
		}
		if first {
			s.Add("")
			first = false
		}
		s.Wrapped(func() string { return "" }, n.title+term.Clean(n.text), maxMessageLines)
	}
}

// changes says what has happened since an earlier report.
func changes(c *chain.Changes, now time.Time) string {
	if c == nil {
		return ""
	}
	parts := []string{}
	for _, group := range []struct {
		title string
		pods  []string
	}{{"newly sick", c.Sick}, {"healed", c.Healed}, {"killed and recovered", c.Recovered}, {"gone", c.Gone}} {
		if len(group.pods) > 0 {
			parts = append(parts, group.title+": "+strings.Join(group.pods, ", "))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no pod has changed"}
	}
	was := layout.Join(", ", stateName[c.From], string(c.Cause))
	if c.From == chain.NothingFound {
		was = "nothing found"
	}
	return "since " + age(c.Since, now) + " ago (" + was + "): " + strings.Join(parts, "; ")
}

// tagged adds commands with what each can do.
func (s *sheet) tagged(commands []chain.Command) {
	paints := map[chain.Risk]func(string) string{chain.Look: s.Faint, chain.Safe: s.Green, chain.Risky: s.Yellow}
	for _, c := range commands {
		lead := "  " + paints[c.Risk](term.Pad(string(c.Risk), 6))
		for _, line := range s.Continued(term.Clean(c.Command)) {
			s.Lines = append(s.Lines, lead+line)
			lead = "        "
		}
	}
}
