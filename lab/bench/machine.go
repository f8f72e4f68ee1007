package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine says what the figures were taken on.
func (b *bench) machine() string {
	return fmt.Sprintf("%s/%s, %d cores, load average %s before", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.load)
}

// load is the load average of the last minute, where the system tells.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
