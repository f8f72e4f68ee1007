package page

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Autoscaler writes what explains one autoscaler.
func Autoscaler(out *term.Output, r autoscale.Report) error {
	s := newSheet(out)
	s.Wrap = true
	s.Flow("", "  ", s.Bold(layout.Name(r.Object)), s.autoscalerState(r.State), term.Clean(r.Message))
	if u := r.Uncomputed; u != nil && u.Cause == autoscale.TargetMissing {
		s.Flow("  ", "  ", layout.Name(r.Target), "not there", fmt.Sprintf("between %d and %d", r.Min, r.Max))
		s.Next(r.Next)
		return layout.WriteLines(out, s.Lines)
	}
	s.Flow("  ", "  ", layout.Name(r.Target), workload.Plural(int(r.Replicas), "replica", "replicas"), fmt.Sprintf("%d running", r.Running), fmt.Sprintf("between %d and %d", r.Min, r.Max))
	if c := r.Computed; c != nil {
		for _, p := range c.Proposals {
			s.proposal(p, r.Replicas)
		}
	}
	off := r.State == autoscale.Off || r.Computed != nil && r.Computed.Off // the status may be older than that
	if !off && (r.Computed == nil || len(r.Computed.Proposals) == 0) {
		s.Flow("  ", "  ", "the status says: "+term.Clean(r.Status))
	}
	if r.Delay != "" {
		s.Add("  the first change comes within " + r.Delay + ", if the metrics stay as they are")
	}
	for _, n := range r.Notes {
		s.Add("note: " + term.Clean(n))
	}
	s.Next(r.Next)
	return layout.WriteLines(out, s.Lines)
}

// proposal adds a metric: its value beside the target, the ratio, and the number.
func (s *sheet) proposal(p autoscale.Proposal, now int32) {
	name := s.Bold(term.Clean(p.Metric))
	if p.Error != "" {
		s.Flow("  ", "    ", name, "target "+p.Target, s.Red("no value"), term.Clean(p.Error))
		return
	}
	ratio := fmt.Sprintf("ratio %.2f", p.Ratio)
	if p.Counted != p.Ratio {
		ratio += fmt.Sprintf(", %.2f with the pods that are left out", p.Counted)
	}
	number := fmt.Sprintf("wants %d", p.Replicas)
	if p.Kept != "" {
		number = fmt.Sprintf("keeps %d: %s", now, p.Kept)
	}
	s.Flow("  ", "    ", name, fmt.Sprintf("%s, target %s", term.Clean(p.Value), p.Target), ratio, number)
	why := map[string][]string{}
	var order []string
	for _, l := range p.Left {
		if why[l.Why] == nil {
			order = append(order, l.Why)
		}
		why[l.Why] = append(why[l.Why], term.Clean(l.Pod))
	}
	for _, w := range order {
		pods := why[w]
		text := strings.Join(pods[:min(len(pods), mostLeftOut)], ", ")
		if more := len(pods) - mostLeftOut; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		s.Add("    left out: " + text + " (" + w + ")")
	}
}

// mostLeftOut is how many pods are named that are left out for one reason.
const mostLeftOut = 5

func (s *sheet) autoscalerState(state autoscale.State) string {
	switch state {
	case autoscale.NoNumber:
		return s.Red(state.Text())
	case autoscale.Steady:
		return s.Green(state.Text())
	}
	return s.Yellow(state.Text())
}

// Autoscalers writes a line for each autoscaler.
func Autoscalers(out *term.Output, l autoscale.List) error {
	s := newSheet(out)
	rows := make([][]layout.Cell, 0, len(l.Items))
	for _, r := range l.Items {
		rows = append(rows, []layout.Cell{
			{Text: r.Object.Name},
			{Text: layout.Name(r.Target)},
			{Text: fmt.Sprintf("%d..%d", r.Min, r.Max)},
			{Text: fmt.Sprint(r.Replicas)},
			{Text: r.State.Text(), Paint: s.autoscalerPaint(r.State)},
			{Text: term.Clean(summaryOf(r))},
		})
	}
	header := []string{"NAME", "TARGET", "BOUNDS", "NOW", "STATE", "WHY"}
	if s.Fits(header, rows, 5) {
		s.Table(header, rows, 5)
		return layout.WriteLines(out, s.Lines)
	}
	for i, r := range l.Items { // on a narrow terminal
		state := r.State.Text()
		if paint := s.autoscalerPaint(r.State); paint != nil {
			state = paint(state)
		}
		s.Flow("", "    ", s.Bold(r.Object.Name), state, fmt.Sprintf("%d in %d..%d", r.Replicas, r.Min, r.Max))
		s.Wrapped(indents("    "), rows[i][1].Text+"  "+rows[i][5].Text, mostNamed)
	}
	return layout.WriteLines(out, s.Lines)
}

func (s *sheet) autoscalerPaint(state autoscale.State) func(string) string {
	switch state {
	case autoscale.NoNumber:
		return s.Red
	case autoscale.Steady, autoscale.Off:
		return nil
	}
	return s.Yellow
}

// summaryOf is what a line says of an autoscaler: its metrics or, where something is wrong, that.
func summaryOf(r autoscale.Report) string {
	if r.State == autoscale.Steady || r.State == autoscale.Scaling {
		return r.Status
	}
	return r.Message
}
