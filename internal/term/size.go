package term

import (
	"os"

	xterm "golang.org/x/term"
)

// The size of a terminal that does not tell: that of a VT100.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

func noSize() (width, height int) { return 0, 0 }

func fileSize(f *os.File) func() (int, int) {
	return func() (int, int) {
		width, height, err := xterm.GetSize(int(f.Fd()))
		// Some CI systems give a pseudo-terminal of 0 by 0.
		if err != nil || width <= 0 {
			width = defaultWidth
		}
		if err != nil || height <= 0 {
			height = defaultHeight
		}
		return width, height
	}
}
