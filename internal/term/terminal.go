// Package term knows the streams of one invocation and the terminal behind them: whether there is
// one, its size, its colours and its alphabet; and it paints a region of lines in place.
//
// All of it is values: no global is read after New, and none is ever set. Every write error is
// returned to the caller, a closed pipe included.
package term

import (
	"io"
	"os"

	xterm "golang.org/x/term"
)

// Terminal is the three streams of one invocation.
type Terminal struct {
	In  io.Reader
	Out *Output
	Err *Output
}

// New looks at the streams once. Those that are not files (buffers, in tests) are no terminals.
func New(in io.Reader, out, errOut io.Writer, getenv func(string) string) *Terminal {
	e := readEnvironment(getenv)
	return &Terminal{In: in, Out: newOutput(out, e), Err: newOutput(errOut, e)}
}

// InIsTerminal tells whether someone could answer a prompt.
func (t *Terminal) InIsTerminal() bool {
	f, ok := t.In.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// Output is a stream that text is written to.
type Output struct {
	w        io.Writer
	terminal bool
	// moves: the terminal has a cursor that can be moved.
	moves bool
	// reflows: the terminal wraps its old lines anew when it is resized.
	reflows bool
	// annotates: lines that begin with :: are read by GitHub Actions.
	annotates bool
	size      func() (width, height int)
	colors    Colors
	glyphs    Glyphs
}

func newOutput(w io.Writer, e environment) *Output {
	o := &Output{w: w, size: noSize, reflows: e.reflows, annotates: e.annotates}
	if f, ok := w.(*os.File); ok && xterm.IsTerminal(int(f.Fd())) {
		o.terminal = true
		// Only a console that takes escape sequences may be sent any.
		understands := prepareConsole(f)
		o.moves = understands && !e.dumb
		e.dumb = e.dumb || !understands
		o.size = fileSize(f)
	}
	o.colors = newColors(e.colored(o.terminal))
	o.glyphs = e.glyphs()
	return o
}

// Write passes p on; errors (EPIPE, for one) are those of the stream.
func (o *Output) Write(p []byte) (int, error) { return o.w.Write(p) }

// IsTerminal tells whether a terminal is behind the stream, dumb or not.
func (o *Output) IsTerminal() bool { return o.terminal }

// CanRepaint tells whether lines that are written can be replaced later.
func (o *Output) CanRepaint() bool { return o.moves }

// Share says that others write to the stream as well: nothing is repainted from then on.
func (o *Output) Share() { o.moves = false }

// Annotates tells whether GitHub Actions reads the stream, and turns lines as ::error::text into
// annotations of its run.
func (o *Output) Annotates() bool { return o.annotates }

// Size is the terminal's size at this moment, so that asking again before each frame is all that a
// resize needs. Without a terminal it is 0, 0: no limit.
func (o *Output) Size() (width, height int) { return o.size() }

// Colors are those that may be used on this stream.
func (o *Output) Colors() Colors { return o.colors }

// Glyphs are the signs that the reader's alphabet has.
func (o *Output) Glyphs() Glyphs { return o.glyphs }
