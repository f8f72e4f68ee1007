package supervisor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// farewell is how long a component may take to end in order. The API server
// would wait much longer, for its watchers to leave.
const farewell = time.Second

// process is one run of a component.
type process struct {
	component plan.Component
	cmd       *exec.Cmd
	started   time.Time
	// lifeline stays open while the supervisor lives.
	lifeline *os.File
	// ended is closed at the process's end, and err then says how it ended.
	ended chan struct{}
	err   error
}

// launch starts this same program as the component. Its name becomes argv[0],
// which ps shows and from which client-go makes the name of the field manager.
func launch(ctx context.Context, s spawner, executable string, dir state.Dir, c plan.Component) (*process, error) {
	log, err := os.OpenFile(dir.Log(c.Name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	defer log.Close()
	stdin, lifeline, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	defer stdin.Close()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), executable)
	cmd.Args = append([]string{c.Name, "component", c.Name}, c.Args...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Dir = filepath.Dir(dir.Log(c.Name))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, log, log
	cmd.SysProcAttr = attributes()
	p := &process{component: c, cmd: cmd, started: time.Now(), lifeline: lifeline, ended: make(chan struct{})}
	if err := s.start(ctx, cmd); err != nil {
		_ = lifeline.Close()
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	go func() {
		p.err = cmd.Wait()
		_ = lifeline.Close()
		close(p.ended)
	}()
	return p, nil
}

// alive tells whether the process still runs.
func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// exit says how an ended process ended.
func (p *process) exit() string {
	if p.err == nil {
		return "exit status 0"
	}
	return p.err.Error()
}

// stop asks the process to end, and kills it when it does not.
func (p *process) stop() {
	if p.cmd.Process.Signal(syscall.SIGTERM) == nil {
		timer := time.NewTimer(farewell)
		defer timer.Stop()
		select {
		case <-p.ended:
			return
		case <-timer.C:
		}
	}
	p.kill()
}

// kill ends the process at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}
