package supervisor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kubectl-app/kubectl-app/lab/bootstrap"
	"github.com/kubectl-app/kubectl-app/lab/plan"
)

// errPortTaken says that another program has a component's port.
var errPortTaken = errors.New("the port is taken")

// patience is how long a component may take to get ready: a loaded machine is
// slow, not broken.
const patience = 2 * time.Minute

// between is the pause between two questions whether a component is ready: no
// event tells one process that another has started to serve.
const between = 20 * time.Millisecond

// startAll starts every component as soon as those that it needs are ready, and
// returns when pods can run.
func (s *Supervisor) startAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ready := map[string]chan struct{}{}
	for _, name := range plan.Names() {
		ready[name] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, c := range s.lab.Components() {
		group.Go(func() error {
			for _, need := range c.Needs {
				select {
				case <-ready[need]:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if err := s.startOne(ctx, c); err != nil {
				return err
			}
			close(ready[c.Name])
			return nil
		})
	}
	group.Go(func() error {
		select {
		case <-ready[plan.APIServer]:
		case <-ctx.Done():
			return ctx.Err()
		}
		return bootstrap.Await(ctx, s.Dir.Kubeconfig(admin), s.Nodes)
	})
	group.Go(func() error {
		select {
		case <-ready[plan.APIServer]:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !s.lab.Has(plan.Ingress) {
			return nil
		}
		return bootstrap.IngressClass(ctx, s.Dir.Kubeconfig(admin))
	})
	group.Go(func() error {
		select {
		case <-ready[plan.APIServer]:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !s.lab.Has(plan.Storage) {
			return nil
		}
		return bootstrap.StorageClass(ctx, s.Dir.Kubeconfig(admin))
	})
	group.Go(func() error {
		select {
		case <-ready[plan.MetricsServer]:
		case <-ctx.Done():
			return ctx.Err()
		}
		return bootstrap.Metrics(ctx, s.Dir.Kubeconfig(admin), s.lab.Ports[plan.MetricsServer])
	})
	return group.Wait()
}

// startOne starts a component and returns when it is ready.
func (s *Supervisor) startOne(ctx context.Context, c plan.Component) error {
	p, err := launch(ctx, s.spawn, s.Executable, s.Dir, c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.processes[c.Name] = p
	s.mu.Unlock()
	err = wait.PollUntilContextTimeout(ctx, between, patience, true, func(ctx context.Context) (bool, error) {
		if !p.alive() {
			return false, s.obituary(p)
		}
		return s.prober.ready(ctx, c.Ready) == nil, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return fmt.Errorf("%s is not ready after %s:\n%s", c.Name, patience, s.lastWords(c.Name))
	}
	if err == nil {
		s.log.Info("started", "component", c.Name, "pid", p.cmd.Process.Pid, "after", time.Since(p.started))
	}
	return err
}

// obituary is the error for a component that ended before it was ready.
func (s *Supervisor) obituary(p *process) error {
	words := s.lastWords(p.component.Name)
	err := fmt.Errorf("%s ended before it was ready (%s):\n%s", p.component.Name, p.exit(), words)
	// The text is all that another process leaves of its error.
	if strings.Contains(words, "address already in use") || strings.Contains(words, "Only one usage of each socket") {
		return errors.Join(errPortTaken, err)
	}
	return err
}

// lastWords are the last lines of a component's log, indented.
func (s *Supervisor) lastWords(component string) string {
	const lines = 8
	return "    " + strings.Join(s.Dir.LogTail(component, lines), "\n    ")
}

// killAll ends all components at once.
func (s *Supervisor) killAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.processes {
		_ = p.cmd.Process.Kill()
	}
	for _, p := range s.processes {
		<-p.ended
	}
	clear(s.processes)
}
