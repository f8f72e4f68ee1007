package cli

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// listVolumes prints the volumes of workloads, and what became of the claims.
func (r *transaction) listVolumes(ctx context.Context, selection resolve.Selection) error {
	objects, err := resolve.Workloads(ctx, r.cluster, selection)
	if err != nil {
		return resolveError(err)
	}
	lists, listed := make([]page.VolumeList, 0, len(objects)), 0
	for _, o := range objects {
		list := page.VolumeList{Of: o.Ref(), Volumes: podtemplate.Volumes(o)}
		listed += len(list.Volumes)
		if !selection.Local {
			if list.Claims, err = r.claimStates(ctx, o.Ref(), list.Volumes); err != nil {
				return err
			}
		}
		lists = append(lists, list)
	}
	if listed == 0 {
		what := workload.Plural(len(objects), "workload", "workloads")
		if len(objects) == 1 {
			what = objects[0].Ref().String()
		}
		_, err := fmt.Fprintf(r.env.Term.Err, "%s: no volumes\n", what)
		return err
	}
	return page.Volumes(r.env.Term.Out, lists)
}

// claimStates says of each claim what kubectl get says of it.
func (r *transaction) claimStates(ctx context.Context, of workload.Ref, volumes []podtemplate.ListedVolume) (map[string]string, error) {
	states := map[string]string{}
	for _, v := range volumes {
		if v.Claim == "" || states[v.Claim] != "" {
			continue
		}
		claim, err := r.cluster.ClaimIfAny(ctx, workload.Ref{Kind: string(workload.ClaimReference), Namespace: of.Namespace, Name: v.Claim})
		switch {
		case cluster.Is(err, cluster.Forbidden):
			states[v.Claim] = "(no permission to read it)"
		case err != nil:
			return nil, err
		case claim == nil:
			states[v.Claim] = "does not exist"
		default:
			states[v.Claim] = claimState(claim)
		}
	}
	return states, nil
}

func claimState(c *corev1.PersistentVolumeClaim) string {
	size := c.Spec.Resources.Requests[corev1.ResourceStorage]
	if capacity, bound := c.Status.Capacity[corev1.ResourceStorage]; bound {
		size = capacity
	}
	state := string(c.Status.Phase)
	if c.DeletionTimestamp != nil {
		state = "being deleted"
	}
	class := ""
	if c.Spec.StorageClassName != nil {
		class = *c.Spec.StorageClassName
	}
	return layout.Join(", ", state, size.String(), podtemplate.Modes(c), class)
}
