package preflight

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// need is a permission in a namespace, and what the release is without it.
type need struct {
	verb, group, resource, subresource string
	level                              Level
	without                            string
	// names are those of the objects, where they are asked for one by one.
	names []string
}

func (n need) target() string {
	if n.subresource != "" {
		return n.resource + "/" + n.subresource
	}
	return n.resource
}

// watchNeeds are what a watched release reads and writes beside the patch itself, which the dry run
// proves. Without its revisions a rollout can't be told from an earlier one; without the pods
// there are counts but no causes.
func watchNeeds(oldPods, scales bool, refs ...workload.Ref) []need {
	var watched, recorded []need
	names := map[string][]string{}
	for _, ref := range refs {
		names[ref.Kind] = append(names[ref.Kind], ref.Name)
	}
	for _, kind := range workload.Kinds() {
		of := names[kind.Kind]
		if len(of) == 0 || !kind.Watched() && !scales {
			continue
		}
		if len(of) > workload.MaxByName { // they are watched as a whole namespace
			of = nil
		}
		watched = append(watched, need{"", kind.Group, kind.Plural, "", Refuse, "the rollout can't be watched; --wait=false writes without a watch", of})
		revisions := kind.History
		if revisions == nil || slices.ContainsFunc(recorded, func(n need) bool { return n.resource == revisions.Plural }) {
			continue
		}
		without := "the new revision can't be found; --wait=false writes without a watch"
		if scales {
			without = "its pods can't be found; --wait=false writes without a watch"
		}
		watched = append(watched, need{"", revisions.Group, revisions.Plural, "", Refuse, without, nil})
		recorded = append(recorded, need{"patch", revisions.Group, revisions.Plural, "", Note, "the verdict can't be recorded on the revision", nil})
	}
	if len(watched) == 0 {
		return nil
	}
	if len(recorded) > 0 || scales {
		pods := need{"", "", "pods", "", Warn, "no cause can be found, and only the deadline decides", nil}
		if oldPods {
			pods.level, pods.without = Refuse, "--wait-for-old-pods can't work"
		}
		watched = append(watched, pods)
	}
	var needs []need
	for _, verb := range []string{"list", "watch"} {
		for _, n := range watched {
			n.verb = verb
			needs = append(needs, n)
		}
	}
	needs = append(needs,
		need{"list", "", "events", "", Note, "causes that only events show can't be found", nil},
		need{"get", "", "pods", "log", Note, "the logs of crashed containers can't be shown", nil},
	)
	return append(needs, recorded...)
}

// scaleNeeds are those of a scale. It proves nothing of a revision, so that there is no verdict to record.
func scaleNeeds(watch bool, changes []cluster.Change, refs []workload.Ref) []need {
	var needs []need
	for _, kind := range workload.Kinds() {
		names := map[string][]string{} // by subresource
		for _, change := range changes {
			if change.Kind != kind {
				continue
			}
			subresource := "scale"
			if change.Edit.Annotations != nil {
				subresource = ""
			}
			names[subresource] = append(names[subresource], change.GetName())
		}
		for _, subresource := range slices.Sorted(maps.Keys(names)) {
			needs = append(needs, need{"patch", kind.Group, kind.Plural, subresource, Refuse, "the replicas can't be set", names[subresource]})
		}
	}
	if !watch {
		return needs
	}
	return append(needs, slices.DeleteFunc(watchNeeds(false, true, refs...), func(n need) bool { return n.verb == "patch" })...)
}

// checkPermissions asks once for each namespace for all rules of the user (SelfSubjectRulesReview).
// Authorizers that can't list their rules make that answer incomplete: what it does not contain is
// then asked for one by one (SelfSubjectAccessReview).
func (c checker) checkPermissions(ctx context.Context, changes []cluster.Change, o Options) ([]Check, error) {
	if !o.Watch && !changes[0].Scales() {
		return nil, nil
	}
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	order, in := namespaces(changes)
	found, err := cluster.Each(ctx, order, func(ctx context.Context, namespace string) ([]Check, error) {
		return permissionChecks(ctx, client, namespace, in[namespace], o)
	})
	return slices.Concat(found...), err
}

