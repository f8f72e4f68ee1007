package lifecycle

import (
	"fmt"
	"strings"
	"time"
)

// program is one run of a container's program, decided when it starts.
type program struct {
	// first and boot are printed at the start, last when it ends by itself.
	boot, last []LogLine
	// ends is when it ends by itself, since its start; never if negative.
	ends    time.Duration
	code    int32
	reason  string
	message string
	// serves tells whether it listens on its port at all.
	serves bool
	// stop is how long it takes to end after SIGTERM.
	stop time.Duration
}

const (
	never = time.Duration(-1)
	// quick is how long a program lives that has nothing to do or fails at once:
	// it is gone before the next relist.
	quick = 50 * time.Millisecond
	// good programs end as fast when asked to.
	stopQuick = 30 * time.Millisecond
	// leakTime is how long a program takes to eat its memory.
	leakTime = 2500 * time.Millisecond
)

// programOf is what the n-th run (from 0) of a container does that behaves so.
func (m *Machine) programOf(u *unit, b Behavior, n int32, now time.Time) program {
	p := program{ends: never, reason: "Completed", serves: true, stop: orDefault(b.StopTime, stopQuick)}
	p.boot = lines(false, now.UTC().Format(time.RFC3339)+" starting app pid=1")
	word := b.Exit
	if b.Crashes > 0 && int(n) >= b.Crashes {
		word = ""
	}
	own, written := annotation(m.pod, AnnotationLog, u.Name)
	say := func(text string) []LogLine {
		if written {
			text = own
		}
		return lines(true, strings.Split(strings.TrimRight(text, "\n"), "\n")...)
	}
	listening := lines(false, "listening on "+listenAddress(u, b))
	after := func(own time.Duration) time.Duration {
		if b.AfterSet {
			return b.ExitAfter
		}
		return own
	}
	switch {
	case b.Start == wordBadArch:
		p.boot, p.last = nil, lines(true, "exec "+commandOf(u)+": exec format error")
		p.ends, p.code, p.serves = quick, 255, false
	case word == wordHang:
		p.boot, p.serves = nil, false
	case word == wordInitFail:
		p.last, p.ends, p.code, p.serves = say("migration 0042 failed: duplicate column"), after(quick), 1, false
	case word == wordCrash && b.Crashes > 0:
		p.last, p.ends, p.code, p.serves = say("cannot reach cache:6379, giving up"), after(quick), 1, b.AfterSet
	case word == wordCrash && b.AfterSet:
		p.boot = append(p.boot, listening...)
		p.last, p.ends, p.code = say("panic: config reload failed: yaml: line 12: did not find expected key"), after(0), 3
	case word == wordCrash:
		p.last, p.ends, p.code, p.serves = say("fatal: could not connect to database at db:5432: connection refused"), quick, 1, false
	case word == wordOOM:
		p.boot = append(append(p.boot, listening...), say("loading cache into memory")...)
		p.ends, p.code, p.reason = after(leakTime), 137, "OOMKilled"
	case word == wordDone || u.role == roleInit || u.role == roleMain && m.pod.Spec.RestartPolicy != "Always" && word == "":
		p.last, p.ends, p.serves = say("all work done"), after(quick), b.AfterSet
	default:
		p.boot = append(p.boot, listening...)
		if written {
			p.boot = append(p.boot, say("")...)
		}
	}
	if p.code != 0 && p.reason != "OOMKilled" {
		p.code, p.reason = exitCode(m.pod, u.Name, p.code), "Error"
		p.message, _ = annotation(m.pod, AnnotationMessage, u.Name)
	}
	return p
}

func lines(stderr bool, texts ...string) []LogLine {
	all := make([]LogLine, 0, len(texts))
	for _, text := range texts {
		all = append(all, LogLine{Stderr: stderr, Text: text})
	}
	return all
}

// listenAddress is where the program says that it listens.
func listenAddress(u *unit, b Behavior) string {
	port := portOf(u.Container)
	if b.Listen != 0 {
		port = b.Listen
	}
	if b.Localhost {
		return fmt.Sprintf("127.0.0.1:%d", port)
	}
	return fmt.Sprintf(":%d", port)
}

// commandOf is the program's path: the container's command, or the image's own.
func commandOf(u *unit) string {
	if len(u.Command) > 0 {
		return u.Command[0]
	}
	return "/app"
}
