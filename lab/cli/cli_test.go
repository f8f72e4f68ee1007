package cli

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

// run runs a command line in an empty home, with no program behind it.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	home := state.Home(t.TempDir())
	env := &Env{
		In: strings.NewReader(""), Out: &out, Err: &err, Now: time.Now,
		Home:       func() (state.Home, error) { return home, nil },
		Executable: func() (string, error) { return "", errors.New("no program in this test") },
	}
	code = Main(t.Context(), args, env)
	return out.String(), err.String(), code
}

func TestCommandLines(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	for _, test := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{args: "", stdout: "kubectl app lab up"},
		{args: "--help", stdout: "kubectl app lab up"},
		{args: "up --help", stdout: "--kubeconfig"},
		{args: "statsu", code: 2, stderr: `did you mean "status"?`},
		{args: "up now", code: 2, stderr: "now"},
		{args: "up --node=3", code: 2, stderr: "--node"},
		{args: "up --nodes=0", code: 2, stderr: "want 1 to"},
		{args: "up --name=A/B", code: 2, stderr: `lab name "A/B"`},
		{args: "up", code: 1, stderr: "no program in this test"},
		{args: "down", stdout: "nothing to remove"},
		{args: "down --all", stdout: "no lab to remove"},
		{args: "down --all --name=a", code: 2, stderr: "used together"},
		{args: "status", code: 1, stderr: "start it: kubectl app lab up\n"},
		{args: "status --name=a", code: 1, stderr: "start it: kubectl app lab up --name a\n"},
		{args: "status -o yaml", code: 2, stderr: "want json"},
		{args: "list", stdout: "no labs"},
		{args: "list -o json", stdout: "[]"},
		{args: "restart", code: 2, stderr: "kube-apiserver"},
		{args: "restart apiserver", code: 2, stderr: "kube-apiserver"},
		{args: "restart etcd", code: 1, stderr: "kubectl app lab up"},
		{args: "workshop", stdout: "kubectl app lab workshop start 3"},
		{args: "workshop strat", code: 2, stderr: `did you mean "start"?`},
		{args: "workshop start", code: 2, stderr: "workshop list"},
		{args: "workshop check 1 2", code: 2, stderr: "one exercise, not 2"},
		{args: "workshop check --wait=soon", code: 2, stderr: "--wait"},
		{args: "workshop end 1 --all", code: 2, stderr: "used together"},
		{args: "workshop new hello", code: 2, stderr: "like 01-hello"},
		{args: "workshop list", stdout: "start the lab: kubectl app lab up"},
		{args: "workshop list --exercises=nowhere", code: 1, stderr: "nowhere"},
		{args: "workshop start 1", code: 1, stderr: "start the lab: kubectl app lab up"},
		{args: "workshop hint --context=mine", code: 1, stderr: `no context "mine"`},
	} {
		t.Run(test.args, func(t *testing.T) {
			stdout, stderr, code := run(t, strings.Fields(test.args)...)
			if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
				t.Errorf("exit %d, want %d\nstdout: %s\nstderr: %s", code, test.code, stdout, stderr)
			}
			if test.code != 0 && stdout != "" {
				t.Errorf("an error on stdout: %s", stdout)
			}
		})
	}
}

func TestExitCode(t *testing.T) {
	live := t.Context()
	interrupted, cancel := context.WithCancel(live)
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
	}{
		{"done", live, nil, 0},
		{"failed", live, errors.New("x"), 1},
		{"usage", live, errors.Join(usage.Errorf("x")), 2},
		{"interrupted", interrupted, errors.Join(errors.New("x"), context.Canceled), 130},
		{"failed while interrupted", interrupted, errors.New("x"), 1},
	} {
		if got := exitCode(test.ctx, test.err); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestVerdict(t *testing.T) {
	dir := state.Dir{Name: "team-a"}
	unready := healthy()
	unready.State = control.Degraded
	unready.Components[0].State, unready.Components[0].Exit = control.Unready, "500 Internal Server Error"
	starting := healthy()
	starting.State = control.Starting
	for _, test := range []struct {
		name   string
		status control.Status
		want   []string
	}{
		{"starting", starting, []string{"team-a", "starting"}},
		{"dead", degraded(), []string{"kube-apiserver", "signal: killed", "kubectl app lab up --name team-a"}},
		{"unready", unready, []string{"etcd", "500", "kubectl app lab restart etcd --name team-a"}},
		{"crashed", crashed(dir, state.Record{}), []string{"team-a", "kubectl app lab up --name team-a"}},
	} {
		err := verdict(dir, test.status)
		for _, word := range test.want {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v lacks %q", test.name, err, word)
			}
		}
	}
	if err := verdict(dir, healthy()); err != nil {
		t.Errorf("ready: %v", err)
	}
}
