package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ClaimStore is what the creation of a claim asks of the cluster. A cluster.Cluster is one.
type ClaimStore interface {
	CreateClaim(context.Context, *corev1.PersistentVolumeClaim, cluster.WriteOptions) (*corev1.PersistentVolumeClaim, error)
	// DeleteUnusedClaim leaves a claim that may hold data: a *cluster.SupersededError.
	DeleteUnusedClaim(context.Context, *corev1.PersistentVolumeClaim, cluster.WriteOptions) error
}

// ClaimChange creates a claim that workloads of the release mount. With the workloads goes back only a claim that never had
// a volume: data is not deleted.
type ClaimChange struct {
	Store   ClaimStore
	Options cluster.WriteOptions
	// Claim is what is wanted, and then what is stored.
	Claim *corev1.PersistentVolumeClaim
	// Exists: it is there already, as it is wanted.
	Exists bool
	// Of are the workloads.
	Of []workload.Ref
	// Print prints the claim that was created or, in a dry run, would be.
	Print func(*corev1.PersistentVolumeClaim)

	// state is empty until something is written.
	state rollout.ConfigState
	// goesBack: it is to be deleted at the end, when no pod of the release has it any more.
	goesBack bool
}

func (c *ClaimChange) String() string { return cluster.ClaimRef(c.Claim).String() }

// Keys implements Change.
func (*ClaimChange) Keys() map[workload.Ref][]string { return nil }

// Pending implements Change.
func (c *ClaimChange) Pending() bool { return c.state == "" && !c.Exists }

// Write implements Change.
func (c *ClaimChange) Write(ctx context.Context) error {
	stored, err := c.Store.CreateClaim(ctx, c.Claim, c.Options)
	switch {
	case errors.As(err, new(*cluster.LostError)):
		c.state = rollout.ConfigUnknown
		return fmt.Errorf("it is not known whether %s was created: %w", c, err)
	case cluster.Is(err, cluster.Forbidden, cluster.Denied, cluster.Invalid):
		return RefusedError{err}
	case err != nil:
		return Refused(err)
	}
	c.Claim, c.state = stored, rollout.ConfigChanged
	c.Print(stored)
	return nil
}

// Held implements Change.
func (c *ClaimChange) Held() bool {
	return !c.goesBack && (c.state == rollout.ConfigChanged || c.state == rollout.ConfigUnknown)
}

// Restore implements Change: pods that are to go may still have the claim. Conclude deletes it.
func (c *ClaimChange) Restore(context.Context) (back bool, err error) {
	c.goesBack = true
	return false, nil
}

// RestoreAfter implements Change.
func (c *ClaimChange) RestoreAfter(ctx context.Context, cause error) error {
	if kept := c.remove(ctx); kept != "" {
		return fmt.Errorf("%w\n%s", cause, kept)
	}
	return fmt.Errorf("%w\n%s was deleted again", cause, c)
}

// Concerns implements Change.
func (c *ClaimChange) Concerns(ref workload.Ref) bool { return slices.Contains(c.Of, ref) }

// UndoRestores implements Change: a claim that no workload mounts does no harm.
func (*ClaimChange) UndoRestores() bool { return true }

// Conclude implements Change. A workload that is not back may wait for the claim.
func (c *ClaimChange) Conclude(ctx context.Context, _ rollout.Outcome, back bool) []string {
	if !c.goesBack {
		return nil
	}
	if ref := cluster.ClaimRef(c.Claim); !back {
		return []string{fmt.Sprintf("%s is kept: not all workloads are known to be as they were; to delete it: %s", ref, Kubectl("delete", ref))}
	}
	if kept := c.remove(ctx); kept != "" {
		return []string{kept}
	}
	return nil
}

// remove deletes the claim. kept says why it stays, and how to delete it.
func (c *ClaimChange) remove(ctx context.Context) (kept string) {
	ref := cluster.ClaimRef(c.Claim)
	err := c.Store.DeleteUnusedClaim(ctx, c.Claim, c.Options)
	switch superseded := (*cluster.SupersededError)(nil); {
	case err == nil:
		c.state = rollout.ConfigRestored
		return ""
	case errors.As(err, &superseded):
		return fmt.Sprintf("%s is kept: %s; to delete it: %s", ref, superseded.What, Kubectl("delete", ref))
	}
	return fmt.Sprintf("%s could not be deleted: %v", ref, err)
}

// AddTo implements Change.
func (c *ClaimChange) AddTo(result *rollout.Result) {
	state, size := c.state, c.Claim.Spec.Resources.Requests[corev1.ResourceStorage]
	switch {
	case c.Exists:
		state = rollout.ConfigUnchanged
	case state == "":
		state = rollout.ConfigPlanned
	}
	made := rollout.ClaimResult{Ref: cluster.ClaimRef(c.Claim), State: state, Size: size.String(), AccessModes: podtemplate.Modes(c.Claim)}
	if class := c.Claim.Spec.StorageClassName; class != nil {
		made.StorageClass = *class
	}
	result.Claims = append(result.Claims, made)
}

// claims are those that the release creates.
func (all changes) claims() (claims []*corev1.PersistentVolumeClaim) {
	for _, c := range all {
		if made, ok := c.(*ClaimChange); ok && !made.Exists {
			claims = append(claims, made.Claim)
		}
	}
	return claims
}

// showClaims prints, in a dry run, those that would be created.
func (all changes) showClaims() {
	for _, c := range all {
		if made, ok := c.(*ClaimChange); ok && made.Pending() {
			made.Print(made.Claim)
		}
	}
}
