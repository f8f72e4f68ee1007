package term

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

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
	line, err := unlessDone(ctx, func() ([]byte, error) { return ask(f, t.Err, question) })
	if errors.Is(err, io.EOF) {
		_, newline := fmt.Fprint(t.Err, "\r\n")
		err = errors.Join(ErrInterrupted, newline)
	}
	return line, errors.Join(err, xterm.Restore(fd, state))
}

// ErrInterrupted is ctrl-c, or ctrl-d, in place of an answer: a raw terminal makes no signal of them.
var ErrInterrupted = errors.New("interrupted")

// ask reads one line from a raw terminal. What the line editor would leave out in silence is an *AnswerError.
func ask(in io.Reader, out io.Writer, question string) ([]byte, error) {
	keys := &keyboard{Reader: in, Writer: out}
	line, err := xterm.NewTerminal(keys, "").ReadPassword(question)
	if err == nil {
		err = checkAnswer(line, keys.typed)
	}
	return []byte(line), err
}

// AnswerError is an answer that can't be taken as it was typed.
type AnswerError struct{ Problem string }

func (e *AnswerError) Error() string { return e.Problem }

// Untypable tells those who know no terminal what it is.
func (e *AnswerError) Untypable() {}

// keyboard reads what is typed, and keeps it, and writes where questions stand.
type keyboard struct {
	io.Reader
	io.Writer
	typed []byte
}

func (k *keyboard) Read(p []byte) (int, error) {
	n, err := k.Reader.Read(p)
	k.typed = append(k.typed, p[:n]...)
	if !utf8.Valid(k.typed[:len(k.typed)-unfinished(k.typed)]) {
		// The line editor would wait for another key, and leave this one out.
		return 0, &AnswerError{"what is not UTF-8 can't be typed"}
	}
	return n, err
}

// unfinished counts the bytes of a character of which more are to come.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) && !utf8.FullRune(last) {
			return n
		}
	}
	return 0
}

// What the line editor makes of keys: golang.org/x/term, terminal.go.
const (
	longestLine = 4096 // runes; it drops those above
	// editing are the control characters that mean something to it; it drops the others.
	editing = "\x01\x02\x03\x04\x05\x06\x08\x0a\x0b\x0c\x0d\x0e\x10\x14\x15\x17\x1b"
)

func checkAnswer(line string, typed []byte) error {
	if end := bytes.IndexAny(typed, "\r\n"); end >= 0 {
		typed = typed[:end]
	}
	dropped := func(r rune) bool { return r < ' ' && !strings.ContainsRune(editing, r) }
	switch {
	case utf8.RuneCountInString(line) >= longestLine:
		return &AnswerError{fmt.Sprintf("an answer of %d characters or more can't be typed", longestLine)}
	case bytes.ContainsRune(typed, '\t'):
		return &AnswerError{"a tab can't be typed"}
	case bytes.ContainsFunc(typed, dropped):
		return &AnswerError{"a control character can't be typed"}
	}
	return nil
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
