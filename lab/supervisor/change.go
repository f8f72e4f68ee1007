package supervisor

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/lab/plan"
)

// WaitReady implements control.Lab.
func (s *Supervisor) WaitReady(ctx context.Context) error {
	select {
	case <-s.begun:
		return s.failure
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Down implements control.Lab.
func (s *Supervisor) Down() { s.end() }

// Restart implements control.Lab. The component keeps its port.
func (s *Supervisor) Restart(ctx context.Context, component string) error {
	if err := s.WaitReady(ctx); err != nil {
		return err
	}
	c, err := s.lab.Component(component)
	if err != nil {
		return fmt.Errorf("%w in lab %s; the components are: %s", err, s.Dir.Name, strings.Join(plan.Names(), ", "))
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	if p := s.process(component); p != nil {
		p.stop()
	}
	return s.startOne(ctx, c)
}

// Revive implements control.Lab.
func (s *Supervisor) Revive(ctx context.Context) ([]string, error) {
	if err := s.WaitReady(ctx); err != nil {
		return nil, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	revived := []string{}
	for _, c := range s.lab.Components() {
		if p := s.process(c.Name); p != nil && p.alive() {
			continue
		}
		if err := s.startOne(ctx, c); err != nil {
			return revived, err
		}
		revived = append(revived, c.Name)
	}
	return revived, nil
}

func (s *Supervisor) process(component string) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.processes[component]
}
