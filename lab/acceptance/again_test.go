package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A script that fails beside the others is run once more, alone. What passes then was late, and is named
// in flakyFile; what fails again has failed. A secret that was shown is never a matter of time: see leaks.

// flakyFile takes the names of flaky scripts, with the end of their first log, and what is untested.
const flakyFile = "KUBECTL_APP_FLAKY"

// mostLate is how many scripts may fail at first: beyond that it is not the machine that is slow.
const mostLate = 12

// firstTries holds the scripts that have failed once.
type firstTries struct {
	mutex  sync.Mutex
	failed []firstTry
}

// firstTry is one script that has failed once.
type firstTry struct{ suite, name, log string }

func (f *firstTries) add(try firstTry) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.failed = append(f.failed, try)
}

// runAgain runs what has failed once more, one script after the other, and fails t with those that fail again.
func (f *firstTries) runAgain(t failing, run func(testscript.T, string, ...string)) {
	if len(f.failed) > mostLate {
		for _, try := range f.failed {
			t.Errorf("%s/%s failed:\n%s", try.suite, try.name, try.log)
		}
		return
	}
	var flaky []firstTry
	for _, try := range f.failed {
		alone := &script{}
		run(alone, try.suite, filepath.Join("testdata", try.suite, try.name+".txtar"))
		alone.reportLeaks(t)
		if alone.failed {
			t.Errorf("%s/%s failed twice; the second time:\n%s", try.suite, try.name, alone.log.String())
			continue
		}
		flaky = append(flaky, try)
	}
	if err := reportFlaky(flaky); err != nil {
		t.Errorf("%v", err)
	}
}

func reportFlaky(flaky []firstTry) error {
	if len(flaky) == 0 {
		return nil
	}
	var b strings.Builder
	for _, try := range flaky {
		fmt.Fprintf(&b, "flaky: %s/%s failed beside the others and passed alone; its first log ended with:\n", try.suite, try.name)
		for _, line := range lastLines(try.log, 12) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	return note(b.String())
}

func lastLines(text string, n int) []string {
	lines := slices.Collect(strings.Lines(strings.TrimSpace(text)))
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\n")
	}
	return lines[max(0, len(lines)-n):]
}

// failing is what of a testing.T a report needs.
type failing interface{ Errorf(string, ...any) }

// script is a testscript.T that keeps the log and the failure of what runs under it.
type script struct {
	parallel func() // nil: it runs alone
	log      strings.Builder
	failed   bool
}

// failNow is the panic that ends a script's run; it never leaves catchFailNow.
type failNow struct{}

func (s *script) FailNow()       { s.failed = true; panic(failNow{}) }
func (s *script) Fatal(a ...any) { s.Log(a...); s.FailNow() }
func (s *script) Skip(a ...any)  { s.Fatal(append([]any{"skipped: "}, a...)...) }
func (s *script) Log(a ...any)   { fmt.Fprintln(&s.log, a...) }
func (s *script) Verbose() bool  { return true }
func (s *script) Parallel() {
	if s.parallel != nil {
		s.parallel()
	}
}
func (s *script) Run(_ string, f func(testscript.T)) { s.catchFailNow(func() { f(s) }) }

func (s *script) catchFailNow(f func()) {
	defer func() {
		e := recover()
		if _, failed := e.(failNow); e != nil && !failed {
			panic(e)
		}
	}()
	f()
}

// failures counts.
type failures struct{ n int }

func (f *failures) Errorf(string, ...any) { f.n++ }

func TestScriptsThatFailAreRunAgain(t *testing.T) {
	for name, test := range map[string]struct {
		failures    int // how often the script fails before it passes
		others      int // scripts that have failed beside it
		wantRuns    int
		wantFlaky   string
		wantFailure bool
	}{
		"late":                {failures: 1, wantRuns: 1, wantFlaky: "flaky: s/a failed beside the others and passed alone"},
		"broken":              {failures: 2, wantRuns: 1, wantFailure: true},
		"too many to be late": {failures: 1, others: mostLate, wantFailure: true},
	} {
		t.Run(name, func(t *testing.T) {
			report := filepath.Join(t.TempDir(), "flaky")
			t.Setenv(flakyFile, report)
			first := &firstTries{}
			for range 1 + test.others {
				first.add(firstTry{suite: "s", name: "a", log: "it came too late"})
			}
			left, runs := test.failures-1, 0
			inner := &failures{}
			first.runAgain(inner, func(t testscript.T, _ string, _ ...string) {
				runs++
				t.Run("a", func(t testscript.T) {
					if left > 0 {
						t.Fatal("still too late")
					}
				})
			})
			said, _ := os.ReadFile(report)
			if runs != test.wantRuns || !strings.HasPrefix(string(said), test.wantFlaky) || (inner.n > 0) != test.wantFailure {
				t.Errorf("%d runs, failed %v, said %q", runs, inner.n > 0, said)
			}
			if test.wantFlaky == "" && len(said) > 0 {
				t.Errorf("named as flaky: %q", said)
			}
		})
	}
}
