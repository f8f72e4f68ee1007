package cli

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"

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

// One revision is the answer; for a wrong number, those there are.
func TestHistoryOfOneRevision(t *testing.T) {
	f := rolloutHistoryFlags{revision: 3}
	if r, err := f.find(webRef, withRevisions(2, 3, 4).Revisions); err != nil || r.Number != 3 || r.Template.Spec.Containers[0].Image != "web:3" {
		t.Errorf("revision 3: %v %+v", err, r)
	}
	f.revision = 9
	var missing *rollout.RevisionNotFoundError
	if _, err := f.find(webRef, withRevisions(2, 3, 4).Revisions); !errors.As(err, &missing) || !slices.Equal(missing.Have, []int64{2, 3, 4}) || missing.Workload != webRef {
		t.Errorf("revision 9: %v", err)
	}
}

// JSON and YAML are ours, unless a flag asks for what only kubectl's objects have; the other formats are kubectl's.
func TestHistoryFormats(t *testing.T) {
	for _, test := range []struct {
		format, template string
		managed, want    bool
	}{
		{},
		{managed: true},
		{format: "json"},
		{format: "YAML"},
		{format: "yaml", managed: true, want: true},
		{format: "name", want: true},
		{format: "jsonpath={.metadata.name}", want: true},
		{template: "{{.metadata.name}}", want: true},
	} {
		f := rolloutHistoryFlags{print: genericclioptions.NewPrintFlags("")}
		*f.print.OutputFormat, *f.print.TemplatePrinterFlags.TemplateArgument = test.format, test.template
		f.print.JSONYamlPrintFlags.ShowManagedFields = test.managed
		if got := f.wantsObjects(); got != test.want {
			t.Errorf("%+v: %v", test, got)
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
