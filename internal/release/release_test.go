package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func changeOf(name string, before *rollout.Baseline, image string) cluster.Change {
	c := cluster.Captured{Object: writtenWeb(nil).Object}
	c.Template().Spec.Containers = []corev1.Container{{Name: "web", Image: "web:1.0"}}
	c.SetName(name)
	c.Before = before
	edit := cluster.Edit{Template: *c.Template().DeepCopy()}
	edit.Template.Spec.Containers[0].Image = image
	return cluster.Change{Captured: c, Edit: edit}
}

func namesOf(changes []cluster.Change) []string {
	var names []string
	for _, c := range changes {
		names = append(names, c.Ref().Name)
	}
	return names
}

func TestSplit(t *testing.T) {
	changed, unchanged := split([]cluster.Change{changeOf("a", nil, "web:2.0"), changeOf("b", nil, "web:1.0"), changeOf("c", nil, "web:3.0")})
	if !slices.Equal(namesOf(changed), []string{"a", "c"}) || !slices.Equal(namesOf(unchanged), []string{"b"}) {
		t.Errorf("changed %q, unchanged %q", namesOf(changed), namesOf(unchanged))
	}
}

// With OnDelete no wait is long enough: a person has to delete the pods.
func TestToComplete(t *testing.T) {
	of := func(name string, outcome rollout.Outcome, causes ...diagnosis.Cause) rollout.WorkloadResult {
		w := rollout.WorkloadResult{Ref: workload.Ref{Kind: "DaemonSet", Namespace: "shop", Name: name}, Outcome: outcome}
		for _, cause := range causes {
			w.Findings = append(w.Findings, diagnosis.Finding{Cause: cause, Next: []string{"mend " + name}})
		}
		return w
	}
	got := toComplete([]rollout.WorkloadResult{
		of("a", rollout.TimedOut, diagnosis.OnDelete), of("b", rollout.TimedOut, diagnosis.ImagePulling),
		of("c", rollout.TimedOut), of("d", rollout.Succeeded, diagnosis.OnDelete),
	})
	want := []string{
		"mend a", "kubectl app rollout status daemonset/a -n shop",
		"kubectl app rollout status daemonset/b -n shop", "kubectl app rollout status daemonset/c -n shop",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A workload that has the template already is no success while its rollout is not complete. Of one
// that is scaled to 0 there is nothing to wait for.
func TestPending(t *testing.T) {
	before := func(desired, available int32) *rollout.Baseline {
		return &rollout.Baseline{Serving: true, Workload: &workload.Workload{
			Generation: 2, ObservedGeneration: 2, Desired: desired, Updated: desired, Total: desired, Available: available,
		}}
	}
	var errOut strings.Builder
	r := offline(t, &errOut, Options{})
	waiting, settled := r.unfinished([]cluster.Change{
		changeOf("complete", before(3, 3), ""), changeOf("broken", before(3, 2), ""), changeOf("scaled-to-0", &rollout.Baseline{Workload: &workload.Workload{Generation: 3}}, ""),
	})
	if !slices.Equal(namesOf(waiting), []string{"broken"}) || !slices.Equal(namesOf(settled), []string{"complete", "scaled-to-0"}) {
		t.Errorf("pending %q, settled %q", namesOf(waiting), namesOf(settled))
	}
	r.warnPending(waiting)
	const want = "deployment/broken is already rolling out this change"
	if !slices.Equal(r.warnings, []string{want}) || errOut.String() != "warning: "+want+"\n" {
		t.Errorf("%q\n%s", r.warnings, errOut.String())
	}
}

// A dry run of an undo names the revision of each workload; a dry run of another change has none to name.
func TestGoesBack(t *testing.T) {
	undo := func(name string, revision int64, images ...string) cluster.Change {
		c := changeOf(name, &rollout.Baseline{Workload: &workload.Workload{}}, "")
		c.Edit.Revision, c.Edit.Template = revision, corev1.PodTemplateSpec{}
		for i, image := range images {
			c.Edit.Template.Spec.Containers = append(c.Edit.Template.Spec.Containers, corev1.Container{Name: fmt.Sprint("c", i), Image: image})
		}
		return c
	}
	for _, test := range []struct {
		name    string
		changes []cluster.Change
		want    string
	}{
		{"no undo", []cluster.Change{undo("web", 0, "web:1")}, ""},
		{"one image", []cluster.Change{undo("web", 3, "web:1")}, "deployment/web would go back to revision 3 (web:1)"},
		{"two images", []cluster.Change{undo("web", 3, "web:1", "proxy:2")}, "deployment/web would go back to revision 3"},
		{"two workloads", []cluster.Change{undo("web", 3, "web:1"), undo("api", 5, "api:2")}, "deployment/web would go back to revision 3 (web:1); deployment/api would go back to revision 5 (api:2)"},
	} {
		var errOut strings.Builder
		r := offline(t, &errOut, Options{})
		notes := ""
		if test.want != "" {
			notes = "note: " + strings.ReplaceAll(test.want, "; ", "\nnote: ") + "\n"
		}
		if got := r.goesBack(test.changes); got != test.want || errOut.String() != notes {
			t.Errorf("%s: %q\n%s", test.name, got, errOut.String())
		}
		errOut.Reset()
		r.Progress = view.ModeNDJSON
		if got := r.goesBack(test.changes); got != test.want || errOut.Len() > 0 {
			t.Errorf("%s, as NDJSON: %q\n%s", test.name, got, errOut.String())
		}
	}
}

// A diff shows what people wrote, not what the server keeps for itself.
func TestReadable(t *testing.T) {
	o := writtenWeb(nil).Object
	d := o.API.(*appsv1.Deployment)
	d.ResourceVersion, d.Generation = "42", 7
	d.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
	d.Annotations = map[string]string{workload.AnnotationLastApplied: "{}", "team": "red"}
	d.Status = appsv1.DeploymentStatus{ReadyReplicas: 3}
	text, err := readable(o, &redact.Redactor{})
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"42", "generation", "managedFields", "last-applied", "readyReplicas"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%s is in it:\n%s", hidden, text)
		}
	}
	if !strings.Contains(text, "team: red") || d.ResourceVersion != "42" || d.Status.ReadyReplicas != 3 {
		t.Errorf("too much is gone, or the object was changed:\n%s", text)
	}
}

