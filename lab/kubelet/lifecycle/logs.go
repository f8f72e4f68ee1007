package lifecycle

import (
	"strings"
	"sync"
	"time"
)

// LogLine is one line that a program wrote.
type LogLine struct {
	Time   time.Time
	Stderr bool
	Text   string
}

// Log is what one run of a container wrote. The API serves it from another
// goroutine than the one that writes.
type Log struct {
	mu      sync.Mutex
	lines   []LogLine
	closed  bool
	changed chan struct{}
}

// Add writes a line.
func (l *Log) Add(line LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	l.wake()
}

// Close marks the end: the program has exited.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.wake()
}

func (l *Log) wake() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// From returns the lines after the first n, whether more can follow, and a
// channel that is closed when something changes.
func (l *Log) From(n int) (lines []LogLine, open bool, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.lines[n:], !l.closed, l.changed
}

// tail is the end of the log as a termination message: at most 2,048 bytes or
// 80 lines, the kubelet's limits.
func (l *Log) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var text strings.Builder
	for _, line := range l.lines[max(0, len(l.lines)-80):] {
		text.WriteString(line.Text + "\n")
	}
	if all := text.String(); len(all) > 2048 {
		return all[len(all)-2048:]
	}
	return text.String()
}
