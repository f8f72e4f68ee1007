package page

import (
	"fmt"
	"strconv"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Fields writes to t.Err what changed of an object, a line for each field.
func Fields(t *term.Terminal, ref workload.Ref, changes []expose.Change) error {
	s := newSheet(t.Err)
	for _, c := range changes {
		lead := s.Bold(layout.Name(ref)) + "  " + c.Field + " "
		switch from, to := term.Clean(c.From), term.Clean(c.To); {
		case from == "":
			s.Add(lead + s.Green("+ "+to))
		case to == "":
			s.Add(lead + s.Red("- "+from))
		default:
			s.Add(lead + from + " -> " + to)
		}
	}
	return layout.WriteLines(t.Err, s.Lines)
}

// Step writes to t.Err a line of progress: the time since the start, the object, the news.
func Step(t *term.Terminal, since time.Duration, ref workload.Ref, text string) error {
	s := newSheet(t.Err)
	seconds := int(max(since, 0) / time.Second)
	s.Lines = append(s.Lines, fmt.Sprintf("%2d:%02d  %s  %s", seconds/60, seconds%60, s.Bold(layout.Name(ref)), term.Clean(text)))
	return layout.WriteLines(t.Err, s.Lines)
}

var viaText = map[expose.Via]string{
	expose.ViaCluster: "in the cluster", expose.ViaNode: "node", expose.ViaLoadBalancer: "load balancer",
	expose.ViaExternalIP: "external IP", expose.ViaIngress: "ingress",
}

// Ways writes to t.Err the addresses under which an app can be reached.
func Ways(t *term.Terminal, headline string, ways []expose.Way) error {
	s := newSheet(t.Err)
	s.Sentences(term.Clean(headline))
	width := 0
	for _, w := range ways {
		width = max(width, len(viaText[w.Via]))
	}
	for _, w := range ways {
		address := w.URL
		if address == "" {
			address = w.Address
		}
		if w.Protocol != "" {
			address += "/" + string(w.Protocol)
		}
		line := "  " + s.Faint(term.Pad(viaText[w.Via], width)) + "  " + term.Clean(address)
		if w.Port != "" {
			line += "  " + s.Faint("("+term.Clean(w.Port)+")")
		}
		s.Lines = append(s.Lines, line) // not cut: it is copied
	}
	return layout.WriteLines(t.Err, s.Lines)
}

// WayList writes a table of every way into a namespace.
func WayList(out *term.Output, entries []expose.Entry) error {
	s := newSheet(out)
	rows := make([][]layout.Cell, 0, len(entries))
	for _, e := range entries {
		address := e.Way.URL
		if address == "" {
			address = e.Way.Address
		}
		ready, paint := "", s.Green
		if e.Ready != nil {
			if ready = strconv.Itoa(*e.Ready); *e.Ready == 0 {
				paint = s.Red
			}
		}
		rows = append(rows, []layout.Cell{
			{Text: layout.Name(e.Object), Paint: s.Bold},
			{Text: viaText[e.Way.Via]},
			{Text: term.Clean(address)},
			{Text: term.Clean(e.To)},
			{Text: ready, Paint: paint},
			{Text: term.Clean(e.Problem), Paint: s.Red},
		})
	}
	header := []string{"NAME", "FROM", "ADDRESS", "TO", "READY", "PROBLEM"}
	if s.Whole(header, rows) {
		s.Table(header, rows)
		return layout.WriteLines(out, s.Lines)
	}
	for _, row := range rows {
		s.stackedWay(row[0], row[1], row[2], row[3], row[4], row[5])
	}
	return layout.WriteLines(out, s.Lines)
}

// stackedWay is a way on a narrow terminal: the address has a line of its own, since it is copied, and so has the problem.
func (s *sheet) stackedWay(name, from, address, to, ready, problem layout.Cell) {
	paint := func(c layout.Cell, text string) string {
		if c.Text == "" || c.Paint == nil {
			return text
		}
		return c.Paint(text)
	}
	if ready.Text != "" {
		ready.Text += " ready"
	}
	if to.Text != "" {
		to.Text = "to " + to.Text
	}
	s.Flow("", "    ", paint(name, name.Text), from.Text, to.Text, paint(ready, ready.Text))
	if address.Text != "" {
		s.Lines = append(s.Lines, "    "+address.Text)
	}
	if problem.Text != "" {
		s.Wrapped(indents("    "), problem.Text, mostNamed)
	}
}
