package view

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Contents writes what some Secrets and ConfigMaps hold: their keys with sizes, ages and users, and how
// long their certificates are good for; then what is to be typed. No value is in it.
func Contents(out *term.Output, r secrets.ConsumerReport, now time.Time) error {
	s := newSheet(out)
	for i, object := range r.Objects {
		if i > 0 {
			s.add("")
		}
		s.subject(object, now)
		s.keys(object, nobodyOf(r), now)
		s.certificates(object.Keys, now)
	}
	if len(r.Next) > 0 {
		s.add("")
	}
	s.next(r.Next)
	return writeLines(out, s.lines)
}

// nobodyOf is said of a key without users: that it has none is only known when everyone was seen.
func nobodyOf(r secrets.ConsumerReport) string {
	if len(r.NotSeen) > 0 {
		return "<none seen>"
	}
	return "<none>"
}

// certificates has a row for each key that is one.
func (s *sheet) certificates(keys []secrets.KeyReport, now time.Time) {
	var rows [][]cell
	for _, k := range keys {
		if k.Expires != nil {
			rows = append(rows, []cell{{text: term.Clean(k.Name)}, s.expiry(*k.Expires, now)})
		}
	}
	if len(rows) > 0 {
		s.add("")
		s.table([]string{"CERTIFICATE", "EXPIRES"}, rows)
	}
}

func (s *sheet) expiry(at, now time.Time) cell {
	date := ", on " + at.UTC().Format(time.DateOnly) // it is the date that a narrow screen cuts off
	switch secrets.ValidityAt(at, now) {
	case secrets.Expired:
		return cell{text: "expired " + age(at, now) + " ago" + date, paint: s.Red}
	case secrets.ExpiresSoon:
		return cell{text: "soon: in " + age(now, at) + date, paint: s.Yellow}
	}
	return cell{text: "in " + age(now, at) + date}
}
