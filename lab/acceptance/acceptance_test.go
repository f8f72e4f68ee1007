// Package acceptance runs the plugin as its users do: the real kubectl finds kubectl-app on the
// PATH, and a real API server with its controllers answers. Each script in testdata is one story,
// in a namespace of its own; all share one lab. Its commands are in commands_test.go.
package acceptance

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-app/kubectl-app/lab/labtest"
)

// shared is the lab that all scripts run on.
var shared *labtest.Lab

// scriptsAtOnce keeps two processors busy, since a script mostly waits for pods. More of them end no sooner, and are late
// for each other.
const scriptsAtOnce = "12"

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	given := false
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", scriptsAtOnce); err != nil {
			fmt.Fprintf(os.Stderr, "running scripts side by side: %v\n", err)
			return 1
		}
	}
	if signal.Ignored(os.Interrupt) { // begun in the background by a shell: the jobs would inherit it
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	lab, err := labtest.Start(context.Background(), labtest.Options{Nodes: 4})
	if err != nil {
		fmt.Fprintf(os.Stderr, "starting the lab: %v\n", err)
		return 1
	}
	defer func() {
		if err := lab.Stop(); err != nil {
			fmt.Fprintf(os.Stderr, "stopping the lab: %v\n", err)
		}
	}()
	shared = lab
	return m.Run()
}

// alone is the suite of those scripts that count on an idle machine. They come first.
const alone = "alone"

func TestAlone(t *testing.T) { runSuites(t, alone) }

// TestScripts runs every other folder of testdata as a suite of that name.
func TestScripts(t *testing.T) {
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var suites []string
	for _, entry := range entries {
		if entry.Name() != alone {
			suites = append(suites, entry.Name())
		}
	}
	runSuites(t, suites...)
}

func runSuites(t *testing.T, suites ...string) {
	bin := binaries(t)
	first := &firstTries{}
	// When all of them have ended: these are subtests that run in parallel.
	t.Cleanup(func() {
		first.runAgain(t, func(t testscript.T, suite string, files ...string) { runScripts(t, suite, bin, files...) })
	})
	for _, suite := range suites {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			runScripts(watched{T: t, suite: suite, first: first}, suite, bin)
		})
	}
}

// runScripts runs the files of a suite; all of them if none is named.
func runScripts(t testscript.T, suite, bin string, files ...string) {
	params := testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(env *testscript.Env) error { return begin(env, suite, bin) },
		Cmds:                commands,
	}
	if len(files) == 0 {
		params.Dir = filepath.Join("testdata", suite)
	}
	testscript.RunT(t, params)
}

// binaries is the folder of what is tested.
func binaries(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kubectl", "kubectl-app", "kubectl-app-lab"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			t.Fatalf("%s is not built: run `make build` first", name)
		}
	}
	return bin
}
