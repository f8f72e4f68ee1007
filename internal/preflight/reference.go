package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// referent is an object that templates refer to.
type referent struct {
	namespace string
	kind      workload.ReferenceKind
	name      string
}

func (r referent) String() string { return strings.ToLower(string(r.kind)) + "/" + r.name }

// use is one reference of one workload.
type use struct {
	workload.Reference
	by workload.Ref
}

// checkReferences looks whether what the new templates name is there. An object that several
// workloads name is read once; what is optional is not read at all, nor is what the release writes itself.
func (c checker) checkReferences(ctx context.Context, changes []cluster.Change, written map[workload.Ref][]string) ([]Check, error) {
	var order []referent
	uses := map[referent][]use{}
	for _, change := range changes {
		for _, r := range append(workload.References(&change.Edit.Template), mountedKeys(change)...) {
			if r.Optional || r.Kind == workload.ClaimReference { // see checkClaims
				continue
			}
			to := referent{change.GetNamespace(), r.Kind, r.Name}
			if _, known := uses[to]; !known {
				order = append(order, to)
			}
			uses[to] = append(uses[to], use{r, change.Ref()})
		}
	}
	found, err := cluster.Each(ctx, order, func(ctx context.Context, to referent) ([]Check, error) {
		if keys, ours := written[to.ref()]; ours {
			return missingKeys(to, keys, uses[to]), nil
		}
		return c.checkReferent(ctx, to, uses[to])
	})
	return slices.Concat(found...), err
}

// mountedKeys are the files of Secrets and ConfigMaps that a change begins to mount by a sub path. For one that is missing, the
// kubelet would mount an empty folder.
func mountedKeys(change cluster.Change) (keys []workload.Reference) {
	for _, v := range change.Edit.Template.Spec.Volumes {
		r := workload.Reference{Use: workload.UseVolume, Field: v.Name}
		switch {
		case v.Secret != nil && len(v.Secret.Items) == 0:
			r.Kind, r.Name, r.Optional = workload.SecretReference, v.Secret.SecretName, v.Secret.Optional != nil && *v.Secret.Optional
		case v.ConfigMap != nil && len(v.ConfigMap.Items) == 0:
			r.Kind, r.Name, r.Optional = workload.ConfigMapReference, v.ConfigMap.Name, v.ConfigMap.Optional != nil && *v.ConfigMap.Optional
		default:
			continue
		}
		before := workload.Mounts(&change.Template().Spec, v.Name)
		for _, m := range workload.Mounts(&change.Edit.Template.Spec, v.Name) {
			if m.SubPath != "" && (change.New || !slices.Contains(before, m)) {
				r.Key, r.Container = m.SubPath, m.Container
				keys = append(keys, r)
			}
		}
	}
	return keys
}

func (c checker) checkReferent(ctx context.Context, to referent, uses []use) ([]Check, error) {
	withKeys := slices.ContainsFunc(uses, func(u use) bool { return u.Key != "" })
	keys, err := c.Keys(ctx, to.ref(), withKeys)
	var e *cluster.Error
	switch {
	case err == nil:
		return missingKeys(to, keys, uses), nil
	case !errors.As(err, &e):
		return nil, err
	case e.Reason == cluster.NotFound:
		return []Check{missingObject(to, uses)}, nil
	case e.Reason == cluster.Forbidden:
		return []Check{{
			Check: CheckReference, Level: Warn, Workload: uses[0].by, Object: to.String(),
			Message: fmt.Sprintf("%s is not checked: no permission to read it", to), Next: e.Next,
		}}, nil
	}
	return nil, err
}

func (r referent) ref() workload.Ref {
	return workload.Ref{Kind: string(r.kind), Namespace: r.namespace, Name: r.name}
}

func (r referent) resource() string { return strings.ToLower(string(r.kind)) + "s" }

func missingKeys(to referent, keys []string, uses []use) []Check {
	var checks []Check
	seen := map[string]bool{"": true}
	for _, u := range uses {
		if seen[u.Key] || slices.Contains(keys, u.Key) {
			continue
		}
		seen[u.Key] = true
		message := fmt.Sprintf("%s has no key %q, which %s needs", to, u.Key, place(u))
		if near := workload.Nearest(u.Key, keys); near != "" {
			message += fmt.Sprintf("; it has %q", near)
		}
		checks = append(checks, Check{
			Check: CheckReference, Level: Refuse, Workload: u.by, Object: to.String(), Message: message,
			Next: []string{"kubectl describe " + to.String() + cluster.InFlag(to.namespace)},
		})
	}
	return checks
}

// missingObject refuses, but for a pull secret: the image may be public or on the node already.
func missingObject(to referent, uses []use) Check {
	check := Check{
		Check: CheckReference, Level: Refuse, Workload: uses[0].by, Object: to.String(),
		Message: fmt.Sprintf("%s does not exist in namespace %q, and %s needs it", to, to.namespace, place(uses[0])),
		Next:    []string{"kubectl get " + to.resource() + cluster.InFlag(to.namespace)},
	}
	pullOnly := !slices.ContainsFunc(uses, func(u use) bool { return u.Use != workload.UsePullSecret })
	if pullOnly {
		check.Level = Warn
		check.Message = fmt.Sprintf("%s does not exist in namespace %q, and %s needs it to pull images: only public images will work", to, to.namespace, uses[0].by)
	}
	return check
}

// place says where a reference stands.
func place(u use) string {
	var words []string
	switch u.Use {
	case workload.UseEnv:
		words = append(words, "the variable "+u.Field)
	case workload.UseEnvFrom:
		words = append(words, "envFrom")
	case workload.UseVolume:
		words = append(words, "the volume "+u.Field)
	case workload.UsePullSecret, workload.UseIdentity:
		words = append(words, string(u.Use))
	}
	if u.Container != "" {
		words = append(words, "of container "+u.Container)
	}
	return strings.Join(append(words, "of "+u.by.String()), " ")
}
