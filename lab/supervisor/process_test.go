package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/pki"
	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// TestMain lets this test be the program that the supervisor starts: what the
// component does is its argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "component" {
		os.Exit(pretend(os.Args[3]))
	}
	os.Exit(m.Run())
}

// pretend is a component.
func pretend(what string) int {
	switch what {
	case "fail":
		fmt.Println("one line")
		fmt.Println("panic: no such thing")
		return 1
	case "port-taken":
		fmt.Println("listen tcp 127.0.0.1:1: bind: address already in use")
		return 1
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	}
	fmt.Println("running")
	// The lifeline closes with the supervisor.
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

func newSupervisor(t *testing.T) *Supervisor {
	t.Helper()
	dir, err := state.Home(filepath.Join(t.TempDir(), "home")).Lab("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Make(); err != nil {
		t.Fatal(err)
	}
	if _, err := pki.Write(dir.PKI(), time.Now()); err != nil {
		t.Fatal(err)
	}
	prober, err := newProber(dir.PKI())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Supervisor{
		Options: Options{Dir: dir, Executable: os.Args[0]}, log: slog.New(slog.DiscardHandler), spawn: newSpawner(ctx),
		begun: make(chan struct{}), prober: prober, processes: map[string]*process{},
	}
	t.Cleanup(func() {
		s.killAll()
		cancel()
	})
	return s
}

func start(t *testing.T, s *Supervisor, what string) *process {
	t.Helper()
	p, err := launch(t.Context(), s.spawn, s.Executable, s.Dir, plan.Component{Name: plan.Etcd, Args: []string{what}})
	if err != nil {
		t.Fatal(err)
	}
	s.processes[plan.Etcd] = p
	return p
}

func TestEndsBeforeReady(t *testing.T) {
	for what, wantTaken := range map[string]bool{"fail": false, "port-taken": true} {
		s := newSupervisor(t)
		err := s.startOne(t.Context(), plan.Component{Name: plan.Etcd, Args: []string{what}, Ready: "tcp://127.0.0.1:1"})
		if err == nil || errors.Is(err, errPortTaken) != wantTaken {
			t.Errorf("%s: %v", what, err)
			continue
		}
		last := s.Dir.LogTail(plan.Etcd, 1)
		for _, word := range append(last, plan.Etcd, "exit status 1") {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v lacks %q", what, err, word)
			}
		}
	}
}

func TestStop(t *testing.T) {
	for _, what := range []string{"run", "deaf"} {
		p := start(t, newSupervisor(t), what)
		if !p.alive() {
			t.Errorf("%s: not alive", what)
		}
		p.stop()
		if p.alive() || !strings.HasPrefix(p.exit(), "signal: ") {
			t.Errorf("%s: alive %t, %s", what, p.alive(), p.exit())
		}
	}
}

// TestLifeline ends a component by what happens to it when its supervisor dies
// on a system without parent-death signals.
func TestLifeline(t *testing.T) {
	p := start(t, newSupervisor(t), "run")
	if err := p.lifeline.Close(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if p.exit() != "exit status 0" {
		t.Error(p.exit())
	}
}

func TestArgvZeroIsTheComponent(t *testing.T) {
	p := start(t, newSupervisor(t), "run")
	if p.cmd.Args[0] != plan.Etcd {
		t.Errorf("argv[0] %q: the API server would name the field manager so", p.cmd.Args[0])
	}
}

func TestStatusTellsTheDead(t *testing.T) {
	s := newSupervisor(t)
	s.lab = plan.Lab{Dir: s.Dir, Ports: map[string]int{}}
	close(s.begun)
	p := start(t, s, "fail")
	<-p.ended
	status := s.Status(t.Context())
	died := status.Died()
	if len(died) != 1 || died[0].Name != plan.Etcd || died[0].Exit != "exit status 1" || len(died[0].LogTail) != 2 {
		t.Errorf("died: %+v", died)
	}
}

func TestRestartOfUnknown(t *testing.T) {
	s := newSupervisor(t)
	close(s.begun)
	if err := s.Restart(t.Context(), "etdc"); err == nil || !strings.Contains(err.Error(), plan.Etcd) {
		t.Errorf("the error doesn't name the components: %v", err)
	}
}
