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

// table adds rows in aligned columns below a header. The columns from shrinks on give way, the
// widest first, until the table fits.
func (s *sheet) table(header []string, rows [][]cell, shrinks int) {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = term.Width(h)
		for _, row := range rows {
			widths[i] = max(widths[i], term.Width(row[i].text))
		}
	}
	s.shrink(widths, shrinks)
	titles := make([]cell, len(header))
	for i, h := range header {
		titles[i] = cell{text: h, paint: s.Bold}
	}
	for _, row := range append([][]cell{titles}, rows...) {
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

// narrowest is what a column keeps when it shrinks.
const narrowest = 8

func (s *sheet) shrink(widths []int, shrinks int) {
	if s.width == 0 {
		return
	}
	over := len(gap)*(len(widths)-1) - s.width
	for _, w := range widths {
		over += w
	}
	for ; over > 0; over-- {
		widest := -1
		for i := shrinks; i < len(widths); i++ {
			if widths[i] > narrowest && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return // add cuts what is left over
		}
		widths[widest]--
	}
}
