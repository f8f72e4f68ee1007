package view

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Plain writes a line for each thing that changed, for logs and for grep: the time since the
// start, the workload, the news.
func Plain(out *term.Output) View {
	return &plain{out: out, last: map[topic]string{}, counts: map[workload.Ref]rollout.Counts{}}
}

type plain struct {
	out  *term.Output
	last map[topic]string // what was said last, so that it is not said again
	// counts are those that were written last.
	counts map[workload.Ref]rollout.Counts
}

// topic is what can be said only once until it changes.
type topic struct {
	workload workload.Ref
	about    string
}

func (p *plain) Show(f Frame) error {
	release := &f.State
	if f.Release != nil {
		release = f.Release
	}
	s := newSheet(p.out)
	s.Width = 0 // a log has no edge, and a line that is whole can be searched
	named := layout.Namer(stateRefs(release))
	for i := range f.Events {
		e := &f.Events[i]
		if e.Type == rollout.EventResult {
			continue // Finish says it, and more
		}
		if e.Type == rollout.EventProgress && !p.isNews(e) {
			continue
		}
		lead := term.PadLeft(clock(e.Time.Sub(release.Started)), 5) + "  "
		var of topic
		if e.Workload != nil {
			of.workload = *e.Workload
			lead += s.Bold(named(*e.Workload)) + "  "
		}
		for _, n := range s.news(e, &f) {
			of.about = n.about
			text := strings.Join(n.lines, "\n")
			if p.last[of] == text {
				continue
			}
			p.last[of] = text
			for _, line := range n.lines {
				s.Add(lead + line)
			}
			if e.Type == rollout.EventWarning {
				s.Annotate("warning", "", e.Message)
			}
		}
	}
	return layout.WriteLines(p.out, s.Lines)
}

// isNews tells whether counts are worth a line: of a large workload not each pod is.
func (p *plain) isNews(e *rollout.Event) bool {
	if e.Counts == nil || e.Workload == nil {
		return true
	}
	now := *e.Counts
	last, known := p.counts[*e.Workload]
	pods := max(now.Desired, now.Updated+now.Old+now.Terminating)
	moved := max(difference(now.Updated, last.Updated), difference(now.Ready, last.Ready), difference(now.Old, last.Old), difference(now.Terminating, last.Terminating), difference(now.Available, last.Available), difference(now.Desired, last.Desired))
	whole := now.Ready == now.Desired && now.Updated == now.Desired && now.Old == 0 && now.Terminating == 0
	if known && !whole && moved*linesPerWorkload < pods {
		return false
	}
	p.counts[*e.Workload] = now
	return true
}

// linesPerWorkload is about how many lines the pods of a large workload get.
const linesPerWorkload = 20

func difference(a, b int32) int32 { return max(a-b, b-a) }

func (p *plain) Close() error { return nil }

func (p *plain) Finish(r rollout.Result) error {
	return layout.WriteLines(p.out, summary(newSheet(p.out), r, everything))
}
