package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// peak follows the high-water mark of a process's resident memory. The kernel keeps the mark, so only
// a rise within the last moment before the end can be missed. What the kernel returns with the end of
// a child would be the greater of the child's mark and of this process's own.
type peak struct {
	quit chan struct{}
	mark chan int64
}

// glance is how often the mark is read.
const glance = 20 * time.Millisecond

func watchPeak(pid int) *peak {
	p := &peak{quit: make(chan struct{}), mark: make(chan int64)}
	go func() {
		tick := time.NewTicker(glance)
		defer tick.Stop()
		var highest int64
		for {
			select {
			case <-tick.C:
				highest = max(highest, highWater(pid))
			case <-p.quit:
				p.mark <- highest
				return
			}
		}
	}()
	return p
}

func (p *peak) stop() int64 {
	close(p.quit)
	return <-p.mark
}

// highWater is a living process's mark in bytes; 0 if there is none.
func highWater(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64); err == nil {
				return kilobytes * 1024
			}
		}
	}
	return 0
}
