package release

import (
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// The undo that a message names works: that of a paused workload resumes it.
func TestUndo(t *testing.T) {
	const undo = "kubectl app rollout undo deployment/web -n shop"
	found := []diagnosis.Finding{{Cause: diagnosis.ImageNotFound}}
	if got := Undo(webRef, 0, found...); got != undo {
		t.Error(got)
	}
	if got := Undo(webRef, 0, append(found, diagnosis.Finding{Cause: diagnosis.Paused})...); got != undo+" --resume" {
		t.Error(got)
	}
	if got := UndoAndResume(webRef, 3); got != undo+" --to-revision=3 --resume" {
		t.Error(got)
	}
}
