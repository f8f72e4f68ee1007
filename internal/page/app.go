package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Apps writes a page for each app: its state, then a section for each thing that there is to say, then the next commands.
// wide adds the names and nodes of all pods, and how each object is used.
func Apps(out *term.Output, r app.StatusReport, wide bool) error {
	return layout.WriteLines(out, appPages(out, r, wide).Lines)
}

func appPages(out *term.Output, r app.StatusReport, wide bool) *sheet {
	s := newSheet(out)
	s.Wrap = true
	for i := range r.Apps {
		if i > 0 {
			s.Add("")
		}
		p := appPage{sheet: s, app: &r.Apps[i], now: r.Time, wide: wide}
		p.write()
	}
	return s
}

// AppNames writes the names of the apps as kubectl does.
func AppNames(out *term.Output, names []string) error { return layout.WriteLines(out, names) }

// appPage is the page of one app while it is written.
type appPage struct {
	*sheet
	app   *app.App
	now   time.Time
	wide  bool
	label string // of the section, until its first line
}

var appStateWord = map[app.State]string{
	app.Failing: "failing", app.Unknown: "unknown", app.Progressing: "progressing", app.Well: "well",
}

func (p *appPage) write() {
	a := p.app
	paint := map[app.State]func(string) string{app.Failing: p.Red, app.Unknown: p.Yellow, app.Progressing: p.Yellow, app.Well: p.Green}[a.State]
	p.Flow("", "  ", p.Bold(layout.Name(a.Object)), paint(appStateWord[a.State]), term.Clean(a.Message))
	p.Add("")
	p.field("images", p.images())
	p.revision()
	p.changed()
	p.pods()
	p.services()
	p.routes()
	p.autoscalers()
	p.budgets()
	p.references()
	p.policies()
	for _, q := range a.Quotas {
		p.object("quota", layout.Name(q.Object), q.Problems, q.Resource, q.Used+" of "+q.Hard+" used")
	}
	p.warnings()
	p.limits()
	if len(a.Next) > 0 {
		p.Add("")
	}
	p.tagged(a.Next)
}

// labelWidth is the column in which what a section says begins. A narrow page has the label on a line of its own.
const labelWidth = 12

func (p *appPage) indent() int {
	if p.narrow() {
		return 2
	}
	return labelWidth
}

// field is one line of a section, as many as it takes. Empty parts are left out.
func (p *appPage) field(label string, parts ...string) {
	indent := p.indent()
	room := 0
	if p.Width > 0 {
		room = max(p.Width-indent, 8)
	}
	var lines []string
	for _, part := range parts {
		last := len(lines) - 1
		switch {
		case part == "":
		case last >= 0 && (room == 0 || term.Width(lines[last]+layout.Gap+part) <= room):
			lines[last] += layout.Gap + part
		case last >= 0:
			lines = append(lines, hanging("  "+part, room)...)
		default:
			lines = hanging(part, room)
		}
	}
	for _, line := range lines {
		lead := strings.Repeat(" ", indent)
		switch {
		case label == p.label || label == "":
		case p.narrow():
			p.Lines = append(p.Lines, p.Faint(label))
		default:
			lead = p.Faint(term.Pad(label, indent))
		}
		if label != "" {
			p.label = label
		}
		p.Lines = append(p.Lines, strings.TrimRight(lead+line, " "))
	}
}

// hanging breaks text so that what follows its first line stands further in, below the text after a mark.
func hanging(text string, width int) []string {
	if width == 0 || term.Width(text) <= width {
		return []string{text}
	}
	words := strings.TrimLeft(text, " ")
	indent := len(text) - len(words)
	hang := max(indent, 2)
	if mark, _, found := strings.Cut(words, " "); found && term.Width(mark) == 1 {
		hang = indent + 2
	}
	lines := wrapWords(words, max(width-hang, 8))
	for i := range lines {
		lines[i] = strings.Repeat(" ", indent) + lines[i]
		indent = hang
	}
	return lines
}

// wrapWords breaks text between words and keeps names with hyphens whole.
func wrapWords(text string, width int) []string {
	const kept = "\u2011"
	lines := term.Wrap(strings.ReplaceAll(text, "-", kept), width)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], kept, "-")
	}
	return lines
}

