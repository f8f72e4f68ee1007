package acceptance

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// start runs a command in the background; with -tty COLSxROWS all its streams are a terminal.
func start(ts *testscript.TestScript, neg bool, args []string) {
	size := ""
	if len(args) > 1 && args[0] == "-tty" {
		size, args = args[1], args[2:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start [-tty COLSxROWS] JOB COMMAND…")
	}
	s := of(ts)
	cmd := exec.Command(args[1], args[2:]...)
	if filepath.Base(args[1]) == args[1] && (args[1] == "kubectl" || args[1] == "kubectl-app") {
		cmd = exec.Command(filepath.Join(s.bin, args[1]), args[2:]...)
	}
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = jobEnvironment(ts)
	j := newJob(args[0], cmd)
	if size != "" {
		columns, rows := dimensions(ts, size)
		ts.Check(j.onScreen(columns, rows))
	} else {
		ts.Check(j.start())
	}
	s.jobs[j.name] = j
}

// jobEnvironment is what the script's own commands get.
func jobEnvironment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "KUBECONFIG", "TERM", "LANG", "NO_COLOR", "XTERM_VERSION", "CI", "GITHUB_ACTIONS", "TMPDIR", "KUBECTL_APP_COMPLETION_TIMEOUT"} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func named(ts *testscript.TestScript, name string) *job {
	j, known := of(ts).jobs[name]
	if !known {
		ts.Fatalf("no job %q was started", name)
	}
	return j
}

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await JOB PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ts.Check(named(ts, args[0]).await(ctx, pattern))
}

var signals = map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}

func signalJob(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || signals[args[1]] == 0 {
		ts.Fatalf("usage: signal JOB INT|TERM|KILL")
	}
	ts.Check(named(ts, args[0]).signal(signals[args[1]]))
}

// finish waits for a job's end; what it said is then stdout and stderr, or, with a terminal, the
// screen as it was left is stdout.
func finish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: finish JOB N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	j := named(ts, args[0])
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-j.done:
	case <-ctx.Done():
		text, _ := j.said()
		ts.Fatalf("%s does not end; it said:\n%s", j.name, text)
	}
	out, errOut := j.output()
	_, _ = fmt.Fprint(ts.Stdout(), out)
	_, _ = fmt.Fprint(ts.Stderr(), errOut)
	if j.screen != nil {
		ts.Check(j.screen.intact())
	}
	check(ts, want, j.err)
}
