package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// --resume ends a pause where there is one, and says so; a pause that stays is said as well.
func TestUndoResumes(t *testing.T) {
	const resumed = "deployment/web was paused; this command resumes it"
	for name, test := range map[string]struct {
		paused, resume bool
		to             int64
		resumes        bool
		notes          []string
	}{
		"it is paused":                     {paused: true, resume: true, to: 2, resumes: true, notes: []string{resumed}},
		"it is paused, and stays so":       {paused: true, to: 2},
		"it is not paused":                 {resume: true, to: 2},
		"it is paused, with this template": {paused: true, resume: true, to: 3, notes: []string{"deployment/web already has the template of revision 3, and stays paused: kubectl rollout resume deployment/web -n shop"}},
	} {
		c := withRevisions(2, 3)
		*c.Template() = *c.Revisions[1].Template.DeepCopy()
		c.SetPaused(test.paused)
		c.Before = &rollout.Baseline{Workload: c.Workload()}
		r := offlineRelease(t, &strings.Builder{}, &strings.Builder{}, &releaseFlags{})
		edit, err := r.planUndo(test.to, test.resume)(c)
		if err != nil || edit.Resume != test.resumes || !slices.Equal(r.notes, test.notes) {
			t.Errorf("%s: %v, resumes %v, %q", name, err, edit.Resume, r.notes)
		}
	}
}

// The undo that a message names works: that of a paused workload resumes it.
func TestUndoOf(t *testing.T) {
	const undo = "kubectl app rollout undo deployment/web -n shop"
	found := []diagnosis.Finding{{Cause: diagnosis.ImageNotFound}}
	if got := undoOf(webRef, found); got != undo {
		t.Error(got)
	}
	if got := undoOf(webRef, append(found, diagnosis.Finding{Cause: diagnosis.Paused})); got != undo+" --resume" {
		t.Error(got)
	}
	if got := undoAndResume(webRef, 3); got != undo+" --to-revision=3 --resume" {
		t.Error(got)
	}
}

// Workloads that changed under their undo are planned anew side by side.
func TestNotesOfPlansSideBySide(t *testing.T) {
	r := &release{}
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() { r.note(fmt.Sprint(i % 50)); r.note("") })
	}
	group.Wait()
	if len(r.notes) != 50 {
		t.Errorf("%d notes", len(r.notes))
	}
}
