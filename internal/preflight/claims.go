package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// claimUse is a claim that new templates mount.
type claimUse struct {
	referent
	uses []use
	// added are the changes by which a workload begins to mount it.
	added []cluster.Change
}

// checkClaims looks whether the claims that the new templates mount can be used and, of those that a change adds, whether the
// pods can share them. written are those that the release creates.
func (c checker) checkClaims(ctx context.Context, changes []cluster.Change, written []*corev1.PersistentVolumeClaim) ([]Check, error) {
	found, err := cluster.Each(ctx, claimUses(changes), func(ctx context.Context, u *claimUse) ([]Check, error) {
		for _, w := range written {
			if cluster.ClaimRef(w) == u.ref() {
				checks, err := c.checkClass(ctx, w, u, Refuse)
				return append(checks, shares(w, u)...), err
			}
		}
		return c.checkClaim(ctx, u)
	})
	return slices.Concat(found...), err
}

func claimUses(changes []cluster.Change) (all []*claimUse) {
	for _, change := range changes {
		had := mountedClaims(change.Template())
		for _, r := range workload.References(&change.Edit.Template) {
			if r.Kind != workload.ClaimReference {
				continue
			}
			to := referent{change.GetNamespace(), r.Kind, r.Name}
			i := slices.IndexFunc(all, func(u *claimUse) bool { return u.referent == to })
			if i < 0 {
				i, all = len(all), append(all, &claimUse{referent: to})
			}
			all[i].uses = append(all[i].uses, use{r, change.Ref()})
			if change.New || !slices.Contains(had, r.Name) {
				all[i].added = append(all[i].added, change)
			}
		}
	}
	return all
}

func mountedClaims(t *corev1.PodTemplateSpec) (names []string) {
	for _, r := range workload.References(t) {
		if r.Kind == workload.ClaimReference {
			names = append(names, r.Name)
		}
	}
	return names
}

// check is one about the claim.
func (u *claimUse) check(level Level, next []string, format string, args ...any) Check {
	return Check{
		Check: CheckVolume, Level: level, Workload: u.uses[0].by, Object: u.String(),
		Message: u.String() + " " + fmt.Sprintf(format, args...), Next: next,
	}
}

// checkClaim is about a claim that has to be there.
func (c checker) checkClaim(ctx context.Context, u *claimUse) ([]Check, error) {
	claim, err := c.Claim(ctx, u.ref())
	var e *cluster.Error
	switch {
	case errors.As(err, &e) && e.Reason == cluster.NotFound:
		return []Check{c.missingClaim(ctx, u)}, nil
	case errors.As(err, &e) && e.Reason == cluster.Forbidden:
		return []Check{u.check(Warn, e.Next, "is not checked: no permission to read it")}, nil
	case err != nil:
		return nil, err
	}
	describe := []string{"kubectl describe " + u.String() + cluster.InFlag(u.namespace)}
	switch {
	case claim.DeletionTimestamp != nil:
		return []Check{u.check(Refuse, describe, "is being deleted: it is there only until the last pod that uses it has ended, and no new pod can use it")}, nil
	case claim.Status.Phase == corev1.ClaimLost:
		return []Check{u.check(Refuse, describe, "is Lost: its volume %s is gone, and so is the data", claim.Spec.VolumeName)}, nil
	case len(u.added) == 0:
		return nil, nil
	}
	checks := shares(claim, u)
	if claim.Status.Phase == corev1.ClaimPending {
		more, err := c.checkClass(ctx, claim, u, Warn)
		if err != nil {
			return nil, err
		}
		checks = append(checks, more...)
	}
	others, err := c.checkUsers(ctx, claim, u)
	return append(checks, others...), err
}

// missingClaim names the claim that is most like it.
func (c checker) missingClaim(ctx context.Context, u *claimUse) Check {
	check := missingObject(u.referent, u.uses)
	names, err := c.ClaimNames(ctx, u.namespace)
	if near := workload.Nearest(u.name, names); err == nil && near != "" {
		check.Message += fmt.Sprintf("; did you mean %s?", near)
	}
	return check
}

// oneNode and onePod are the access modes that not all pods can share.
func oneNode(claim *corev1.PersistentVolumeClaim) bool {
	return slices.Contains(claim.Spec.AccessModes, corev1.ReadWriteOnce) &&
		!slices.Contains(claim.Spec.AccessModes, corev1.ReadWriteMany)
}

