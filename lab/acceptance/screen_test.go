package acceptance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"github.com/rogpeppe/go-internal/testscript"
)

// screen is a terminal as someone sees it: an emulator behind a pty, and each frame that it showed.
type screen struct {
	emulator vt10x.Terminal
	file     *os.File // the side that the terminal program holds
	raw      bytes.Buffer
	frames   []string
}

// endOfFrame ends a synchronized update: what comes before it was never seen half-way.
var endOfFrame = []byte("\x1b[?2026l")

// onScreen starts the job with all its streams on a new terminal.
func (j *job) onScreen(columns, rows int) error {
	j.screen = &screen{emulator: vt10x.New(vt10x.WithSize(columns, rows))}
	j.cmd.Stdout, j.cmd.Stderr, j.cmd.SysProcAttr = nil, nil, nil
	file, err := pty.StartWithAttrs(j.cmd, size(columns, rows), &syscall.SysProcAttr{Setsid: true, Setctty: true})
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	j.screen.file = file
	go func() {
		j.show()
		j.err = j.cmd.Wait()
		close(j.done)
	}()
	return nil
}

// show feeds the emulator until the last process has left the terminal.
func (j *job) show() {
	buffer := make([]byte, 32<<10)
	for {
		n, err := j.screen.file.Read(buffer)
		j.mu.Lock()
		j.screen.feed(buffer[:n])
		j.tell()
		if err != nil { // EIO is how Linux says that nobody is left
			_ = j.screen.file.Close()
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()
	}
}

func (s *screen) feed(p []byte) {
	s.raw.Write(p)
	for len(p) > 0 {
		piece := p
		if i := bytes.Index(p, endOfFrame); i >= 0 {
			piece = p[:i+len(endOfFrame)]
		}
		p = p[len(piece):]
		_, _ = s.emulator.Write(piece)
		if len(p) == 0 && bytes.Contains(piece, []byte("\x1b[?2026h")) && !bytes.Contains(piece, endOfFrame) {
			return // the rest of the frame comes with the next read
		}
		s.frames = append(s.frames, s.emulator.String())
	}
}

func (s *screen) last() string {
	var lines []string
	for line := range strings.Lines(s.emulator.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// intact: whatever shell comes next finds the terminal as it was.
func (s *screen) intact() error {
	if !s.emulator.CursorVisible() {
		return errors.New("the cursor is left hidden")
	}
	if s.emulator.Mode()&vt10x.ModeWrap == 0 {
		return errors.New("the terminal is left without wrapping")
	}
	return nil
}

// keys are what a terminal sends for them.
var keys = map[string]string{"ctrl-c": "\x03", "ctrl-d": "\x04", "tab": "\t", "enter": "\r"}

func press(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || keys[args[1]] == "" {
		ts.Fatalf("usage: press JOB ctrl-c|ctrl-d|tab|enter")
	}
	_, err := onTerminal(ts, args[0]).screen.file.WriteString(keys[args[1]])
	ts.Check(err)
}

// typeLine types a line at the job's terminal; with -n only a part of one.
func typeLine(ts *testscript.TestScript, neg bool, args []string) {
	end := keys["enter"]
	if len(args) > 0 && args[0] == "-n" {
		end, args = "", args[1:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: type [-n] JOB LINE")
	}
	_, err := onTerminal(ts, args[0]).screen.file.WriteString(args[1] + end)
	ts.Check(err)
}

func size(columns, rows int) *pty.Winsize {
	return &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}
}

func dimensions(ts *testscript.TestScript, text string) (columns, rows int) {
	left, right, _ := strings.Cut(text, "x")
	columns, err := strconv.Atoi(left)
	ts.Check(err)
	rows, err = strconv.Atoi(right)
	ts.Check(err)
	return columns, rows
}

func onTerminal(ts *testscript.TestScript, name string) *job {
	j := named(ts, name)
	if j.screen == nil {
		ts.Fatalf("%s has no terminal: start -tty", name)
	}
	return j
}

func resize(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: resize JOB COLSxROWS")
	}
	j := onTerminal(ts, args[0])
	columns, rows := dimensions(ts, args[1])
	j.mu.Lock()
	defer j.mu.Unlock()
	j.screen.emulator.Resize(columns, rows)
	j.screen.frames = nil
	if err := pty.Setsize(j.screen.file, size(columns, rows)); err != nil && !errors.Is(err, fs.ErrClosed) {
		ts.Fatalf("resize: %v", err)
	}
}

// frames looks for a moment at which the screen as a whole fitted a pattern.
func frames(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: frames JOB PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	j := onTerminal(ts, args[0])
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, frame := range j.screen.frames {
		if !pattern.MatchString(frame) {
			continue
		}
		if neg {
			ts.Fatalf("%s showed %q:\n%s", args[0], args[1], frame)
		}
		return
	}
	if !neg {
		ts.Fatalf("%s never showed %q; at the end:\n%s", args[0], args[1], j.screen.last())
	}
}

// fits: no line of any frame reaches the last column, where terminals disagree about wrapping.
func fits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fits JOB COLS")
	}
	columns, err := strconv.Atoi(args[1])
	ts.Check(err)
	j := onTerminal(ts, args[0])
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, frame := range j.screen.frames {
		for line := range strings.Lines(frame) {
			if wide := utf8.RuneCountInString(strings.TrimRight(line, " \n")); wide >= columns {
				ts.Fatalf("%s showed a line of %d columns on a terminal of %d:\n%s", args[0], wide, columns, frame)
			}
		}
	}
}

// colored is an SGR sequence that sets anything; a reset alone colours nothing.
var colored = regexp.MustCompile(`\x1b\[[0-9;]*[1-9][0-9;]*m`)

func colors(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || args[1] != "none" {
		ts.Fatalf("usage: colors JOB none")
	}
	j := onTerminal(ts, args[0])
	j.mu.Lock()
	defer j.mu.Unlock()
	if found := colored.Find(j.screen.raw.Bytes()); (found == nil) == neg {
		ts.Fatalf("%s: colours %q", args[0], found)
	}
}
