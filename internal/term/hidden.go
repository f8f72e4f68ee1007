package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	xterm "golang.org/x/term"
)

// ErrNoTerminal tells that nobody could be asked.
var ErrNoTerminal = errors.New("stdin is no terminal")

// ReadHidden asks on stderr and reads a line that is not shown. If the context ends meanwhile the
// terminal is put back as it was, and the error is the context's cause.
func (t *Terminal) ReadHidden(ctx context.Context, question string) ([]byte, error) {
	f, ok := t.In.(*os.File)
	if !ok || !t.InIsTerminal() {
		return nil, ErrNoTerminal
	}
	fd := int(f.Fd())
	// Raw before the question is seen: who answers at once must not see the answer's beginning.
	state, err := xterm.MakeRaw(fd)
	if err != nil {
		return nil, fmt.Errorf("asking on the terminal: %w", err)
	}
	prompt := xterm.NewTerminal(keyboard{f, t.Err}, "")
	line, err := unlessDone(ctx, func() ([]byte, error) {
		line, err := prompt.ReadPassword(question)
		return []byte(line), err
	})
	if errors.Is(err, io.EOF) {
		_, newline := fmt.Fprint(t.Err, "\r\n")
		err = errors.Join(ErrInterrupted, newline)
	}
	return line, errors.Join(err, xterm.Restore(fd, state))
}

// ErrInterrupted is ctrl-c, or ctrl-d, in place of an answer: a raw terminal makes no signal of them.
var ErrInterrupted = errors.New("interrupted")

// keyboard reads what is typed and writes where questions stand.
type keyboard struct {
	io.Reader
	io.Writer
}

// unlessDone runs a read that no context can end; when the context does, the read is left behind.
func unlessDone(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := read()
		answers <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case a := <-answers:
		return a.text, a.err
	}
}

// ReadAll reads stdin to its end, or limit bytes of it.
func (t *Terminal) ReadAll(ctx context.Context, limit int64) ([]byte, error) {
	return unlessDone(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(t.In, limit)) })
}
