package recording

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine is the longest line that is read: an object of the API has at most a few MB.
const maxLine = 64 << 20

// Reader reads a recording line by line.
type Reader struct {
	in   *bufio.Reader
	line int
	last float64
}

// NewReader reads from plain or gzipped JSON lines; which of the two is seen from the first bytes.
func NewReader(r io.Reader) (*Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	magic, err := in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the recording: %w", err)
	}
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unzip the recording: %w", err)
		}
		in = bufio.NewReaderSize(unzipped, 64<<10)
	}
	return &Reader{in: in}, nil
}

// Next returns the next line, or io.EOF. What can't be read is a *SyntaxError. A file whose writer was
// killed ends anywhere: in the middle of a line, or of what was compressed. That is its end, and no fault.
func (r *Reader) Next() (Line, error) {
	for {
		text, err := r.text()
		switch {
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return Line{}, &SyntaxError{r.line, err}
		case err != nil && unfinished(text):
			return Line{}, io.EOF
		case len(bytes.TrimSpace(text)) > 0:
			return r.parse(text)
		}
	}
}

// unfinished tells whether text, with which a file ends, is the beginning of a line at most.
func unfinished(text []byte) bool {
	var line json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&line)
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// Line is the number of the line that Next returned last.
func (r *Reader) Line() int { return r.line }

// text reads one line of any length up to maxLine.
func (r *Reader) text() ([]byte, error) {
	r.line++
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, fmt.Errorf("longer than %d MB", maxLine>>20)
		}
	}
}

func (r *Reader) parse(text []byte) (Line, error) {
	var l Line
	if err := json.Unmarshal(text, &l); err != nil {
		return Line{}, &SyntaxError{r.line, err}
	}
	switch {
	case l.Type == "":
		return Line{}, &SyntaxError{r.line, errors.New(`no "type"`)}
	case l.T < 0 || l.T > maxSeconds:
		return Line{}, &SyntaxError{r.line, fmt.Errorf("t is %v", l.T)}
	}
	// A clock that was set back while recording must not set ours back.
	l.T = max(l.T, r.last)
	r.last = l.T
	return l, nil
}

// maxSeconds is a year: more is no rollout.
const maxSeconds = 366 * 24 * 3600
