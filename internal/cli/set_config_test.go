package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Ctrl-C at a prompt is no refusal, also where a result is asked for.
func TestInterruptedAtAPrompt(t *testing.T) {
	var out, errOut strings.Builder
	c := &configChange{transaction: offlineRelease(t, &out, &errOut, &releaseFlags{})}
	*c.output.print.OutputFormat = outputResult
	err := c.ended(t.Context(), release.RefusedError{Err: fmt.Errorf("password: %w", term.ErrInterrupted)})
	if code := exitCode(t.Context(), err); code != exitInterrupted || out.Len() > 0 {
		t.Errorf("exit code %d, %s", code, out.String())
	}
}
