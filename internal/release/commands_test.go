package release

import (
	"strings"
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

// Of several workloads what brings them back comes first, and no command twice.
func TestAfterCauses(t *testing.T) {
	image := []diagnosis.Finding{{Next: []string{"set image", "describe"}}, {Next: []string{"of another cause"}}}
	crash := []diagnosis.Finding{{Next: []string{"logs", "describe"}}}
	for name, test := range map[string]struct {
		found [][]diagnosis.Finding
		away  string
		want  string
	}{
		"one":               {[][]diagnosis.Finding{image}, "history,undo", "set image,describe,history,undo"},
		"one without cause": {[][]diagnosis.Finding{nil}, "undo", "undo"},
		"several":           {[][]diagnosis.Finding{image, crash}, "undo a,undo b", "undo a,undo b,set image,logs"},
		"the same cause":    {[][]diagnosis.Finding{image, image}, "undo a,undo b", "undo a,undo b,set image"},
		"no way back":       {[][]diagnosis.Finding{crash, nil}, "", "logs"},
	} {
		away := strings.FieldsFunc(test.away, func(r rune) bool { return r == ',' })
		if got := strings.Join(once(afterCauses(test.found, away)), ","); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
