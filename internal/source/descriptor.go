package source

import (
	"io/fs"
	"strconv"
	"strings"
)

// stdinPath is how scripts hand a pipe to kubectl's --from-file; it is stdin on every system.
const stdinPath = "/dev/stdin"

func isStdin(path string) bool {
	n, isDescriptor := descriptor(path)
	return path == stdinPath || isDescriptor && n == 0
}

// isOpenPipe tells a pipe that the shell has opened already: <(COMMAND) is one.
func isOpenPipe(path string, mode fs.FileMode) bool {
	_, isDescriptor := descriptor(path)
	return isDescriptor && mode&fs.ModeNamedPipe != 0
}

// descriptor reads a path that is the name of an open file of this process.
func descriptor(path string) (int, bool) {
	for _, folder := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if name, within := strings.CutPrefix(path, folder); within {
			n, err := strconv.ParseUint(name, 10, 31)
			return int(n), err == nil
		}
	}
	return 0, false
}
