// Package preflight asks everything that can be known before anything is written: permissions, admission, references,
// quotas, strategy and owners. Errors of the API are *cluster.Error.
package preflight

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// CheckName is one question of the preflight. The set is closed.
type CheckName string

// The checks, in the order in which their results are reported.
const (
	CheckContainer  CheckName = "Container"  // the containers exist
	CheckImage      CheckName = "Image"      // the image references parse
	CheckEnv        CheckName = "Env"        // the variables may be replaced
	CheckRevision   CheckName = "Revision"   // there is a revision to go back to
	CheckPaused     CheckName = "Paused"     // the workload rolls out at all
	CheckOrder      CheckName = "Order"      // no broken pod holds up the update
	CheckPermission CheckName = "Permission" // the user may do and see what the release needs
	CheckAdmission  CheckName = "Admission"  // the API server would take the change
	CheckReference  CheckName = "Reference"  // what the template names exists
	CheckQuota      CheckName = "Quota"      // there is room for the surge
	CheckStrategy   CheckName = "Strategy"   // which pods the change replaces
	CheckOwner      CheckName = "Owner"      // nobody else will revert the change
	CheckReplicas   CheckName = "Replicas"   // the number may be set
	CheckTemplate   CheckName = "Template"   // the template allows the edit
	CheckVolume     CheckName = "Volume"     // the claims can be mounted
)

// Level is what the answer means for the release.
type Level string

// Refuse: nothing may be written. Warn: the user should know. Note: for who asks for details.
const (
	Refuse Level = "refuse"
	Warn   Level = "warn"
	Note   Level = "note"
)

// Check is one answer of the preflight that is not simply "fine".
type Check struct {
	Check    CheckName    `json:"check"`
	Level    Level        `json:"level"`
	Workload workload.Ref `json:"workload"`
	// Object that the check is about, as kubectl names it ("secret/db").
	Object  string   `json:"object,omitempty"`
	Message string   `json:"message"`
	Next    []string `json:"next,omitempty"`
}

// Report is what the preflight found.
type Report struct {
	Checks []Check
	// Changes are those that were checked. Each knows what the API server's dry run has made of it.
	Changes []cluster.Change
}

// Refused are the checks that forbid the release.
func (r Report) Refused() []Check {
	return slices.DeleteFunc(slices.Clone(r.Checks), func(c Check) bool { return c.Level != Refuse })
}

// PlanChecks turns the error of PlanAll into refusals, one for each thing that is wrong; ok is false
// if the error holds anything else.
func PlanChecks(err error) (checks []Check, ok bool) {
	for _, fault := range leaves(err) {
		check, known := planCheck(fault)
		if !known {
			return nil, false
		}
		checks = append(checks, check)
	}
	return checks, len(checks) > 0
}

func planCheck(err error) (Check, bool) {
	c := Check{Level: Refuse, Message: err.Error()}
	var container *rollout.UnknownContainerError
	var image *workload.ImageError
	var taken *rollout.EnvTakenError
	var source *rollout.EnvSourceError
	var noHistory *rollout.NoHistoryError
	var noRevision *rollout.RevisionNotFoundError
	var noGood *rollout.NoGoodRevisionError
	var number *rollout.ReplicasError
	var template *podtemplate.PlanError
	history := func(ref workload.Ref) {
		c.Check, c.Workload, c.Object = CheckRevision, ref, ref.String()
		c.Next = []string{"kubectl app rollout history " + ref.String() + cluster.InFlag(ref.Namespace)}
	}
	switch {
	case errors.As(err, &container):
		c.Check, c.Workload, c.Object = CheckContainer, container.Workload, container.Workload.String()
		c.Next = []string{"kubectl get " + container.Workload.String() + cluster.InFlag(container.Workload.Namespace) + " -o wide"}
	case errors.As(err, &image):
		c.Check, c.Object = CheckImage, image.Image
	case errors.As(err, &taken):
		c.Check, c.Workload, c.Object = CheckEnv, taken.Workload, taken.Workload.String()
		c.Next = []string{"kubectl app set env " + taken.Workload.String() + cluster.InFlag(taken.Workload.Namespace) + " --list"}
	case errors.As(err, &source):
		c.Check, c.Object = CheckReference, source.Source.String()
		c.Next = []string{"kubectl describe " + source.Source.String() + cluster.InFlag(source.Source.Namespace)}
		if source.Missing {
			c.Next = []string{"kubectl get " + referent{kind: source.Source.Kind}.resource() + cluster.InFlag(source.Source.Namespace)}
		}
	case errors.As(err, &number):
		c.Check, c.Workload, c.Object, c.Next = CheckReplicas, number.Workload, number.Workload.String(), number.Next
	case errors.As(err, &template):
		c.Check, c.Workload, c.Object, c.Next = CheckTemplate, template.Workload, template.Workload.String(), template.Next
	case errors.As(err, &noHistory):
		history(noHistory.Workload)
	case errors.As(err, &noRevision):
		history(noRevision.Workload)
	case errors.As(err, &noGood):
		history(noGood.Workload)
		undo := fmt.Sprintf("kubectl app rollout undo %s%s --to-revision=%d", noGood.Workload, cluster.InFlag(noGood.Workload.Namespace), cmp.Or(noGood.Unjudged, noGood.Revision))
		if noGood.Paused {
			undo += " --resume"
		}
		c.Next = append(c.Next, undo)
	default:
		return Check{}, false
	}
	return c, true
}

// leaves takes joined errors apart; each is reported once, though several workloads may share it.
func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		for _, leaf := range leaves(e) {
			if !slices.ContainsFunc(all, func(known error) bool { return known.Error() == leaf.Error() }) {
				all = append(all, leaf)
			}
		}
	}
	return all
}
