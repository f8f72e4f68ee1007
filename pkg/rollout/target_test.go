package rollout

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Whoever watches a rollout hears that it was rolled back, and not only that the template is another one. The events of
// the object and of its revisions come in any order.
func TestRolledBackElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name, image, manager string
		// numbered anew, as the controller does with a revision that is used again; or a new revision
		number, made int64
		want         string
	}{
		{"to an earlier revision", "web:1.0", "", 0, 0, "rolled back to revision 1 meanwhile"},
		{"to one that has its new number", "web:1.0", "", 3, 0, "rolled back to revision 3 meanwhile"},
		{"to something new", "web:3.0", "", 0, 0, "the template was changed by someone else"},
		{"to something new that has its revision", "web:3.0", "", 0, 3, "the template was changed by someone else"},
		{"to something new, by whom is known", "web:3.0", "kubectl-set", 0, 0, "the template was changed by kubectl set at " + epoch.Format(time.TimeOnly)},
	} {
		w := foundWorld(t)
		w.change()
		w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
		d := w.change()
		d.Template, d.Generation = templateOf(tt.image), 3
		if tt.number > 0 {
			w.seen.Revisions[0].Number = tt.number
		}
		if tt.made > 0 {
			w.seen.Revisions = append(w.seen.Revisions, workload.Revision{Name: "web-newer", UID: "newer", Number: tt.made, Template: d.Template})
		}
		if tt.manager != "" {
			at := metav1.NewTime(epoch)
			d.Managers = []metav1.ManagedFieldsEntry{{Manager: tt.manager, Time: &at, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:template":{}}}`)}}
		}
		w.after(time.Second).outcome(Superseded)
		if got := w.state.Workloads[0].Message; !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The first snapshot may come after the event of the revision: then its annotation tells that it was used before.
func TestRolledBackElsewhereBeforeTheFirstSnapshot(t *testing.T) {
	for annotation, want := range map[string]string{"1": "rolled back to revision 3", "": "the template was changed"} {
		w := foundWorld(t)
		w.change()
		w.seen.Revisions[0].Number = 3
		w.seen.Revisions[0].Annotations = map[string]string{workload.AnnotationRevisionHistory: annotation}
		w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
		d := w.change()
		d.Template, d.Generation = templateOf("web:1.0"), 3
		w.after(time.Second).outcome(Superseded)
		if got := w.state.Workloads[0].Message; !strings.HasPrefix(got, want) {
			t.Errorf("annotation %q: %q, want %q", annotation, got, want)
		}
	}
}
