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
// cursor is hidden within that write only: whenever the program ends, however it ends, there is
// nothing to restore. Between two frames the cursor waits below the region.
//
// A frame is always written whole, and with the terminal's own wrapping: over ssh and in tmux, the
// terminal is resized some time before the program can know, and then a line that was skipped or cut
// off would make the next frame count wrongly and paint over what the user had above it.
type Painter struct {
	out   *Output
	lines []string
	width int // of the terminal, when lines were painted
}

// NewPainter begins a region below what is on the screen.
func NewPainter(out *Output) *Painter { return &Painter{out: out} }

const (
	beginFrame = ansi.SetModeSynchronizedOutput + ansi.HideCursor
	endFrame   = ansi.ShowCursor + ansi.ResetModeSynchronizedOutput
)

// Paint replaces the region. The caller has fitted the lines to the terminal: one column is to be
// left free, since a line that fills its row is in a state that terminals do not agree on. Nothing
// is written when nothing differs.
func (p *Painter) Paint(lines []string) error {
	if width, _ := p.out.Size(); width == p.width && slices.Equal(lines, p.lines) {
		return nil
	}
	return p.paint(nil, lines)
}

// Print writes lines that stay above the region.
func (p *Painter) Print(above []string) error { return p.paint(above, p.lines) }

func (p *Painter) paint(above, lines []string) error {
	width, height := p.out.Size()
	var b bytes.Buffer
	b.WriteString(beginFrame)
	b.WriteByte('\r')
	if up := min(p.rows(width), height-1); up > 0 {
		b.WriteString(ansi.CursorUp(up))
	}
	moved := width != p.width || len(above) > 0
	for i, line := range slices.Concat(above, lines) {
		writeLine(&b, line, moved || i < len(p.lines) && Width(line) < Width(p.lines[i]))
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

// writeLine writes over what was there, which does not flicker. A row that was longer has to be emptied first:
// tmux counts the erased cells at its right, and wraps them too when it gets narrower. So has each row after a
// resize: the terminal may remember that it wraps into the next one, and would join the two when it gets
// wider. (Erasing the whole screen instead would leave a copy in tmux's history.)
func writeLine(b *bytes.Buffer, line string, emptied bool) {
	if emptied {
		b.WriteString(ansi.EraseEntireLine)
	}
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
