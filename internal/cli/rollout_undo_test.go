package cli

import (
	"fmt"
	"sync"
	"testing"
)

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
