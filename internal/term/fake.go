package term

import (
	"bytes"
	"io"
)

// Screen describes the terminal that a test wants; the zero value is a pipe. A test may change its
// size at any time, as a user does.
type Screen struct {
	Width, Height int
	Color         bool
	ASCII         bool
	Dumb          bool
	Annotates     bool
}

// Fake returns streams that write to buffers, with the given screen behind both outputs.
func Fake(screen *Screen) (t *Terminal, in, out, errOut *bytes.Buffer) {
	in, out, errOut = &bytes.Buffer{}, &bytes.Buffer{}, &bytes.Buffer{}
	return &Terminal{In: in, Out: NewFakeOutput(out, screen), Err: NewFakeOutput(errOut, screen)}, in, out, errOut
}

// NewFakeOutput returns a stream to w that behaves as if screen were behind it.
func NewFakeOutput(w io.Writer, screen *Screen) *Output {
	terminal := screen.Width > 0
	return &Output{
		w: w, terminal: terminal, moves: terminal && !screen.Dumb, reflows: true, annotates: screen.Annotates,
		size:   func() (int, int) { return screen.Width, screen.Height },
		colors: newColors(screen.Color), glyphs: environment{ascii: screen.ASCII}.glyphs(),
	}
}
