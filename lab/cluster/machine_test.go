//go:build unix

package cluster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// machine is a user's machine: a home for labs and a kubeconfig.
type machine struct {
	t          *testing.T
	home       string
	kubeconfig string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t: t, home: filepath.Join(dir, "home"), kubeconfig: filepath.Join(dir, "kubeconfig")}
	t.Cleanup(func() { m.run("down", "--all") })
	return m
}

// result of one command.
type result struct {
	stdout, stderr string
	code           int
}

func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(m.t.Context()), binary, args...)
	cmd.Env = append(os.Environ(), state.HomeVariable+"="+m.home, "KUBECONFIG="+m.kubeconfig)
	return cmd
}

func (m *machine) run(args ...string) result {
	m.t.Helper()
	cmd := m.command(args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	failed := cmd.Run()
	var exit *exec.ExitError
	if failed != nil && !errors.As(failed, &exit) {
		m.t.Fatalf("%v: %v", args, failed)
	}
	m.t.Logf("%v: exit %d\n%s%s", args, cmd.ProcessState.ExitCode(), out.String(), err.String())
	return result{out.String(), err.String(), cmd.ProcessState.ExitCode()}
}

// must runs a command that has to succeed.
func (m *machine) must(args ...string) result {
	m.t.Helper()
	got := m.run(args...)
	if got.code != 0 {
		m.t.Fatalf("%v: exit %d: %s", args, got.code, got.stderr)
	}
	return got
}

// status of a lab, whatever the exit code.
func (m *machine) status(args ...string) (control.Status, result) {
	m.t.Helper()
	got := m.run(append([]string{"status", "-o", "json"}, args...)...)
	var status control.Status
	if err := json.Unmarshal([]byte(got.stdout), &status); err != nil {
		m.t.Fatalf("status -o json: %v\n%s", err, got.stdout)
	}
	return status, got
}

// ready is the status once all answer: on a busy machine one may be late with it.
func (m *machine) ready() (status control.Status) {
	m.t.Helper()
	err := wait.PollUntilContextTimeout(m.t.Context(), 100*time.Millisecond, time.Minute, true, func(context.Context) (bool, error) {
		status, _ = m.status()
		return status.State != control.Degraded, nil
	})
	if err != nil {
		m.t.Errorf("the lab does not answer: %v", err)
	}
	return status
}

// pids of all processes of a lab.
func pids(s control.Status) []int {
	all := append(make([]int, 0, 1+len(s.Components)), s.Supervisor.PID)
	for _, c := range s.Components {
		all = append(all, c.PID)
	}
	return all
}

func component(t *testing.T, s control.Status, name string) control.Component {
	t.Helper()
	for _, c := range s.Components {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("status has no %s: %+v", name, s)
	return control.Component{}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatalf("kill -9 %d: %v", pid, err)
	}
}

// awaitGone waits for processes that are no children of this one, for whose end
// there is no event.
func awaitGone(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		err := wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, 10*time.Second, true,
			func(context.Context) (bool, error) { return gone(pid), nil })
		if err != nil {
			t.Errorf("process %d still runs", pid)
		}
	}
}

// gone counts a process that nobody has reaped yet as gone.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return errors.Is(err, fs.ErrNotExist) && exists("/proc/self") || strings.Contains(string(stat), ") Z ")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// wantClean checks that nothing is left on disk.
func (m *machine) wantClean() {
	m.t.Helper()
	if exists(m.home) {
		entries, err := filepath.Glob(filepath.Join(m.home, "*", "*"))
		m.t.Errorf("the labs' home is still there: %v %v", entries, err)
	}
}
