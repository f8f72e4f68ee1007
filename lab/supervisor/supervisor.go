// Package supervisor is the process behind a running lab: it starts the
// components, owns them, and removes every trace of them in the end.
package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"k8s.io/component-base/version"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
	"github.com/kubectl-app/kubectl-app/lab/leftovers"
	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// Name is the supervisor's own in status and for its log.
const Name = "supervisor"

// Options say which lab to run.
type Options struct {
	Dir state.Dir
	// Kubeconfig is the user's file that the lab's context goes into.
	Kubeconfig string
	Nodes      int
	// Without lists the parts of the lab that are left out.
	Without []string
	// Executable is the program that runs the components.
	Executable string
	// Lease, if not nil, ends the lab when it closes.
	Lease io.Reader
}

// Supervisor runs one lab.
type Supervisor struct {
	Options

	log    *slog.Logger
	spawn  spawner
	end    context.CancelFunc
	began  time.Time
	record state.Record

	// begun is closed when the lab has started or has failed to; failure then
	// says which.
	begun   chan struct{}
	failure error

	// changing is held while components are started or stopped by a command.
	changing sync.Mutex

	mu        sync.Mutex
	lab       plan.Lab
	prober    *prober
	processes map[string]*process
}

// Run runs the lab until the context ends, the lease closes or a client wants
// it down. ready is called once it is up. On return no trace of it is left.
func Run(ctx context.Context, o Options, ready func(state.Record)) error {
	lock, err := o.Dir.Acquire(ctx)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	s := &Supervisor{Options: o, end: end, began: time.Now(), begun: make(chan struct{}), processes: map[string]*process{}}
	if o.Lease != nil {
		go func() {
			_, _ = io.Copy(io.Discard, o.Lease)
			end()
		}()
	}
	err = s.run(ctx, ready)
	// The lab may end because the context did: the removal must not.
	cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, leftovers.Remove(cleaning, o.Dir, lock))
}

func (s *Supervisor) run(ctx context.Context, ready func(state.Record)) error {
	// A lab of this name that crashed may have left its files.
	if err := leftovers.Clear(ctx, s.Dir); err != nil {
		return err
	}
	if err := s.Dir.Make(); err != nil {
		return err
	}
	closeLog, err := s.openLog()
	if err != nil {
		return err
	}
	defer closeLog()
	if err := s.listen(ctx); err != nil {
		return err
	}
	s.spawn = newSpawner(context.WithoutCancel(ctx))
	defer s.killAll()

	s.failure = s.begin(ctx)
	close(s.begun)
	if s.failure != nil {
		s.log.Error("the lab did not start", "error", s.failure)
		return s.failure
	}
	s.log.Info("ready", "after", time.Since(s.began))
	ready(s.record)
	<-ctx.Done()
	s.log.Info("going down")
	return nil
}

func (s *Supervisor) openLog() (func(), error) {
	file, err := os.OpenFile(s.Dir.Log(Name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lab %s: %w", s.Dir.Name, err)
	}
	s.log = slog.New(slog.NewTextHandler(file, nil))
	// Nobody sees the standard error of a process in the background.
	if err := debug.SetCrashOutput(file, debug.CrashOptions{}); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}

// begin brings the lab up. Another program may take a port between its choice
// and its use: then all starts again with others.
func (s *Supervisor) begin(ctx context.Context) error {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		admin, err := s.prepare(ctx)
		if err == nil {
			err = s.startAll(ctx)
		}
		if err == nil {
			return s.publish(ctx, admin)
		}
		if !errors.Is(err, errPortTaken) || attempt == attempts {
			return err
		}
		s.log.Warn("trying again with other ports", "error", err)
		s.killAll()
		if err := os.RemoveAll(s.Dir.Data()); err != nil {
			return fmt.Errorf("lab %s: %w", s.Dir.Name, err)
		}
	}
}

// publish adds the lab to the user's kubeconfig. The record names the file
// before it is written, so that a crash in between leaves nothing unknown.
func (s *Supervisor) publish(ctx context.Context, admin kubeconfig.Entry) error {
	s.record.Server, s.record.Kubeconfig = admin.Server, state.Kubeconfig{File: s.Kubeconfig}
	if err := s.Dir.Save(s.record); err != nil {
		return err
	}
	written, err := kubeconfig.Add(ctx, s.Kubeconfig, admin)
	if err != nil {
		return err
	}
	s.record.Kubeconfig = written
	return s.Dir.Save(s.record)
}

// newRecord is what is known when the lab starts.
func (s *Supervisor) newRecord(address, token string) state.Record {
	return state.Record{
		Name: s.Dir.Name, Context: s.Dir.Context(), Version: version.Get().GitVersion, Nodes: s.Nodes,
		Created: s.began.UTC().Truncate(time.Second), Supervisor: os.Getpid(), Control: address, Token: token,
	}
}

var _ control.Lab = (*Supervisor)(nil)
