package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

func newPlan(t *testing.T) plan.Lab {
	t.Helper()
	ports, err := plan.PickPorts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return plan.Lab{Dir: state.Dir{Name: "a", Path: "/home/a"}, Nodes: 3, Ports: ports}
}

// TestOrder makes sure that nothing waits for what comes after it.
func TestOrder(t *testing.T) {
	components := newPlan(t).Components()
	seen := make([]string, 0, len(components))
	for _, c := range components {
		for _, need := range c.Needs {
			if !slices.Contains(seen, need) {
				t.Errorf("%s needs %s, which comes later or never", c.Name, need)
			}
		}
		seen = append(seen, c.Name)
	}
	if !slices.Equal(seen, plan.Names()) {
		t.Errorf("components %v, names %v", seen, plan.Names())
	}
}

// TestLoopbackOnly holds every component to this machine.
func TestLoopbackOnly(t *testing.T) {
	lab := newPlan(t)
	for _, c := range lab.Components() {
		if !strings.Contains(c.Ready, "//127.0.0.1:") {
			t.Errorf("%s is asked at %s", c.Name, c.Ready)
		}
		bound := slices.ContainsFunc(c.Args, func(arg string) bool {
			return arg == "--bind-address=127.0.0.1" || strings.HasPrefix(arg, "--listen-client-url=https://127.0.0.1:")
		})
		// The kubelet takes only a port, and adds the address itself.
		if !bound && c.Name != plan.Kubelet {
			t.Errorf("%s isn't bound to loopback: %v", c.Name, c.Args)
		}
		for _, arg := range c.Args {
			if strings.Contains(arg, "0.0.0.0") {
				t.Errorf("%s: %s", c.Name, arg)
			}
		}
	}
}

func TestPortsDiffer(t *testing.T) {
	lab := newPlan(t)
	seen := map[int]string{}
	for name, port := range lab.Ports {
		if other, ok := seen[port]; ok {
			t.Errorf("%s and %s share port %d", name, other, port)
		}
		seen[port] = name
	}
}

func TestUnknownComponent(t *testing.T) {
	if _, err := newPlan(t).Component("etdc"); err == nil {
		t.Error("no error")
	}
}
