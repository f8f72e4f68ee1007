package acceptance

import (
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// untested says that a script leaves out what this machine lacks, among the last lines of make test (flakyFile), so that
// no green run hides it.
func untested(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: untested WHAT")
	}
	ts.Check(note(fmt.Sprintf("untested: %s\n", strings.Join(args, " "))))
}

// note writes text to flakyFile; to standard error without it.
func note(text string) error {
	name := os.Getenv(flakyFile)
	if name == "" {
		_, err := fmt.Fprint(os.Stderr, text)
		return err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("noting what make test says at its end: %w", err)
	}
	if _, err = file.WriteString(text); err != nil {
		_ = file.Close()
		return fmt.Errorf("noting what make test says at its end: %w", err)
	}
	return file.Close()
}
