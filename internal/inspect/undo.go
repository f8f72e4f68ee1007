package inspect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// accepted rewrites the commands of a report that change a workload as they would be refused: an undo to a revision that has
// failed before, and a change of a paused workload.
func accepted(r *chain.Report, o diagnosis.Observed) {
	w := o.Workload
	if w == nil {
		return
	}
	object := strings.ToLower(w.Kind) + "/" + w.Name
	undo := "kubectl app rollout undo " + object
	r.Next = slices.DeleteFunc(r.Next, func(c chain.Command) bool {
		changes := strings.HasPrefix(c.Command, "kubectl app set ") && strings.Contains(c.Command+" ", " "+object+" ")
		return changes && w.Paused
	})
	at := slices.IndexFunc(r.Next, func(c chain.Command) bool { return strings.HasPrefix(c.Command+" ", undo+" ") })
	if at < 0 {
		return
	}
	_, err := rollout.PlanUndo(w, o.Revisions, 0)
	switch none := (*rollout.NoGoodRevisionError)(nil); {
	case errors.As(err, &none) && none.Unjudged > 0:
		r.Next[at].Command += fmt.Sprintf(" --to-revision=%d", none.Unjudged)
	case err != nil:
		r.Next = slices.Delete(r.Next, at, at+1)
		return
	}
	if w.Paused {
		r.Next[at].Command += " --resume"
	}
}
