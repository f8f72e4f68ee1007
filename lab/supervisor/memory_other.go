//go:build !linux

package supervisor

import (
	"os/exec"
	"strconv"
	"strings"
)

// residentBytes asks ps, which every Unix has; 0 where there is none.
func residentBytes(pid int) int64 {
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0
	}
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
