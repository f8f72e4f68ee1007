package rollout

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Whoever watches a rollout hears that it was rolled back, and not only that the template is another one.
func TestRolledBackElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name, image, manager, want string
	}{
		{"to an earlier revision", "web:1.0", "", "rolled back to revision 1 meanwhile"},
		{"to something new", "web:3.0", "", "the template was changed by someone else"},
		{"to something new, by whom is known", "web:3.0", "kubectl-set", "the template was changed by kubectl set at " + epoch.Format(time.TimeOnly)},
	} {
		w := foundWorld(t)
		w.change()
		w.seen.Revisions[0].Created, w.seen.Revisions[1].Created = epoch.Add(-time.Hour), epoch
		w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
		d := w.change()
		d.Template, d.Generation = templateOf(tt.image), 3
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