func permissionChecks(ctx context.Context, client kubernetes.Interface, namespace string, changes []cluster.Change, o Options) ([]Check, error) {
	ref := changes[0].Ref()
	refs := make([]workload.Ref, 0, len(changes))
	for _, change := range changes {
		refs = append(refs, change.Ref())
	}
	needs := watchNeeds(o.OldPods, false, refs...)
	if changes[0].Scales() {
		needs = scaleNeeds(o.Watch, changes, refs)
	} else if slices.ContainsFunc(changes, func(c cluster.Change) bool { return c.Before.Workload.Strategy.Ordered }) {
		needs = append(needs, need{"delete", "", "pods", "", Warn, "a broken pod that blocks the update can't be deleted", nil})
	}
	for _, ref := range refs {
		if kind := workload.KindNamed(ref.Kind); o.Deletes {
			needs = append(needs, need{"delete", kind.Group, kind.Plural, "", Refuse, "what is created can't be deleted if it fails", []string{ref.Name}})
		}
	}
	if len(needs) == 0 {
		return nil, nil
	}
	missing, err := missingNeeds(ctx, client, namespace, needs)
	if err != nil {
		return []Check{{
			Check: CheckPermission, Level: Note, Workload: ref,
			Message: fmt.Sprintf("permissions are not checked: %v", err),
		}}, cancelled(ctx)
	}
	var checks []Check
	for _, n := range joinVerbs(missing) {
		checks = append(checks, Check{
			Check: CheckPermission, Level: n.level, Workload: ref, Object: n.target(),
			Message: fmt.Sprintf("no permission to %s %s%s: %s", n.verb, n.target(), cluster.InNamespace(namespace), n.without),
			Next:    []string{workload.CanI(firstWord(n.verb), n.target(), namespace), "kubectl auth whoami"},
		})
	}
	return checks, nil
}

func missingNeeds(ctx context.Context, client kubernetes.Interface, namespace string, needs []need) ([]need, error) {
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	// A review only computes: it can be repeated like a read.
	review, err := cluster.Read(ctx, func(ctx context.Context) (*authorizationv1.SelfSubjectRulesReview, error) {
		return client.AuthorizationV1().SelfSubjectRulesReviews().Create(ctx, review, metav1.CreateOptions{})
	})
	if err != nil {
		return nil, cluster.APIError(cluster.Call{Verb: "create", Resource: "selfsubjectrulesreviews", Namespace: "", Object: "a review of your permissions"}, err)
	}
	missing := slices.DeleteFunc(needs, func(n need) bool { return granted(review.Status.ResourceRules, n) })
	if !review.Status.Incomplete || len(missing) == 0 {
		return missing, nil
	}
	allowed, err := cluster.Each(ctx, missing, func(ctx context.Context, n need) (bool, error) {
		return mayAccess(ctx, client, namespace, n)
	})
	if err != nil {
		return nil, err
	}
	var denied []need
	for i, n := range missing {
		if !allowed[i] {
			denied = append(denied, n)
		}
	}
	return denied, nil
}

// mayAccess asks about each of the names, or once where the need has none.
func mayAccess(ctx context.Context, client kubernetes.Interface, namespace string, n need) (bool, error) {
	names := n.names
	if len(names) == 0 {
		names = []string{""}
	}
	allowed, err := cluster.Each(ctx, names, func(ctx context.Context, name string) (bool, error) {
		return mayAccessOne(ctx, client, namespace, name, n)
	})
	return !slices.Contains(allowed, false), err
}

func mayAccessOne(ctx context.Context, client kubernetes.Interface, namespace, name string, n need) (bool, error) {
	attributes := &authorizationv1.ResourceAttributes{
		Namespace: namespace, Verb: n.verb, Group: n.group, Resource: n.resource, Subresource: n.subresource, Name: name,
	}
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: attributes}}
	review, err := cluster.Read(ctx, func(ctx context.Context) (*authorizationv1.SelfSubjectAccessReview, error) {
		return client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	})
	if err != nil {
		return false, cluster.APIError(cluster.Call{Verb: "create", Resource: "selfsubjectaccessreviews", Namespace: "", Object: "a review of your permissions"}, err)
	}
	return review.Status.Allowed, nil
}

// granted tells whether the rules contain a permission. A rule for certain names counts only where
// those are the names that are asked for.
func granted(rules []authorizationv1.ResourceRule, n need) bool {
	return slices.ContainsFunc(rules, func(r authorizationv1.ResourceRule) bool {
		return namesMatch(r.ResourceNames, n.names) && matches(r.Verbs, n.verb) && matches(r.APIGroups, n.group) && matchesResource(r.Resources, n)
	})
}

func namesMatch(allowed, wanted []string) bool {
	if len(allowed) == 0 {
		return true
	}
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(allowed, name) })
}

// matchesResource knows RBAC's wildcards: "*" is everything, "*/log" a subresource of everything.
func matchesResource(resources []string, n need) bool {
	return slices.ContainsFunc(resources, func(r string) bool {
		return r == "*" || r == n.target() || n.subresource != "" && r == "*/"+n.subresource
	})
}

func matches(values []string, value string) bool {
	return slices.Contains(values, "*") || slices.Contains(values, value)
}

// joinVerbs makes one message of several verbs that are missing for the same reason.
func joinVerbs(missing []need) []need {
	var joined []need
	for _, n := range missing {
		i := slices.IndexFunc(joined, func(j need) bool { return j.target() == n.target() && j.without == n.without })
		if i < 0 {
			joined = append(joined, n)
			continue
		}
		joined[i].verb += " and " + n.verb
	}
	return joined
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func cancelled(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
