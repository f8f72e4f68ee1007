package command

import (
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
	"github.com/kubectl-app/kubectl-app/lab/workshop/session"
)

// No exercise gets into a cluster that nobody has named for it.
func TestSuits(t *testing.T) {
	for _, test := range []struct {
		name          string
		lab, needsLab bool
		context       string // of the flag
		want          string
	}{
		{"on a lab", true, true, "", ""},
		{"on a lab that is named", true, true, "mine", ""},
		{"in the current cluster", false, false, "", "kubectl app lab workshop start 3 --context mine"},
		{"in a cluster that is named", false, false, "mine", ""},
		{"in a cluster that can't", false, true, "mine", "needs a lab, and context mine is none"},
	} {
		w := &workshop{flags: genericclioptions.NewConfigFlags(false)}
		*w.flags.Context = test.context
		err := w.suits(&opened{
			Exercise: &exercise.Exercise{ID: "03-labels", Number: 3, NeedsLab: test.needsLab},
			session:  &session.Session{Lab: test.lab, Context: "mine", Server: "https://example.com"},
		})
		if test.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
