package page

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// Contents writes what some Secrets and ConfigMaps hold: their keys with sizes, ages and users, and how
// long their certificates are good for; then what is to be typed. No value is in it.
func Contents(out *term.Output, r consumers.Report, now time.Time) error {
	s := newSheet(out)
	for i, object := range r.Objects {
		if i > 0 {
			s.Add("")
		}
		s.subject(object, now)
		s.keys(object, nobodyOf(r), now)
		s.certificates(object.Keys, now)
	}
	if len(r.Next) > 0 {
		s.Add("")
	}
	s.Next(r.Next)
	return layout.WriteLines(out, s.Lines)
}

// nobodyOf is said of a key without users: that it has none is only known when everyone was seen.
func nobodyOf(r consumers.Report) string {
	if len(r.NotSeen) > 0 {
		return "<none seen>"
	}
	return "<none>"
}

// certificates has a row for each key that is one.
func (s *sheet) certificates(keys []consumers.KeyReport, now time.Time) {
	var rows [][]layout.Cell
	for _, k := range keys {
		if k.Expires != nil {
			rows = append(rows, []layout.Cell{{Text: term.Clean(k.Name)}, s.expiry(*k.Expires, now)})
		}
	}
	if len(rows) > 0 {
		s.Add("")
		s.Table([]string{"CERTIFICATE", "EXPIRES"}, rows)
	}
}

func (s *sheet) expiry(at, now time.Time) layout.Cell {
	date := at.UTC().Format(time.DateOnly)
	switch secrets.ValidityAt(at, now) {
	case secrets.Expired:
		return layout.Cell{Text: "expired: " + date + ", " + age(at, now) + " ago", Paint: s.Red}
	case secrets.ExpiresSoon:
		return layout.Cell{Text: "soon: " + date + ", in " + age(now, at), Paint: s.Yellow}
	}
	return layout.Cell{Text: date + ", in " + age(now, at)}
}
