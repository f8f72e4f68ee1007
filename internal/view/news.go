package view

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// news is what there is to say about one thing. It is said again only when it differs.
type news struct {
	about string
	lines []string
}

func say(about, text string) []news { return []news{{about: about, lines: []string{text}}} }

// news puts an event in words.
func (s *sheet) news(e *rollout.Event, f *Frame) []news {
	text := term.Clean(e.Message)
	s.now = e.Time
	switch e.Type {
	case rollout.EventFinding:
		if e.Finding != nil {
			return s.findingNews(e.Finding)
		}
	case rollout.EventCleared:
		if e.Finding != nil {
			return say(topicOf(e.Finding), s.Green(s.Glyphs.Good)+" "+layout.Join(": ", string(e.Finding.Cause)+" is over", text))
		}
	case rollout.EventProgress:
		if e.Counts != nil {
			return say("progress", countText(*e.Counts))
		}
	case rollout.EventComplete:
		if text == "" {
			return s.completeNews(e, f)
		}
	case rollout.EventApplied:
		text = layout.Join(": ", text, templateChange(e.Changes, true))
	case rollout.EventWarning:
		return say("warning "+text, s.Yellow("warning: ")+text)
	case rollout.EventRevision:
		text += formerNumber(e, f)
	case rollout.EventVerdict:
		outcome := e.Outcome
		if outcome == rollout.Succeeded && f.Release != nil {
			outcome = rollout.RolledBack
		}
		text = layout.Join(": ", s.outcomeWord(outcome, scaled(&f.State, e.Workload)), text)
	default: // the message says it all
	}
	if text == "" {
		text = strings.ToLower(string(e.Type))
	}
	return say(string(e.Type), text)
}

// completeNews announces the soak. Without one the verdict follows at once, and says it.
func (s *sheet) completeNews(e *rollout.Event, f *Frame) []news {
	soak := f.State.Policy.Soak
	if soak == 0 {
		return nil
	}
	text := "complete"
	for i := range f.State.Workloads {
		if w := &f.State.Workloads[i]; e.Workload != nil && w.Target.Ref == *e.Workload && len(w.Findings) > 0 {
			text = "complete for now" // pods have crashed, and may do so again
		}
	}
	return say(string(e.Type), text+"; soaking for "+clock(soak))
}

// formerNumber is that of what a rollback restores: a revision gets a new number when it comes into use again.
func formerNumber(e *rollout.Event, f *Frame) string {
	if f.Release == nil || e.Workload == nil {
		return ""
	}
	for i := range f.Release.Workloads {
		if w := &f.Release.Workloads[i]; w.Target.Ref == *e.Workload && w.RevisionFrom > 0 {
			return fmt.Sprintf(", which was revision %d", w.RevisionFrom)
		}
	}
	return ""
}

func (s *sheet) outcomeWord(o rollout.Outcome, scaled bool) string {
	if o == rollout.Succeeded || o == rollout.Unchanged {
		return s.Green(doneWord(scaled, o))
	}
	return s.Red(outcomeWords[o])
}

// findingNews is a line for the cause, and one for each line of its log.
func (s *sheet) findingNews(f *diagnosis.Finding) []news {
	paint, sign := s.grade(f.Grade)
	found := say(topicOf(f), layout.Join(": ", paint(sign+" "+string(f.Cause)), layout.Join(", ", podsWith(f), culprit(f), s.decides(f.Decides)), message(f)))
	logs := lastLogs(f, everything.logs)
	for i := range logs {
		logs[i] = "  " + s.Faint(term.Clean(f.Exemplar)+" "+s.Glyphs.Bar) + " " + logs[i]
	}
	if len(logs) == 0 {
		return found
	}
	return append(found, news{about: topicOf(f) + " log", lines: logs})
}

// podsWith names the exemplar, so that the log can be searched for it.
func podsWith(f *diagnosis.Finding) string {
	if f.Exemplar == "" || pods(f) == "" {
		return pods(f)
	}
	return layout.Join(" ", pods(f), "("+term.Clean(f.Exemplar)+")")
}

func topicOf(f *diagnosis.Finding) string { return string(f.Cause) + " " + f.Container }
