package term

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Painter keeps a region of lines at the end of the screen up to date. It is for a terminal that
// CanRepaint.
//
// Each frame is one write, bracketed as a synchronized update, so that none is seen half-way. The
// cursor is hidden and wrapping is off within that write only: whenever the program ends, however
// it ends, there is nothing to restore. Between two frames the cursor waits below the region.
type Painter struct {
	out   *Output
	lines []string
	width int // of the terminal, when lines were painted
}

// NewPainter begins a region below what is on the screen.
func NewPainter(out *Output) *Painter { return &Painter{out: out} }

const (
	beginFrame = ansi.SetModeSynchronizedOutput + ansi.HideCursor + ansi.ResetModeAutoWrap
	endFrame   = ansi.SetModeAutoWrap + ansi.ShowCursor + ansi.ResetModeSynchronizedOutput
)

// Paint replaces the region. The caller has fitted the lines to the terminal: one column is to be
// left free, since a line that fills its row is in a state that terminals do not agree on.
func (p *Painter) Paint(lines []string) error { return p.paint(nil, lines) }

// Print writes lines that stay above the region.
func (p *Painter) Print(above []string) error { return p.paint(above, p.lines) }

func (p *Painter) paint(above, lines []string) error {
	width, height := p.out.Size()
	resized := width != p.width && p.lines != nil
	if len(above) == 0 && !resized && slices.Equal(lines, p.lines) {
		return nil
	}
	var b bytes.Buffer
	b.WriteString(beginFrame)
	up := min(p.rows(width), max(height-1, 0))
	b.WriteByte('\r')
	if up > 0 {
		b.WriteString(ansi.CursorUp(up))
	}
	if resized {
		// Old lines may have been cut or wrapped: nothing of them can be kept.
		b.WriteString(ansi.EraseScreenBelow)
	}
	for _, line := range above {
		writeLine(&b, line)
	}
	for i, line := range lines {
		if len(above) == 0 && !resized && i < len(p.lines) && p.lines[i] == line {
			b.WriteString("\r\n")
			continue
		}
		writeLine(&b, line)
	}
	b.WriteString(ansi.EraseScreenBelow)
	b.WriteString(endFrame)
	// What reaches the screen when a write fails is unknown; the next frame starts from what was meant.
	p.lines, p.width = slices.Clone(lines), width
	if _, err := p.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("paint: %w", err)
	}
	return nil
}

func writeLine(b *bytes.Buffer, line string) {
	b.WriteString(line)
	b.WriteString(ansi.EraseLineRight)
	b.WriteString("\r\n")
}

// rows is how many rows of the screen the region takes now: after the terminal became narrower,
// most of them have wrapped the old lines.
func (p *Painter) rows(width int) int {
	if !p.out.reflows || width <= 0 {
		return len(p.lines)
	}
	rows := 0
	for _, line := range p.lines {
		rows += 1 + strings.Count(ansi.HardwrapWc(line, width, true), "\n")
	}
	return rows
}
