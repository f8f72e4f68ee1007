package page

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Consumers writes who uses some Secrets and ConfigMaps: for each its keys, then its consumers, then what
// is to be done. On a terminal it fits the width, elsewhere it is whole and every row names its consumer.
func Consumers(out *term.Output, r consumers.Report, now time.Time) error {
	s := newSheet(out)
	nobody := nobodyOf(r)
	for i, object := range r.Objects {
		if i > 0 {
			s.Add("")
		}
		s.subject(object, now)
		s.keys(object, nobody, now)
		s.consumers(object.Consumers, nobody, out.IsTerminal())
		s.states(object.Consumers)
	}
	if len(r.Next) > 0 {
		s.Add("")
	}
	s.Next(r.Next)
	return layout.WriteLines(out, s.Lines)
}

// subject is the head of one object.
func (s *sheet) subject(o consumers.SubjectReport, now time.Time) {
	keys, changed, immutable := workload.Plural(len(o.Keys), "key", "keys"), "", ""
	if o.Unread {
		keys = "keys not known"
	}
	if o.Changed != nil {
		changed = "changed " + age(*o.Changed, now) + " ago"
	}
	if o.Immutable {
		immutable = "immutable"
	}
	s.Flow("", "  ", s.Bold(layout.Name(o.Ref)), term.Clean(o.Type), keys, changed, immutable)
}

// age is how long something is ago; the API's clock may be ahead of ours.
func age(at, now time.Time) string { return duration.HumanDuration(max(now.Sub(at), 0)) }

// keys is a row for each key, and for each that is named and missing.
func (s *sheet) keys(o consumers.SubjectReport, nobody string, now time.Time) {
	if len(o.Keys)+len(o.MissingKeys) == 0 {
		return
	}
	rows := make([][]layout.Cell, 0, len(o.Keys)+len(o.MissingKeys))
	for _, k := range o.Keys {
		row := []layout.Cell{{Text: term.Clean(k.Name)}, {Text: secrets.Size(k.Bytes).String()}, {Text: age(k.Changed, now), Paint: s.Faint}, {Text: names(k.Consumers)}}
		if len(k.Consumers) == 0 {
			row[3] = layout.Cell{Text: nobody, Paint: s.Yellow}
		}
		rows = append(rows, row)
	}
	for _, m := range o.MissingKeys {
		missing := layout.Cell{Text: "missing", Paint: s.Red}
		if m.Optional {
			missing = layout.Cell{Text: "optional", Paint: s.Faint}
		}
		rows = append(rows, []layout.Cell{{Text: term.Clean(m.Name)}, missing, {Text: "-", Paint: s.Faint}, {Text: names(m.Consumers)}})
	}
	s.Add("")
	header := []string{"KEY", "SIZE", "CHANGED", "USED BY"}
	if s.narrow() {
		header = slices.Delete(header, 2, 3)
		for i, row := range rows {
			rows[i] = slices.Delete(row, 2, 3)
		}
	}
	s.Table(header, rows)
}

// narrow has no room for what is good to know.
func (s *sheet) narrow() bool { return s.Width > 0 && s.Width < 60 }

func names(all []string) string { return term.Clean(strings.Join(all, ", ")) }
