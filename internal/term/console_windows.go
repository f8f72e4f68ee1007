package term

import (
	"os"

	"golang.org/x/sys/windows"
)

// prepareConsole asks the console to take escape sequences, and tells whether it does.
func prepareConsole(f *os.File) bool {
	handle := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(handle, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
