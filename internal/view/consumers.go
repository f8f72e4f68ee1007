package view

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Consumers writes who uses some Secrets and ConfigMaps: for each its keys, then its consumers, then what
// is to be done. On a terminal it fits the width, elsewhere it is whole and every row names its consumer.
func Consumers(out *term.Output, r secrets.ConsumerReport, now time.Time) error {
	s := newSheet(out)
	nobody := nobodyOf(r)
	for i, object := range r.Objects {
		if i > 0 {
			s.add("")
		}
		s.subject(object, now)
		s.keys(object, nobody, now)
		s.consumers(object.Consumers, nobody, out.IsTerminal())
		s.states(object.Consumers)
	}
	if len(r.Next) > 0 {
		s.add("")
	}
	s.next(r.Next)
	return writeLines(out, s.lines)
}

// subject is the head of one object.
func (s *sheet) subject(o secrets.SubjectReport, now time.Time) {
	keys, changed, immutable := plural(len(o.Keys), "key", "keys"), "", ""
	if o.Unread {
		keys = "keys not known"
	}
	if o.Changed != nil {
		changed = "changed " + age(*o.Changed, now) + " ago"
	}
	if o.Immutable {
		immutable = "immutable"
	}
	s.flow(s.Bold(name(o.Ref))+gap, "  ", term.Clean(o.Type), keys, changed, immutable)
}

// age is how long something is ago; the API's clock may be ahead of ours.
func age(at, now time.Time) string { return duration.HumanDuration(max(now.Sub(at), 0)) }

// keys is a row for each key, and for each that is named and missing.
func (s *sheet) keys(o secrets.SubjectReport, nobody string, now time.Time) {
	if len(o.Keys)+len(o.MissingKeys) == 0 {
		return
	}
	rows := make([][]cell, 0, len(o.Keys)+len(o.MissingKeys))
	for _, k := range o.Keys {
		row := []cell{{text: term.Clean(k.Name)}, {text: secrets.Size(k.Bytes).String()}, {text: age(k.Changed, now), paint: s.Faint}, {text: names(k.Consumers)}}
		if len(k.Consumers) == 0 {
			row[3] = cell{text: nobody, paint: s.Yellow}
		}
		rows = append(rows, row)
	}
	for _, m := range o.MissingKeys {
		missing := cell{text: "missing", paint: s.Red}
		if m.Optional {
			missing = cell{text: "optional", paint: s.Faint}
		}
		rows = append(rows, []cell{{text: term.Clean(m.Name)}, missing, {text: "-", paint: s.Faint}, {text: names(m.Consumers)}})
	}
	s.add("")
	header := []string{"KEY", "SIZE", "CHANGED", "USED BY"}
	if s.narrow() {
		header = slices.Delete(header, 2, 3)
		for i, row := range rows {
			rows[i] = slices.Delete(row, 2, 3)
		}
	}
	s.table(header, rows)
}

// narrow has no room for what is good to know.
func (s *sheet) narrow() bool { return s.width > 0 && s.width < 60 }

func names(all []string) string { return term.Clean(strings.Join(all, ", ")) }