// A note is for those who ask for details; a warning stays in the result; a refusal says what to type.
func TestReport(t *testing.T) {
	checks := []preflight.Check{
		{Check: preflight.CheckPermission, Level: preflight.Note, Workload: webRef, Message: "no permission to list events"},
		{Check: preflight.CheckOwner, Level: preflight.Warn, Workload: webRef, Message: "it is Helm's", Next: []string{"helm get values web"}},
		{Check: preflight.CheckPaused, Level: preflight.Refuse, Workload: webRef, Message: "it is paused", Next: []string{"kubectl rollout resume deployment/web"}},
	}
	var errOut strings.Builder
	r := offline(t, &errOut, Options{})
	if err := r.Report(checks); err != nil {
		t.Fatal(err)
	}
	const want = "warning: it is Helm's\n  next: helm get values web\nerror: it is paused\n  next: kubectl rollout resume deployment/web\n"
	if errOut.String() != want || !slices.Equal(r.warnings, []string{"it is Helm's"}) {
		t.Errorf("%q\n%s", r.warnings, errOut.String())
	}

	errOut.Reset()
	r = offline(t, &errOut, Options{Progress: "ndjson"})
	if err := r.Report(checks); err != nil {
		t.Fatal(err)
	}
	var types []rollout.EventType
	for line := range strings.Lines(errOut.String()) {
		var e rollout.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		types = append(types, e.Type)
	}
	if !slices.Equal(types, []rollout.EventType{rollout.EventWarning, rollout.EventResult}) || !slices.Equal(r.warnings, []string{"it is Helm's"}) {
		t.Errorf("%v %q", types, r.warnings)
	}
}

// What was refused says so in the result, each workload with its own reason, and exits with 3.
func TestRefuse(t *testing.T) {
	r := offline(t, &strings.Builder{}, Options{})
	before := &rollout.Baseline{Workload: &workload.Workload{Desired: 3, Updated: 3, Total: 3}, Revision: &workload.Revision{Number: 4}}
	result := r.refuse(t.Context(), []cluster.Change{changeOf("web", before, "web:2.0"), changeOf("api", before, "web:2.0")}, []preflight.Check{
		{Level: preflight.Refuse, Workload: webRef, Message: "web is paused", Next: []string{"kubectl rollout resume deployment/web"}},
		{Level: preflight.Refuse, Message: "no quota is left"},
	})
	web, api := result.Workloads[0], result.Workloads[1]
	if result.Outcome != rollout.Refused || result.Reason != reason || result.Message != "web is paused (nothing was changed)" || web.Message != "web is paused" || api.Message != "no quota is left" {
		t.Errorf("%+v", result)
	}
	if web.Revision.From != 4 || web.Revision.To != 0 || web.Images.To["web"] != "web:2.0" || web.Replicas.Desired != 3 || !slices.Equal(result.Next, []string{"kubectl rollout resume deployment/web"}) {
		t.Errorf("%+v %q", web, result.Next)
	}
}

// --wait=false promises no more than kubectl does: written, and that is all that is known.
func TestNotWatched(t *testing.T) {
	r := offline(t, &strings.Builder{}, Options{})
	w := writtenWeb(nil)
	w.SetGeneration(2)
	result := r.notWatched(t.Context(), []cluster.Written{w})
	if result.Outcome != rollout.Undecided || result.Workloads[0].Message != "written, not watched" {
		t.Errorf("%+v", result)
	}
}

// The server's silence and its return are told, each once.
func TestOutagesAreTold(t *testing.T) {
	f := &follower{now: func() time.Time { return noon }}
	silent := watch.Update{Unreachable: noon, Trouble: errors.New("refused")}
	for _, step := range []struct {
		name   string
		update watch.Update
		want   []string
	}{
		{"it answers", watch.Update{}, nil},
		{"it is silent", silent, []string{"the API server does not answer: refused; still trying"}},
		{"it is silent still", silent, nil},
		{"it is back", watch.Update{}, []string{"the API server answers again"}},
	} {
		if got := messages(f.take(step.update, &rollout.State{})); !slices.Equal(got, step.want) {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
	f.unreachable = noon.Add(-maxSilence + time.Second)
	if f.silent() {
		t.Error("given up too early")
	}
	f.unreachable = noon.Add(-maxSilence)
	if !f.silent() {
		t.Error("never given up")
	}
}

// Workloads that changed under their undo are planned anew side by side.
func TestNotesOfPlansSideBySide(t *testing.T) {
	r := &Release{}
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() { r.Note(fmt.Sprint(i % 50)); r.Note("") })
	}
	group.Wait()
	if len(r.notes) != 50 {
		t.Errorf("%d notes", len(r.notes))
	}
}
