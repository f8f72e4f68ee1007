package rollout

import (
	"strings"
	"testing"
	"time"
)

// Whoever watches a rollout hears that it was rolled back, and not only that the template is another one.
func TestRolledBackElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name, image, want string
	}{
		{"to an earlier revision", "web:1.0", "rolled back to revision 1 meanwhile"},
		{"to something new", "web:3.0", "the template was changed by someone else"},
	} {
		w := foundWorld(t)
		w.change()
		w.seen.Revisions[0].Created, w.seen.Revisions[1].Created = epoch.Add(-time.Hour), epoch
		w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
		d := w.change()
		d.Template, d.Generation = templateOf(tt.image), 3
		w.after(time.Second).outcome(Superseded)
		if got := w.state.Workloads[0].Message; !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
