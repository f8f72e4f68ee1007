package cli

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func withRevisions(numbers ...int64) cluster.Captured {
	c := capturedWeb()
	for _, n := range numbers {
		r := workload.Revision{Number: n, Available: 1}
		r.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:" + string(rune('0'+n))}}
		c.Revisions = append(c.Revisions, r)
	}
	return c
}

// One revision's template is the answer, in the format that is asked for; for a wrong number, those there are.
func TestHistoryOfOneRevision(t *testing.T) {
	for format, want := range map[string]string{"": "image: web:3\n", "yaml": "image: web:3\n", "json": `"image": "web:3"`} {
		var out strings.Builder
		env := newEnv(strings.NewReader(""), &out, &strings.Builder{}, func(string) string { return "" }, time.Now)
		f := rolloutHistoryFlags{revision: 3, format: format}
		if err := f.template(env, webRef, withRevisions(2, 3, 4).Revisions); err != nil || !strings.Contains(out.String(), want) || !strings.HasSuffix(out.String(), "\n") || strings.Contains(out.String(), "web:2") {
			t.Errorf("-o %q: %v\n%s", format, err, out.String())
		}
		f.revision = 9
		var missing *rollout.RevisionNotFoundError
		if err := f.template(env, webRef, withRevisions(2, 3, 4).Revisions); !errors.As(err, &missing) || !slices.Equal(missing.Have, []int64{2, 3, 4}) || missing.Workload != webRef {
			t.Errorf("revision 9: %v", err)
		}
	}
}

// Of several workloads each table says whose it is; one needs no heading.
func TestHistoriesOfSeveral(t *testing.T) {
	rows := []rollout.HistoryRow{{Revision: 1}}
	shown := func(all ...history) string {
		var out strings.Builder
		env := newEnv(strings.NewReader(""), &out, &strings.Builder{}, func(string) string { return "" }, func() time.Time { return noon })
		if err := table(env, all); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	web, api := history{webRef, rows}, history{apiRef, rows}
	one := shown(web)
	if strings.Contains(one, "deployment/") || !strings.Contains(one, "REVISION") {
		t.Errorf("one:\n%s", one)
	}
	if both := shown(web, api); both != "deployment/web\n"+one+"deployment/api\n"+one {
		t.Errorf("both:\n%s", both)
	}
}

// An undo to what runs already is no change; a wrong number is refused.
func TestPlanUndo(t *testing.T) {
	c := withRevisions(2, 3)
	*c.Template() = *c.Revisions[1].Template.DeepCopy()
	c.Before = &rollout.Baseline{Workload: c.Workload()}
	r := offlineRelease(t, &strings.Builder{}, &strings.Builder{}, &releaseFlags{reason: "back"})
	edit, err := r.planUndo(2, false)(c)
	if err != nil || edit.Template.Spec.Containers[0].Image != "web:2" || edit.Revision != 2 || edit.ChangeCause != "back" {
		t.Errorf("%v %+v", err, edit)
	}
	edit, err = r.planUndo(3, false)(c)
	if change := (cluster.Change{Captured: c, Edit: edit}); err != nil || !change.Unchanged() {
		t.Errorf("to what runs: %v %+v", err, edit)
	}
	if edit.Resume || len(notesOf(r)) > 0 {
		t.Errorf("nothing was paused: %+v %q", edit, notesOf(r))
	}
	var missing *rollout.RevisionNotFoundError
	if _, err = r.planUndo(7, false)(c); !errors.As(err, &missing) {
		t.Errorf("to revision 7: %v", err)
	}
	c.RevisionsErr = errors.New("no permission to list replicasets")
	if _, err = r.planUndo(0, false)(c); !errors.Is(err, c.RevisionsErr) {
		t.Errorf("without the revisions: %v", err)
	}
}
