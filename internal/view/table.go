package view

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// cell is one field of a table, with the colour it gets once it has been padded.
type cell struct {
	text  string
	paint func(string) string
}

// table adds rows in aligned columns below a header; a row of one cell is a line below the row above it. The columns of shrinks give way in that order
// until the table fits; where none is named all do, the widest first.
func (s *sheet) table(header []string, rows [][]cell, shrinks ...int) {
	widths := columnWidths(header, rows)
	s.shrink(widths, shrinks)
	titles := make([]cell, len(header))
	for i, h := range header {
		titles[i] = cell{text: h, paint: s.Bold}
	}
	for _, row := range append([][]cell{titles}, rows...) {
		if len(row) < len(header) {
			s.wrapped(func() string { return "  " }, row[0].text, everything.messageLines)
			continue
		}
		var b strings.Builder
		for i, c := range row {
			text := term.Cut(c.text, widths[i], s.glyphs.Ellipsis)
			if i < len(row)-1 {
				text = term.Pad(text, widths[i])
			}
			if c.paint != nil {
				text = c.paint(text)
			}
			if i > 0 {
				b.WriteString(gap)
			}
			b.WriteString(text)
		}
		s.add(b.String())
	}
}

func columnWidths(header []string, rows [][]cell) []int {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = term.Width(h)
		for _, row := range rows {
			if len(row) < len(header) {
				continue
			}
			widths[i] = max(widths[i], term.Width(row[i].text))
		}
	}
	return widths
}

// A column that shrinks keeps narrow while another can still give way, and narrowest in any case.
const (
	narrow    = 20
	narrowest = 8
)

// fits tells whether the named columns can give way enough.
func (s *sheet) fits(header []string, rows [][]cell, shrinks ...int) bool {
	widths := columnWidths(header, rows)
	return s.shrink(widths, shrinks) <= 0
}

// shrink makes columns narrower and returns by how much the table is still too wide.
func (s *sheet) shrink(widths, shrinks []int) (over int) {
	if s.width == 0 {
		return 0
	}
	over = len(gap)*(len(widths)-1) - s.width
	for _, w := range widths {
		over += w
	}
	for _, floor := range []int{narrow, narrowest} {
		for _, i := range shrinks {
			less := min(max(over, 0), max(widths[i]-floor, 0))
			widths[i] -= less
			over -= less
		}
	}
	for len(shrinks) == 0 && over > 0 {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= narrowest {
			return over // add cuts what is left over
		}
		widths[widest]--
		over--
	}
	return over
}
