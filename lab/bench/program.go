package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// program is one of those that are compared.
type program struct {
	path string
	env  []string
}

// environment is this process's, with another home and another cluster.
func environment(bin, home, kubeconfig string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "KUBE") || strings.HasPrefix(v, "GODEBUG=") || strings.HasPrefix(v, "GOGC=")
	})
	return append(env, "HOME="+home, "KUBECONFIG="+kubeconfig, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// cost is what one process took.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // of resident memory, in bytes; 0 where the system does not tell
	end       time.Time
}

// plus adds up what two processes took that ran one after the other.
func (c cost) plus(next cost) cost {
	return cost{wall: c.wall + next.wall, cpu: c.cpu + next.cpu, peak: max(c.peak, next.peak), end: next.end}
}

// running is a process under way.
type running struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	done   chan struct{}
	took   cost  // valid when done is closed
	err    error // and so is this
}

// start runs the program. What it writes to stderr also goes to listen, line by line, if that is not nil.
func (p program) start(ctx context.Context, listen func(line []byte, at time.Time), args ...string) (*running, error) {
	r := &running{cmd: exec.CommandContext(ctx, p.path, args...), done: make(chan struct{})}
	r.cmd.Env = p.env
	// A group of its own: what interrupts the bench is for the bench to pass on.
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.cmd.Stdout, r.cmd.Stderr = &r.output, &r.output
	if listen != nil {
		r.cmd.Stderr = &lines{say: listen}
	}
	began := time.Now()
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", p.path, err)
	}
	peak := watchPeak(r.cmd.Process.Pid)
	go func() {
		defer close(r.done)
		r.err = r.cmd.Wait()
		r.took.end = time.Now() // however late anybody asks
		r.took.wall, r.took.peak = r.took.end.Sub(began), peak.stop()
	}()
	return r, nil
}

// wait returns what the process took. Any exit code but the one that is wanted is an error.
func (r *running) wait(want int) (cost, error) {
	<-r.done
	state, command := r.cmd.ProcessState, strings.Join(r.cmd.Args, " ")
	var exit *exec.ExitError
	if state == nil || r.err != nil && !errors.As(r.err, &exit) {
		return r.took, fmt.Errorf("%s: %w", command, r.err)
	}
	r.took.cpu = state.UserTime() + state.SystemTime()
	if code := state.ExitCode(); code != want {
		return r.took, fmt.Errorf("%s: exit code %d, not %d:\n%s", command, code, want, r.output.Bytes())
	}
	return r.took, nil
}

// run is start and wait, for a command that ends well.
func (p program) run(ctx context.Context, args ...string) (cost, error) {
	r, err := p.start(ctx, nil, args...)
	if err != nil {
		return cost{}, err
	}
	return r.wait(0)
}

// lines passes on each line with the moment at which it came.
type lines struct {
	say  func(line []byte, at time.Time)
	rest []byte
}

func (l *lines) Write(p []byte) (int, error) {
	at := time.Now()
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		l.say(line, at)
		l.rest = rest
	}
}
