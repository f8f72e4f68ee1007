//go:build unix

package cluster_test

import (
	"os"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// TestSideBySide runs two labs next to a context of the user's own.
func TestSideBySide(t *testing.T) {
	m := newMachine(t)
	mine := api.NewConfig()
	mine.Clusters["work"] = &api.Cluster{Server: "https://127.0.0.1:1"}
	mine.Contexts["work"] = &api.Context{Cluster: "work"}
	mine.CurrentContext = "work"
	if err := clientcmd.WriteToFile(*mine, m.kubeconfig); err != nil {
		t.Fatal(err)
	}
	m.must("up", "--nodes=3")
	m.must("up", "--name=b")
	m.wantContexts("app-lab-b", "app-lab", "app-lab-b", "work")
	if got := m.must("list", "-o", "name"); got.stdout != "default\nb\n" {
		t.Errorf("list: %q", got.stdout)
	}
	a, _ := m.status()
	b, _ := m.status("--name=b")
	if a.Nodes != 3 || b.Nodes != 1 || a.Server == b.Server {
		t.Errorf("labs: %+v, %+v", a, b)
	}

	// The context before b's was a's.
	m.must("down", "--name=b")
	m.wantContexts("app-lab", "app-lab", "work")
	m.must("down")
	m.wantContexts("work", "work")
	awaitGone(t, append(pids(a), pids(b)...)...)
	m.wantClean()
}

func (m *machine) wantContexts(current string, names ...string) {
	m.t.Helper()
	config, err := clientcmd.LoadFromFile(m.kubeconfig)
	if err != nil {
		m.t.Fatal(err)
	}
	if config.CurrentContext != current || len(config.Contexts) != len(names) {
		m.t.Errorf("current context %q of %v, want %q of %v", config.CurrentContext, config.Contexts, current, names)
	}
	for _, name := range names {
		if config.Contexts[name] == nil {
			m.t.Errorf("no context %q", name)
		}
	}
}

// TestLease ends a lab by closing the pipe that its up was given.
func TestLease(t *testing.T) {
	m := newMachine(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	up := m.command("up", "--while-stdin")
	up.Stdin = read
	if out, err := up.CombinedOutput(); err != nil {
		t.Fatalf("up: %v\n%s", err, out)
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	status, _ := m.status()
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, pids(status)...)
	m.wantClean()
}

// TestInterrupt stops an up half-way.
func TestInterrupt(t *testing.T) {
	m := newMachine(t)
	up := m.command("up")
	stderr, err := up.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	// Its first line comes just before it starts the supervisor.
	line := make([]byte, 256)
	if _, err := stderr.Read(line); err != nil {
		t.Fatal(err)
	}
	if err := up.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err = up.Wait()
	if code := up.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit %d (%v), want 130", code, err)
	}
	m.wantClean()
}
