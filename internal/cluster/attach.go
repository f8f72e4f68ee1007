package cluster

import (
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Attach treats a rollout that was found under way as if it had been written here: Restore brings back the
// revision that it replaced, while the workload is as it was captured. Where that revision is not known to
// have served, Doubt says why.
func (c Captured) Attach() Written {
	w := Written{Object: c.Object}
	if c.Begun {
		w.New, w.Before = true, &rollout.Baseline{Workload: c.Before.Workload, New: true}
		return w
	}
	if c.RevisionsErr != nil {
		w.Doubt = c.RevisionsErr.Error()
		return w
	}
	w.Before, w.Doubt = rollout.BaselineOfRollout(c.Before.Workload, c.Revisions, c.pods)
	if w.Before != nil {
		w.before = c.replaced(w.Before)
	}
	return w
}

// replaced is the object as it was before its rollout, in what Restore puts back.
func (c Captured) replaced(before *rollout.Baseline) Object {
	o := c.Object.Copy()
	o.SetTemplate(&before.Workload.Template)
	o.SetAnnotations(Edit{ChangeCause: before.Revision.Annotations[workload.AnnotationChangeCause]}.annotations(o.GetAnnotations()))
	return o
}

// Repeats tells whether the rollout under way is of this very change: planned for the revision that was
// replaced, it makes the same template. Else somebody has changed more with the same write.
func (c Change) Repeats() bool {
	w := c.Attach()
	if w.before.API == nil {
		return false
	}
	then := c.Captured
	then.Object, then.Before = w.before, w.Before
	edit, err := c.plan(then)
	return err == nil && workload.SameTemplate(&edit.Template, &c.Edit.Template)
}
