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
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// StatusList writes a line for each workload, the sick ones first, then what holds up several of them, how many there are
// in each state, and the next command. wide: nothing is shortened.
func StatusList(out *term.Output, l app.List, wide bool) error {
	s := newSheet(out)
	s.statusRows(l, wide)
	s.statusEnd(l)
	return layout.WriteLines(out, s.Lines)
}

func (s *sheet) appState(state app.State) func(string) string {
	switch state {
	case app.Failing:
		return s.Red
	case app.Unknown, app.Progressing:
		return s.Yellow
	case app.Well:
	}
	return s.Green
}

// spacious has room for the cause in the row itself.
func (s *sheet) spacious() bool { return s.Width == 0 || s.Width >= roomy }

// statusRows is the table. Where there is no room for the cause in a row, it stands below.
func (s *sheet) statusRows(l app.List, wide bool) {
	columns := []string{"NAMESPACE", "NAME", "STATE", "READY", "FOR", "IMAGES", "CAUSE"}
	if width := s.Width; wide {
		s.Width = 0 // as kubectl's: lines may be longer than the screen
		defer func() { s.Width = width }()
	}
	switch {
	case s.narrow():
		columns = columns[1:4]
	case !s.spacious():
		columns = columns[:6]
	}
	if l.Namespace != "" {
		columns = slices.DeleteFunc(columns, func(c string) bool { return c == "NAMESPACE" })
	}
	rows := statusCells(s, l, columns, wide)
	at := func(column string) int { return slices.Index(columns, column) }
	if images := at("IMAGES"); images >= 0 && !s.Fits(columns, rows, images, len(columns)-1) { // no name is cut for them
		columns = slices.Delete(slices.Clone(columns), images, images+1)
		rows = statusCells(s, l, columns, wide)
	}
	s.Table(columns, rows, slices.DeleteFunc([]int{at("CAUSE"), at("IMAGES"), at("NAME"), at("NAMESPACE")}, func(n int) bool { return n < 0 })...)
}

// statusCells are the rows of the columns, each followed by what has no column.
func statusCells(s *sheet, l app.List, columns []string, wide bool) [][]layout.Cell {
	var rows [][]layout.Cell
	for i := range l.Items {
		item := &l.Items[i]
		namespace, cause := term.Clean(item.Object.Namespace), causeText(item)
		cells := map[string]layout.Cell{
			"NAMESPACE": {Text: namespace}, "NAME": {Text: layout.Name(item.Object), Paint: s.Bold},
			"STATE": {Text: appStateWord[item.State], Paint: s.appState(item.State)},
			"READY": {Text: fmt.Sprintf("%d/%d", item.Ready, item.Desired)}, "FOR": {Text: sinceText(item.Since, l.Time), Paint: s.Faint},
			"IMAGES": {Text: imagesText(item.Images, wide)}, "CAUSE": {Text: cause},
		}
		row := make([]layout.Cell, 0, len(columns))
		for _, c := range columns {
			row = append(row, cells[c])
		}
		rows = append(rows, row)
		if l.Namespace != "" || slices.Contains(columns, "NAMESPACE") {
			namespace = ""
		}
		if slices.Contains(columns, "CAUSE") {
			cause = ""
		}
		if below := layout.Join(": ", namespace, cause); below != "" {
			rows = append(rows, []layout.Cell{{Text: below}})
		}
	}
	return rows
}

// causeText is a cause with what it is about.
func causeText(item *app.ListItem) string {
	if item.State == app.Well {
		return ""
	}
	return term.Clean(layout.Join(": ", string(item.Cause), item.Detail))
}

func sinceText(since *time.Time, now time.Time) string {
	if since == nil {
		return "-"
	}
	return age(*since, now)
}

// imagesText lists what the containers run: short, and without the rest where there are more than two.
func imagesText(of map[string]string, wide bool) string {
	var all []string
	for _, container := range slices.Sorted(maps.Keys(of)) {
		image := term.Clean(of[container])
		if !wide {
			image = layout.ShortImage(image)
		}
		if !slices.Contains(all, image) {
			all = append(all, image)
		}
	}
	if len(all) > 2 && !wide {
		all = append(all[:1], fmt.Sprintf("%d more", len(all)-1))
	}
	return strings.Join(all, ",")
}

// statusEnd is what stands below the rows.
func (s *sheet) statusEnd(l app.List) {
	s.Wrap = true
	if len(l.Blockers) > 0 {
		s.Add("")
	}
	for i := range l.Blockers {
		s.blocker(&l.Blockers[i], l.Namespace == "")
	}
	s.Add("")
	s.Add(countsText(l))
	if len(l.Next) > 0 {
		s.Add("")
		s.tagged(l.Next)
	}
}

// mostHeld is how many names a line about a blocker has.
const mostHeld = 3

func (s *sheet) blocker(b *app.Blocker, everywhere bool) {
	name := "registry " + term.Clean(b.Registry)
	if b.Object != nil {
		name = layout.Name(*b.Object)
		if everywhere && b.Object.Namespace != "" {
			name += " in " + term.Clean(b.Object.Namespace)
		}
	}
	s.Add(s.Red(s.Glyphs.Bad) + " " + s.Bold(name) + " " + term.Clean(b.Says) + ": holds up " + heldNames(b.HoldsUp))
}

// heldNames names a few, and how many more there are.
func heldNames(refs []workload.Ref) string {
	named := layout.Namer(refs)
	shown := len(refs)
	if shown > mostHeld {
		shown = mostHeld - 1
	}
	names := make([]string, 0, shown)
	for _, ref := range refs[:shown] {
		names = append(names, named(ref))
	}
	if more := len(refs) - shown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// countsText says how many there are in each state, and what is not listed.
func countsText(l app.List) string {
	counts := map[app.State]int{}
	for i := range l.Items {
		counts[l.Items[i].State]++
	}
	var parts []string
	for _, state := range app.States {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, appStateWord[state]))
		}
	}
	text := layout.Join(": ", workload.Plural(len(l.Items), "workload", "workloads"), strings.Join(parts, ", "))
	if len(l.Unlisted) > 0 {
		text += "; not listed: " + strings.Join(l.Unlisted, ", ")
	}
	return text
}

// Unread says in one line what could not be read, and what that may hide; "" if nothing.
func Unread(all []chain.NotSeen) string {
	groups := unread(all)
	if groups == "" {
		return ""
	}
	return "no permission to read " + groups
}

// unread names what could not be read by what that may hide.
func unread(all []chain.NotSeen) string {
	var groups []string
	for i, n := range all {
		resources := []string{n.Resource}
		if slices.ContainsFunc(all[:i], func(before chain.NotSeen) bool { return before.Hides == n.Hides }) {
			continue
		}
		for _, other := range all[i+1:] {
			if other.Hides == n.Hides {
				resources = append(resources, other.Resource)
			}
		}
		groups = append(groups, strings.Join(resources, ", ")+" ("+n.Hides+")")
	}
	return strings.Join(groups, "; ")
}
