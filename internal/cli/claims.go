package cli

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// wantedClaim is a claim that is created for a workload.
type wantedClaim struct {
	claim *corev1.PersistentVolumeClaim
	of    workload.Ref
}

// createClaims makes the creation of claims a part of the release. One that exists has to be as it is wanted, and the API
// server tries the others, so that nothing is left half made.
func (t *transaction) createClaims(ctx context.Context, wanted []wantedClaim) error {
	var changes []*release.ClaimChange
	for _, w := range wanted {
		i := slices.IndexFunc(changes, func(c *release.ClaimChange) bool { return cluster.ClaimRef(c.Claim) == cluster.ClaimRef(w.claim) })
		if i < 0 {
			i, changes = len(changes), append(changes, &release.ClaimChange{
				Store: t.cluster, Options: t.WriteOptions(), Claim: w.claim, Print: t.printClaim,
			})
		}
		if differs := podtemplate.ClaimDiffers(changes[i].Claim, w.claim); differs != "" {
			return release.RefusedError{Err: fmt.Errorf("%s is asked for twice: %s", cluster.ClaimRef(w.claim), differs)}
		}
		changes[i].Of = append(changes[i].Of, w.of)
	}
	for _, c := range changes {
		if t.flags.dryRun != release.DryRunClient {
			if err := t.tryClaim(ctx, c); err != nil {
				return err
			}
		}
		t.Before(c)
	}
	return nil
}

func (t *transaction) tryClaim(ctx context.Context, c *release.ClaimChange) error {
	ref := cluster.ClaimRef(c.Claim)
	have, err := t.cluster.ClaimIfAny(ctx, ref)
	switch {
	case err != nil && !cluster.Is(err, cluster.Forbidden):
		return err
	case have != nil:
		if differs := podtemplate.ClaimDiffers(have, c.Claim); differs != "" {
			return release.RefusedError{Err: hintedError{
				fmt.Errorf("%s exists, and %s: choose another --claim-name, or mount it as it is, without a size", ref, differs),
				[]string{"kubectl get " + ref.String() + cluster.InFlag(ref.Namespace)},
			}}
		}
		c.Claim, c.Exists = have, true
		return nil
	}
	o := t.WriteOptions()
	o.DryRun = true
	tried, err := t.cluster.CreateClaim(ctx, c.Claim, o)
	switch {
	case cluster.Is(err, cluster.Forbidden, cluster.Denied, cluster.Invalid):
		return release.RefusedError{Err: err}
	case err != nil:
		return release.Refused(err)
	case t.flags.dryRun == release.DryRunServer:
		c.Claim = tried
	}
	return nil
}

// printClaim prints a claim as kubectl prints one that it has created.
func (t *transaction) printClaim(claim *corev1.PersistentVolumeClaim) {
	// An error is not told: the line is owed, and stdout may be gone.
	if t.output.plain() {
		_ = newObjectOutput().print(t.env, claim, "created", t.flags.dryRun)
	} else {
		_ = t.output.object(t.env, claim)
	}
}
