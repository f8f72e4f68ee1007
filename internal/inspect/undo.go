package inspect

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// accepted rewrites the commands of a report that change a workload as they would be refused: an undo to a revision that has
// failed before, and a change of a paused workload. An undo to the same template helps nobody: then the Secrets that were
// changed since that revision are named. changed tells when a Secret was changed, as far as that was read.
func accepted(r *chain.Report, o diagnosis.Observed, changed func(types.NamespacedName) time.Time) {
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
	plan, err := rollout.PlanUndo(w, o.Revisions, 0)
	switch none := (*rollout.NoGoodRevisionError)(nil); {
	case errors.As(err, &none) && none.Unjudged > 0:
		r.Next[at].Command += fmt.Sprintf(" --to-revision=%d", none.Unjudged)
	case err != nil:
		r.Next = slices.Delete(r.Next, at, at+1)
		return
	case workload.OnlyRestarts(&plan.Template, &w.Template):
		r.Next = slices.Delete(r.Next, at, at+1)
		changedSecrets(r, w, &plan.Revision, changed)
		return
	}
	if w.Paused {
		r.Next[at].Command += " --resume"
	}
}

// changedSecrets names the Secrets of a workload that were changed since a revision was made, and the command that changes
// them again.
func changedSecrets(r *chain.Report, w *workload.Workload, before *workload.Revision, changed func(types.NamespacedName) time.Time) {
	keys := map[string]string{}
	for _, ref := range workload.References(&w.Template) {
		at := changed(types.NamespacedName{Namespace: w.Namespace, Name: ref.Name})
		if ref.Kind != workload.SecretReference || !at.After(before.Created) {
			continue
		}
		key, known := keys[ref.Name]
		if !known {
			r.Also = append(r.Also, fmt.Sprintf("secret/%s was changed %s ago: an undo does not restore its data", ref.Name, duration.HumanDuration(r.Time.Sub(at))))
		}
		if keys[ref.Name] = ref.Key; ref.Key == "" || known && key != ref.Key {
			keys[ref.Name] = "KEY"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		r.Next = append(r.Next, chain.Command{Risk: chain.Safe, Command: fmt.Sprintf("kubectl app set secret %s --prompt=%s -n %s", name, keys[name], w.Namespace)})
	}
}
