// Package plan says how each component of a lab is run: its arguments, its
// environment, and where it tells that it is ready. It starts nothing.
package plan

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kubectl-app/kubectl-app/lab/ports"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// The components, by the names under which status lists them.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Kubelet           = "kubelet"
	MetricsServer     = "metrics-server"
)

// Names lists all components in the order in which they start.
func Names() []string {
	return []string{Etcd, APIServer, ControllerManager, Scheduler, Kubelet, MetricsServer}
}

// Lab is what the plan depends on.
type Lab struct {
	Dir   state.Dir
	Nodes int
	Ports map[string]int
	// Without lists the parts that the lab does not have.
	Without []string
}

// PickPorts gives every component a port, and the router.
func PickPorts(ctx context.Context) (map[string]int, error) {
	names := append(Names(), router)
	picked, err := ports.Pick(ctx, len(names))
	if err != nil {
		return nil, err
	}
	byName := make(map[string]int, len(names))
	for i, name := range names {
		byName[name] = picked[i]
	}
	return byName, nil
}

// Component is one process of a lab.
type Component struct {
	Name string
	// Args follow the hidden command that runs the component.
	Args []string
	// Env comes on top of the supervisor's environment.
	Env []string
	// Ready answers 200 to a GET once the component does its work.
	Ready string
	// Needs lists the components that have to be ready before this one starts.
	Needs []string
}

// Server is the API server's address.
func (l Lab) Server() string { return l.url(APIServer, "") }

func (l Lab) url(component, path string) string {
	return "https://" + l.address(component) + path
}

func (l Lab) address(component string) string { return ports.Address(l.Ports[component]) }
func (l Lab) port(component string) string    { return strconv.Itoa(l.Ports[component]) }

// Component returns the plan of the one called name.
func (l Lab) Component(name string) (Component, error) {
	for _, c := range l.Components() {
		if c.Name == name {
			return c, nil
		}
	}
	return Component{}, fmt.Errorf("no component %q", name)
}

// Components returns all of them in the order in which they start.
func (l Lab) Components() []Component {
	return []Component{l.etcd(), l.apiServer(), l.controllerManager(), l.scheduler(), l.kubelet(), l.metricsServer()}
}

// memory trades processor time for a smaller heap: a lab is small, and shares
// a laptop. The limit is soft, so that a big cluster still fits.
func memory(limit string, percent int) []string {
	return []string{"GOGC=" + strconv.Itoa(percent), "GOMEMLIMIT=" + limit}
}
