package term_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/internal/term/termtest"
)

// canvas joins a painter to a screen that can be resized.
type canvas struct {
	*term.Painter
	seen *termtest.Screen
	size *term.Screen
}

func newCanvas(width, height int) canvas {
	seen, size := termtest.New(width, height), &term.Screen{Width: width, Height: height}
	fmt.Fprint(seen, "$ kubectl app\r\n")
	return canvas{Painter: term.NewPainter(term.NewFakeOutput(seen, size)), seen: seen, size: size}
}

func (c canvas) resize(width, height int) {
	c.size.Width, c.size.Height = width, height
	c.seen.Resize(width, height)
}

func (c canvas) expect(t *testing.T, lines ...string) {
	t.Helper()
	want := strings.Join(append([]string{"$ kubectl app"}, lines...), "\n") + "\n"
	if got := c.seen.Text(); got != want {
		t.Errorf("the screen shows\n%swant\n%s", got, want)
	}
	if len(c.seen.Faults) > 0 || c.seen.CursorHidden() {
		t.Errorf("faults %v, cursor hidden %v", c.seen.Faults, c.seen.CursorHidden())
	}
}

func paint(t *testing.T, c canvas, lines ...string) {
	t.Helper()
	if err := c.Paint(lines); err != nil {
		t.Fatal(err)
	}
}

func TestPaintReplacesTheRegion(t *testing.T) {
	c := newCanvas(40, 10)
	paint(t, c, "one", "two", "three")
	c.expect(t, "one", "two", "three")
	paint(t, c, "one", "2", "three", "four")
	c.expect(t, "one", "2", "three", "four")
	paint(t, c, "1")
	c.expect(t, "1")
}

func TestPaintWritesNothingTwice(t *testing.T) {
	var b strings.Builder
	p := term.NewPainter(term.NewFakeOutput(&b, &term.Screen{Width: 40, Height: 10}))
	for range 3 {
		if err := p.Paint([]string{"picture", "0:01"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(b.String(), "picture"); n != 1 {
		t.Errorf("written %d times", n)
	}
}

// tmux wraps the erased cells of a row that was longer, too, when it gets narrower: the row is emptied first.
func TestShorterLinesEmptyTheirRow(t *testing.T) {
	const emptied = "\x1b[2K"
	var b strings.Builder
	p := term.NewPainter(term.NewFakeOutput(&b, &term.Screen{Width: 40, Height: 10}))
	for _, step := range []struct {
		lines, above []string
		want         []string
	}{
		{[]string{"a picture", "0:01"}, nil, []string{emptied + "a picture", emptied + "0:01"}},
		{[]string{"picture", "0:02"}, nil, []string{emptied + "picture", "\n0:02"}},
		{[]string{"a picture", "10:02", "more"}, nil, []string{"\ra picture", "\n10:02", "\nmore"}},
		{nil, []string{"warning"}, []string{emptied + "warning", emptied + "a picture", emptied + "10:02"}},
	} {
		b.Reset()
		paint := func() error { return p.Paint(step.lines) }
		if step.above != nil {
			paint = func() error { return p.Print(step.above) }
		}
		err := paint()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range step.want {
			if !strings.Contains(strings.ReplaceAll(b.String(), "\x1b[2A", ""), want) {
				t.Errorf("%q lacks %q", b.String(), want)
			}
		}
	}
}

func TestPrintStaysAbove(t *testing.T) {
	c := newCanvas(40, 10)
	if err := c.Print([]string{"warning: first"}); err != nil {
		t.Fatal(err)
	}
	paint(t, c, "picture", "0:01")
	if err := c.Print([]string{"warning: second"}); err != nil {
		t.Fatal(err)
	}
	paint(t, c, "picture", "0:02")
	c.expect(t, "warning: first", "warning: second", "picture", "0:02")
}

func TestPaintAtTheBottom(t *testing.T) {
	c := newCanvas(40, 6)
	fmt.Fprint(c.seen, strings.Repeat("before\r\n", 9))
	before := strings.Split(strings.TrimSpace(strings.Repeat("before\n", 9)), "\n")
	for i := range 4 {
		paint(t, c, "picture", "of", "four", fmt.Sprint(i))
	}
	c.expect(t, append(before, "picture", "of", "four", "3")...)
}

func TestResize(t *testing.T) {
	long, short := strings.Repeat("x", 75), "short"
	for _, sizes := range [][2]int{{40, 20}, {20, 20}, {200, 20}, {79, 20}, {76, 20}, {75, 20}} {
		t.Run(fmt.Sprint(sizes), func(t *testing.T) {
			c := newCanvas(80, 20)
			paint(t, c, long, short, long)
			c.resize(sizes[0], sizes[1])
			fitted := long[:min(75, sizes[0]-1)]
			paint(t, c, fitted, short, fitted)
			c.expect(t, fitted, short, fitted)
		})
	}
}

// A wide rune that does not fit a row's last column leaves that empty.
func TestResizeWide(t *testing.T) {
	c := newCanvas(80, 20)
	paint(t, c, "x"+strings.Repeat("起", 38), "short")
	c.resize(20, 20)
	paint(t, c, "x"+strings.Repeat("起", 9), "short")
	c.expect(t, "x"+strings.Repeat("起", 9), "short")
}

// In tmux and over ssh the terminal is narrower for a while before the program knows. A frame that
// falls into that time may leave something of itself, but takes nothing of what was there before.
func TestResizeNoticedLate(t *testing.T) {
	c := newCanvas(80, 20)
	paint(t, c, strings.Repeat("x", 75), "short", "0:01")
	c.seen.Resize(40, 20)
	paint(t, c, strings.Repeat("x", 75), "short", "0:02")
	c.size.Width = 40
	paint(t, c, strings.Repeat("y", 39), "short", "0:03")
	lines := strings.Split(strings.TrimSpace(c.seen.Text()), "\n")
	if lines[0] != "$ kubectl app" || !slices.Equal(lines[len(lines)-3:], []string{strings.Repeat("y", 39), "short", "0:03"}) {
		t.Errorf("the screen shows\n%s", c.seen.Text())
	}
}

// A resize to and fro between two frames, and one with nothing new to show.
func TestResizeTwice(t *testing.T) {
	c := newCanvas(80, 20)
	paint(t, c, strings.Repeat("x", 79), "short")
	c.resize(30, 20)
	c.resize(60, 20)
	paint(t, c, strings.Repeat("x", 59), "short")
	c.resize(80, 20)
	paint(t, c, strings.Repeat("x", 59), "short")
	c.expect(t, strings.Repeat("x", 59), "short")
}

func TestPaintReturnsWriteErrors(t *testing.T) {
	p := term.NewPainter(term.NewFakeOutput(closedPipe{}, &term.Screen{Width: 80, Height: 24}))
	if err := p.Paint([]string{"x"}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}

type closedPipe struct{}

var _ io.Writer = closedPipe{}

func (closedPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }
