package supervisor

import (
	"context"
	"os"
	"sync"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/plan"
)

// logLines is how much of a dead component's log a status shows.
const logLines = 10

// Status implements control.Lab. All components are asked at once.
func (s *Supervisor) Status(ctx context.Context) control.Status {
	pid := os.Getpid()
	status := control.Status{
		Name: s.Dir.Name, Context: s.Dir.Context(), Kubeconfig: s.Kubeconfig, Version: s.record.Version,
		Nodes: s.Nodes, Created: s.record.Created,
		Supervisor: control.Component{
			Name: Name, State: control.Ready, PID: pid, Since: s.began, RSSBytes: residentBytes(pid), Log: s.Dir.Log(Name),
		},
	}
	s.mu.Lock()
	lab, prober := s.lab, s.prober
	s.mu.Unlock()
	components := []plan.Component{}
	if prober != nil {
		status.Server = lab.Server()
		if lab.Has(plan.Ingress) {
			status.Ingress = "http://" + lab.Router()
		}
		components = lab.Components()
	}
	status.Components = make([]control.Component, len(components))
	var asking sync.WaitGroup
	for i, c := range components {
		asking.Go(func() { status.Components[i] = s.component(ctx, prober, c) })
	}
	asking.Wait()
	status.RSSBytes = status.Supervisor.RSSBytes
	for _, c := range status.Components {
		status.RSSBytes += c.RSSBytes
	}
	status.State = s.state(status.Components)
	return status
}

// state sums the components up.
func (s *Supervisor) state(components []control.Component) control.State {
	begun := false
	select {
	case <-s.begun:
		begun = true
	default:
	}
	state := control.Ready
	for _, c := range components {
		switch {
		case c.State == control.Dead:
			return control.Degraded
		case c.State != control.Ready:
			state = control.Degraded
		}
	}
	if !begun {
		return control.Starting
	}
	return state
}

func (s *Supervisor) component(ctx context.Context, prober *prober, c plan.Component) control.Component {
	out := control.Component{Name: c.Name, State: control.Waiting, Log: s.Dir.Log(c.Name)}
	p := s.process(c.Name)
	if p == nil {
		return out
	}
	out.PID, out.Since = p.cmd.Process.Pid, p.started
	if !p.alive() {
		out.State, out.Exit, out.LogTail = control.Dead, p.exit(), s.Dir.LogTail(c.Name, logLines)
		return out
	}
	out.RSSBytes = residentBytes(out.PID)
	if err := prober.ready(ctx, c.Ready); err != nil {
		out.State = control.Unready
		out.Exit = err.Error()
		return out
	}
	out.State = control.Ready
	return out
}
