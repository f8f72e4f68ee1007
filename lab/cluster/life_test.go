//go:build unix

package cluster_test

import (
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/plan"
)

// TestLife goes through the life of one lab, and through the crash of each kind
// of process in it.
func TestLife(t *testing.T) {
	m := newMachine(t)
	if got := m.must("up"); !strings.Contains(got.stdout, "kubectl app lab down") {
		t.Errorf("up doesn't say what to type next: %q", got.stdout)
	}
	first := m.ready()
	if first.State != control.Ready || len(first.Components) != len(plan.Names()) {
		t.Fatalf("after up: %+v", first)
	}
	t.Logf("%d MB resident", first.RSSBytes/1_000_000)
	checkAdmission(t, m)

	if got := m.must("up"); !strings.Contains(got.stdout, "already running") {
		t.Errorf("a second up says %q", got.stdout)
	}
	if again, _ := m.status(); again.Supervisor.PID != first.Supervisor.PID {
		t.Error("a second up started another supervisor")
	}

	m.must("restart", plan.APIServer)
	restarted := m.ready()
	if restarted.State != control.Ready || restarted.Server != first.Server {
		t.Errorf("after a restart: %s at %s, before at %s", restarted.State, restarted.Server, first.Server)
	}
	if component(t, restarted, plan.APIServer).PID == component(t, first, plan.APIServer).PID {
		t.Error("restart left the old process")
	}

	checkComponentCrash(t, m, restarted)
	checkSupervisorCrash(t, m)

	last, _ := m.status()
	m.must("down")
	awaitGone(t, pids(last)...)
	m.wantClean()
	if exists(m.kubeconfig) {
		t.Error("the kubeconfig that up made is still there")
	}
	if got := m.must("down"); !strings.Contains(got.stdout, "nothing to remove") {
		t.Errorf("a second down says %q", got.stdout)
	}
	if got := m.run("status"); got.code != 1 || !strings.Contains(got.stderr, "kubectl app lab up") {
		t.Errorf("status without a lab: exit %d, %q", got.code, got.stderr)
	}
}

// checkComponentCrash kills a component: status names it and shows its last
// words, and the next up starts it again without touching the others.
func checkComponentCrash(t *testing.T, m *machine, before control.Status) {
	t.Helper()
	pid := component(t, before, plan.Scheduler).PID
	kill(t, pid)
	awaitGone(t, pid)
	crashed, got := m.status()
	if dead := component(t, crashed, plan.Scheduler); got.code != 1 || dead.State != control.Dead || len(dead.LogTail) == 0 {
		t.Errorf("after kill -9: exit %d, %+v", got.code, dead)
	}
	if !strings.Contains(got.stderr, plan.Scheduler) {
		t.Errorf("the error doesn't name the dead component: %q", got.stderr)
	}
	m.must("up")
	revived := m.ready()
	if revived.State != control.Ready || component(t, revived, plan.Etcd).PID != component(t, before, plan.Etcd).PID {
		t.Errorf("after the next up: %+v", revived)
	}
}

// checkSupervisorCrash kills the supervisor: all else dies with it, and the next
// up begins anew.
func checkSupervisorCrash(t *testing.T, m *machine) {
	t.Helper()
	before, _ := m.status()
	kill(t, before.Supervisor.PID)
	awaitGone(t, pids(before)...)
	crashed, got := m.status()
	if got.code != 1 || crashed.State != control.Crashed {
		t.Errorf("after kill -9 of the supervisor: exit %d, %+v", got.code, crashed)
	}
	m.must("up")
	anew := m.ready()
	if anew.State != control.Ready || anew.Supervisor.PID == before.Supervisor.PID {
		t.Errorf("after the next up: %+v", anew)
	}
}
