package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// detail is how much of the evidence there is room for.
type detail struct {
	findings, messageLines, logs int
	// unsigned: the line above bears the sign already.
	unsigned bool
}

// everything is for a log, which has no edges.
var everything = detail{findings: 100, messageLines: 20, logs: 100}

// pods says how many of how many; nothing where the cause is not about pods.
func pods(f *diagnosis.Finding) string {
	if f.Of > 0 {
		one, many := "new pod", "new pods"
		if f.AllPods {
			one, many = "pod", "pods"
		}
		return fmt.Sprintf("%d of %s", f.Pods, workload.Plural(f.Of, one, many))
	}
	switch f.Cause {
	case diagnosis.QuotaExceeded, diagnosis.AdmissionDenied, diagnosis.WebhookUnavailable, diagnosis.ServiceAccountMissing:
		return "no pod could be created"
	default:
		return ""
	}
}

// culprit is the container and what became of it.
func culprit(f *diagnosis.Finding) string {
	if f.Container == "" {
		return ""
	}
	text := "container " + term.Clean(f.Container)
	if f.ExitCode != nil {
		text += fmt.Sprintf(" exited %d", *f.ExitCode)
	}
	if f.Restarts > 0 {
		text += ", " + workload.Plural(int(f.Restarts), "restart", "restarts")
	}
	return text
}

// message is the cluster's own words, unless a log line or the culprit says the same.
func message(f *diagnosis.Finding) string {
	text := strings.TrimSpace(term.Clean(f.Message))
	said := slices.ContainsFunc(f.Logs, func(l string) bool { return strings.TrimSpace(term.Clean(l)) == text })
	if said || onlyExitCode(text, f) {
		return ""
	}
	return text
}

// onlyExitCode: the text is the likes of "Error, exit code 1".
func onlyExitCode(text string, f *diagnosis.Finding) bool {
	if f.Container == "" || f.ExitCode == nil {
		return false
	}
	reason, ends := strings.CutSuffix(text, fmt.Sprintf("exit code %d", *f.ExitCode))
	return ends && !strings.Contains(strings.TrimSpace(reason), " ")
}

// lastLogs are the last n log lines that say anything.
func lastLogs(f *diagnosis.Finding, n int) []string {
	var lines []string
	for _, l := range f.Logs {
		if l = strings.TrimRight(term.Clean(l), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return lines[max(len(lines)-n, 0):]
}

// finding adds one cause with its evidence, after indent.
func (s *sheet) finding(indent string, f *diagnosis.Finding, d detail) {
	paint, sign := s.grade(f.Grade)
	if d.unsigned {
		sign = " "
	}
	s.Flow(indent+paint(sign)+" ", indent+"  ", s.Bold(paint(string(f.Cause))), pods(f), culprit(f), s.Faint(s.decides(f.Decides)))
	s.evidence(indent+"    ", f, d)
}

// grade is the look of a cause: the waiting ones are normal for a while.
func (s *sheet) grade(g diagnosis.Grade) (paint func(string) string, sign string) {
	if g == diagnosis.Waiting {
		return s.Yellow, s.Glyphs.Wait
	}
	return s.Red, s.Glyphs.Bad
}

// evidence names the exemplar before its first line, or above it where there is little room.
func (s *sheet) evidence(indent string, f *diagnosis.Finding, d detail) {
	text, logs := message(f), lastLogs(f, d.logs)
	if d.logs == 1 && len(logs) > 0 {
		text = "" // what the program said tells more than what was said about it
	}
	who := term.Clean(f.Exemplar)
	if text == "" && len(logs) == 0 {
		if who != "" {
			s.Add(indent + s.Faint(who))
		}
		return
	}
	if who != "" && s.Width > 0 && term.Width(indent+who)+len(layout.Gap) > s.Width/2 {
		s.Add(indent + s.Faint(who))
		who = ""
	}
	if who != "" {
		who += " "
	}
	rule := func() string {
		r := indent + s.Faint(who+s.Glyphs.Bar+" ")
		who = strings.Repeat(" ", term.Width(who))
		return r
	}
	if text != "" {
		s.Wrapped(rule, text, d.messageLines)
	}
	for i, l := range logs {
		most := d.messageLines
		if i < len(logs)-1 && d != everything { // the last words matter most
			most = 1
		}
		s.Wrapped(rule, l, most)
	}
}

// findings adds the causes of one workload, the decisive one first.
func (s *sheet) findings(indent string, all []diagnosis.Finding, d detail) {
	shown := min(len(all), d.findings)
	for i := range all[:shown] {
		s.finding(indent, &all[i], d)
	}
	if rest := len(all) - shown; rest > 0 {
		s.Add(indent + s.Faint(fmt.Sprintf("  and %s", workload.Plural(rest, "more cause", "more causes"))))
	}
}