// object is one object of a section, with what is wrong with it below.
func (p *appPage) object(label, name string, problems []app.Problem, facts ...string) {
	for i := range facts {
		facts[i] = term.Clean(facts[i])
	}
	p.field(label, append([]string{p.Bold(name)}, facts...)...)
	for _, problem := range problems {
		mark := p.Yellow(p.Glyphs.Warn)
		if problem.Severe {
			mark = p.Red(p.Glyphs.Bad)
		}
		p.field(label, "  "+mark+" "+term.Clean(problem.Message))
	}
}

func (p *appPage) images() string {
	images := p.app.Images
	var all []string
	for _, container := range slices.Sorted(maps.Keys(images)) {
		text := term.Clean(images[container])
		if len(images) > 1 {
			text = term.Clean(container) + "=" + text
		}
		all = append(all, text)
	}
	return strings.Join(all, layout.Gap)
}

func (p *appPage) revision() {
	r := p.app.Revision
	if r == nil {
		return
	}
	verdict, old := "", ""
	if v := r.Verdict; v != nil {
		verdict = "verdict " + term.Clean(verdictText(v)) + ", " + age(v.At, p.now) + " ago"
	}
	if len(r.Replaces) > 0 {
		numbers := make([]string, 0, len(r.Replaces))
		for _, n := range r.Replaces {
			numbers = append(numbers, fmt.Sprint(n))
		}
		old = "replaces " + strings.TrimPrefix(workload.Plural(len(numbers), "revision ", "revisions "), fmt.Sprint(len(numbers), " ")) + strings.Join(numbers, ", ")
	}
	number := fmt.Sprint(r.Number)
	if r.Number == 0 {
		number = "no number yet"
	}
	p.field("revision", number, old, verdict)
}

func (p *appPage) changed() {
	c := p.app.Changed
	if c == nil {
		return
	}
	when, owners := "", ""
	if c.At != nil {
		when = age(*c.At, p.now) + " ago"
		if c.By != "" && !strings.HasPrefix(c.Cause, c.By) { // the cause says it
			when += " by " + term.Clean(c.By)
		}
	}
	if len(c.Owners) > 0 {
		owners = "managed by " + names(c.Owners)
	}
	p.field("changed", when, owners, term.Clean(c.Cause))
}

var podPhaseWord = map[app.PodPhase]string{
	app.PodReady: "ready", app.PodUnready: "not ready", app.PodTerminating: "terminating", app.PodEnded: "ended",
}

func (p *appPage) pods() {
	mixed := slices.ContainsFunc(p.app.Pods, func(g app.PodGroup) bool { return !g.New })
	for _, g := range p.app.Pods {
		count := fmt.Sprint(g.Count)
		if mixed {
			count += map[bool]string{true: " new", false: " old"}[g.New]
		}
		state, mark := podPhaseWord[g.Phase], p.Green(p.Glyphs.Good)
		switch {
		case g.Cause != "":
			state, mark = string(g.Cause), p.Red(p.Glyphs.Bad)
			if g.Phase == app.PodReady { // it restarts, and is ready now
				mark = p.Yellow(p.Glyphs.Warn)
			}
		case g.Phase != app.PodReady:
			mark = p.Yellow(p.Glyphs.Wait)
		}
		since, restarts, revision := "", "", ""
		if g.Since != nil {
			since = "for " + age(*g.Since, p.now)
		}
		if g.Restarts > 0 {
			restarts = workload.Plural(int(g.Restarts), "restart", "restarts")
			if g.Restarted != nil {
				restarts += ", last " + age(*g.Restarted, p.now) + " ago"
			}
		}
		if mixed && g.Revision > 0 {
			revision = fmt.Sprintf("revision %d", g.Revision)
		}
		who := ""
		switch {
		case p.wide:
			who = names(g.Names) + onNodes(g.Nodes)
		case g.Phase != app.PodReady || g.Cause != "":
			who = term.Clean(g.Names[0])
			if len(g.Names) > 1 {
				who += fmt.Sprintf(" and %d more", len(g.Names)-1)
			}
		}
		p.field("pods", mark+" "+count+" "+state, revision, since, restarts, who)
	}
}

func onNodes(nodes []string) string {
	if len(nodes) == 0 {
		return ""
	}
	return " on " + names(nodes)
}
