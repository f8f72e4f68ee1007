package layout

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Cell is one field of a table, with the colour it gets once it has been padded.
type Cell struct {
	Text  string
	Paint func(string) string
}

// Table adds rows in aligned columns below a header; a row of one cell is a line below the row above it. The columns of shrinks give way in that order
// until the table fits; where none is named all do, the widest first.
func (s *Sheet) Table(header []string, rows [][]Cell, shrinks ...int) {
	widths := columnWidths(header, rows)
	s.shrink(widths, shrinks)
	titles := make([]Cell, len(header))
	for i, h := range header {
		titles[i] = Cell{Text: h, Paint: s.Bold}
	}
	for _, row := range append([][]Cell{titles}, rows...) {
		if len(row) < len(header) {
			s.Wrapped(func() string { return "  " }, row[0].Text, 20)
			continue
		}
		var b strings.Builder
		for i, c := range row {
			text := term.Cut(c.Text, widths[i], s.Glyphs.Ellipsis)
			if i < len(row)-1 {
				text = term.Pad(text, widths[i])
			}
			if c.Paint != nil {
				text = c.Paint(text)
			}
			if i > 0 {
				b.WriteString(Gap)
			}
			b.WriteString(text)
		}
		s.Add(b.String())
	}
}

func columnWidths(header []string, rows [][]Cell) []int {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = term.Width(h)
		for _, row := range rows {
			if len(row) < len(header) {
				continue
			}
			widths[i] = max(widths[i], term.Width(row[i].Text))
		}
	}
	return widths
}

// A column that shrinks keeps narrow while another can still give way, and narrowest in any case.
const (
	narrow    = 20
	narrowest = 8
)

// Fits tells whether the named columns can give way enough.
func (s *Sheet) Fits(header []string, rows [][]Cell, shrinks ...int) bool {
	widths := columnWidths(header, rows)
	return s.shrink(widths, shrinks) <= 0
}

// Whole tells whether no column has to give way.
func (s *Sheet) Whole(header []string, rows [][]Cell) bool {
	width := -len(Gap)
	for _, w := range columnWidths(header, rows) {
		width += len(Gap) + w
	}
	return s.Width == 0 || width <= s.Width
}

// shrink makes columns narrower and returns by how much the table is still too wide.
func (s *Sheet) shrink(widths, shrinks []int) (over int) {
	if s.Width == 0 {
		return 0
	}
	over = len(Gap)*(len(widths)-1) - s.Width
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
