package view

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

func screens(f Frame, screen term.Screen) []string {
	return picture(newSheet(term.NewFakeOutput(io.Discard, &screen)), &f, screen.Height-1)
}

func TestPictures(t *testing.T) {
	for name, f := range scenes() {
		for _, width := range []int{40, 80, 200} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				lines := screens(f, term.Screen{Width: width, Height: 24})
				for _, l := range lines {
					if term.Width(l) >= width {
						t.Errorf("%d columns of %d: %q", term.Width(l), width, l)
					}
				}
				layouttest.Golden(t, fmt.Sprintf("picture/%s-%d", name, width), strings.Join(lines, "\n")+"\n")
			})
		}
	}
}

// The colours change nothing but colours, and every line ends without one.
func TestColoursKeepThePicture(t *testing.T) {
	for name, f := range scenes() {
		t.Run(name, func(t *testing.T) {
			without := screens(f, term.Screen{Width: 80, Height: 24})
			with := screens(f, term.Screen{Width: 80, Height: 24, Color: true})
			for i, l := range with {
				if got := term.Clean(l); got != without[i] {
					t.Errorf("line %d: %q, without colour %q", i, got, without[i])
				}
			}
		})
	}
}

func TestPictureInColour(t *testing.T) {
	lines := screens(scenes()["rolling-back"], term.Screen{Width: 80, Height: 24, Color: true})
	layouttest.Golden(t, "picture/rolling-back-colour", strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "\x1b", "^"))
}

func TestPictureInASCII(t *testing.T) {
	lines := screens(scenes()["rolling-back"], term.Screen{Width: 80, Height: 24, ASCII: true})
	text := strings.Join(lines, "\n") + "\n"
	for _, r := range text {
		if r > '~' {
			t.Errorf("%q is not in the alphabet", r)
		}
	}
	layouttest.Golden(t, "picture/rolling-back-ascii", text)
}

// Every picture fits every terminal, however small.
func TestPicturesFit(t *testing.T) {
	for name, f := range scenes() {
		for _, width := range []int{1, 2, 5, 12, 20, 33, 61, 79, 132} {
			for _, height := range []int{1, 2, 3, 5, 8, 13, 60} {
				lines := screens(f, term.Screen{Width: width, Height: height})
				if len(lines) >= height {
					t.Errorf("%s: %d lines on a terminal of %d", name, len(lines), height)
				}
				for _, l := range lines {
					if term.Width(l) > max(width-1, 1) {
						t.Errorf("%s at %dx%d: %d columns: %q", name, width, height, term.Width(l), l)
					}
				}
			}
		}
	}
}
