package cli

import (
	"slices"
	"strings"
	"testing"

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
		"it is paused, with this template": {paused: true, resume: true, to: 3, notes: []string{"deployment/web already has the template of revision 3, and stays paused: kubectl app rollout resume deployment/web -n shop"}},
	} {
		c := withRevisions(2, 3)
		*c.Template() = *c.Revisions[1].Template.DeepCopy()
		c.SetPaused(test.paused)
		c.Before = &rollout.Baseline{Workload: c.Workload()}
		r := offlineRelease(t, &strings.Builder{}, &strings.Builder{}, &releaseFlags{})
		edit, err := r.planUndo(test.to, test.resume)(c)
		if notes := notesOf(r); err != nil || edit.Resume != test.resumes || !slices.Equal(notes, test.notes) {
			t.Errorf("%s: %v, resumes %v, %q", name, err, edit.Resume, notes)
		}
	}
}

// notesOf are those that no one has shown yet.
func notesOf(t *transaction) (notes []string) {
	t.Strict = true
	for _, check := range t.ShowNotes() {
		notes = append(notes, check.Message)
	}
	return notes
}
