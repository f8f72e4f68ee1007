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

// scriptsAtOnce is far above the number of processors: a script mostly waits for pods.
const scriptsAtOnce = "32"

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

func TestAlone(t *testing.T) { runSuite(t, alone, binaries(t)) }

// TestScripts runs every other folder of testdata as a suite of that name.
func TestScripts(t *testing.T) {
	bin := binaries(t)
	suites, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, suite := range suites {
		if suite.Name() == alone {
			continue
		}
		t.Run(suite.Name(), func(t *testing.T) {
			t.Parallel()
			runSuite(t, suite.Name(), bin)
		})
	}
}

func runSuite(t *testing.T, suite, bin string) {
	testscript.RunT(watched{t}, testscript.Params{
		Dir:                 filepath.Join("testdata", suite),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(env *testscript.Env) error { return begin(env, suite, bin) },
		Cmds:                commands,
	})
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
