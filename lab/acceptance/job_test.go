package acceptance

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// job is a command that runs beside its script.
type job struct {
	name           string
	cmd            *exec.Cmd
	screen         *screen // nil without a terminal
	stdout, stderr *capture
	done           chan struct{}
	err            error // how it ended; valid when done is closed

	mu   sync.Mutex
	news chan struct{} // closed, and made anew, with each output
}

// capture keeps what one stream of a job said.
type capture struct {
	job  *job
	text strings.Builder
}

func (c *capture) Write(p []byte) (int, error) {
	c.job.mu.Lock()
	defer c.job.mu.Unlock()
	c.job.tell()
	return c.text.Write(p)
}

// tell wakes whoever awaits output; the lock is held.
func (j *job) tell() {
	close(j.news)
	j.news = make(chan struct{})
}

// said is all that the job has shown so far, and a channel that tells of more.
func (j *job) said() (string, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	text := j.stdout.text.String() + j.stderr.text.String()
	if j.screen != nil {
		text = strings.Join(j.screen.frames, "\n")
	}
	return text, j.news
}

// output is what the job leaves behind; with a terminal, its screen.
func (j *job) output() (stdout, stderr string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.screen != nil {
		return j.screen.last(), ""
	}
	return j.stdout.text.String(), j.stderr.text.String()
}

func newJob(name string, cmd *exec.Cmd) *job {
	j := &job{name: name, cmd: cmd, done: make(chan struct{}), news: make(chan struct{})}
	j.stdout, j.stderr = &capture{job: j}, &capture{job: j}
	// A group of its own: a signal to the job reaches nobody else.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = j.stdout, j.stderr
	// What a killed process leaves behind must not hold its pipes open.
	cmd.WaitDelay = 5 * time.Second
	return j
}

func (j *job) start() error {
	if err := j.cmd.Start(); err != nil {
		return err
	}
	go func() {
		j.err = j.cmd.Wait()
		close(j.done)
	}()
	return nil
}

// await blocks until the pattern shows up in what the job says.
func (j *job) await(ctx context.Context, pattern *regexp.Regexp) error {
	for {
		text, news := j.said()
		if pattern.MatchString(text) {
			return nil
		}
		select {
		case <-news:
		case <-j.done:
			if text, _ := j.said(); pattern.MatchString(text) {
				return nil
			}
			return fmt.Errorf("%s ended (%w) and never said %q; it said:\n%s", j.name, j.err, pattern, text)
		case <-ctx.Done():
			return fmt.Errorf("%s has not said %q in time; it said:\n%s", j.name, pattern, text)
		}
	}
}

func (j *job) signal(s os.Signal) error { return j.cmd.Process.Signal(s) }

func (s *story) endJobs() {
	for _, j := range s.jobs {
		_ = j.cmd.Process.Kill()
		<-j.done
	}
}