func onePod(claim *corev1.PersistentVolumeClaim) bool {
	return slices.Contains(claim.Spec.AccessModes, corev1.ReadWriteOncePod)
}

// shares says which pods of the workloads can't have the claim together.
func shares(claim *corev1.PersistentVolumeClaim, u *claimUse) (checks []Check) {
	for _, change := range u.added {
		w, ref := change.Workload(), change.Ref()
		one := fmt.Sprintf("kubectl app scale %s --replicas=1%s", ref, cluster.InFlag(ref.Namespace))
		scale := []string{one}
		if w.PerNode || change.New {
			scale = nil
		}
		switch several := w.Desired > 1; {
		case onePod(claim) && several:
			checks = append(checks, u.check(Refuse, scale, "is %s: one pod can use it, and %s has %s", corev1.ReadWriteOncePod, ref, replicas(w.Desired)))
		case onePod(claim) && w.Strategy.MaxSurge > 0:
			checks = append(checks, u.check(Warn, recreate(ref), "is %s, and an update of %s starts the new pod before the old one ends (RollingUpdate): the new one would wait for ever. The strategy Recreate fits", corev1.ReadWriteOncePod, ref))
		case !oneNode(claim):
		case several && w.Strategy.Ordered || several && w.Strategy.InPlace && !w.PerNode:
			checks = append(checks, u.check(Warn, scale, "is %s, and all %s of %s would use it: pods on other nodes than the first can't mount it, those on the same node write to the same files. A StatefulSet whose pods have a claim each has volumeClaimTemplates from its creation on", corev1.ReadWriteOnce, replicas(w.Desired), ref))
		case several:
			checks = append(checks, u.check(Warn, scale, "is %s, and all %s of %s would use it: pods on other nodes than the first can't mount it, those on the same node write to the same files", corev1.ReadWriteOnce, replicas(w.Desired), ref))
		case w.Strategy.MaxSurge > 0:
			checks = append(checks, u.check(Warn, recreate(ref), "is %s, and an update of %s starts the new pod before the old one ends (RollingUpdate): on another node the new one can't mount it, on the same node both write to the same files. The strategy Recreate fits", corev1.ReadWriteOnce, ref))
		}
	}
	return checks
}

// recreate is the command that sets the strategy that ends old pods first.
func recreate(ref workload.Ref) []string {
	return []string{fmt.Sprintf(`kubectl patch %s%s -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`, ref, cluster.InFlag(ref.Namespace))}
}

// checkUsers finds pods of others that have the claim.
func (c checker) checkUsers(ctx context.Context, claim *corev1.PersistentVolumeClaim, u *claimUse) (checks []Check, err error) {
	if !oneNode(claim) && !onePod(claim) {
		return nil, nil
	}
	pods, err := c.PodsWithClaim(ctx, u.ref())
	if cluster.Is(err, cluster.Forbidden) {
		return []Check{u.check(Note, nil, "may be used by other pods: no permission to list pods")}, nil
	}
	for i := range pods {
		pod := &pods[i]
		if slices.ContainsFunc(u.added, func(change cluster.Change) bool { return selects(change.Selector(), pod) }) {
			continue
		}
		owner, _ := workload.PodOwner(pod)
		where := ""
		if pod.Spec.NodeName != "" {
			where = " on node " + pod.Spec.NodeName
		}
		next := []string{fmt.Sprintf("kubectl get pod/%s%s -o wide", pod.Name, cluster.InFlag(u.namespace))}
		if onePod(claim) {
			return []Check{u.check(Refuse, next, "is %s, and %s has it (pod %s%s): no other pod can use it", corev1.ReadWriteOncePod, owner, pod.Name, where)}, err
		}
		return []Check{u.check(Warn, next, "is %s, and %s has it (pod %s%s): pods on other nodes can't mount it, those on the same node write to the same files", corev1.ReadWriteOnce, owner, pod.Name, where)}, err
	}
	return nil, err
}

// selects tells whether a pod is one of a workload's own.
func selects(selector *metav1.LabelSelector, pod *corev1.Pod) bool {
	if selector == nil {
		return false
	}
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(pod.Labels))
}
