//go:build !windows

package term

import "os"

// prepareConsole has nothing to do where terminals take escape sequences by themselves.
func prepareConsole(*os.File) bool { return true }
