package preflight

import (
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestGranted(t *testing.T) {
	log := need{verb: "get", resource: "pods", subresource: "log"}
	pods := need{verb: "list", resource: "pods"}
	web := need{verb: "watch", group: "apps", resource: "deployments", names: []string{"web"}}
	rule := func(verbs, groups, resources string, names ...string) authorizationv1.ResourceRule {
		return authorizationv1.ResourceRule{
			Verbs: strings.Split(verbs, ","), APIGroups: strings.Split(groups, ","), Resources: strings.Split(resources, ","), ResourceNames: names,
		}
	}
	for name, test := range map[string]struct {
		need need
		rule authorizationv1.ResourceRule
		want bool
	}{
		"said in so many words":        {pods, rule("get,list", "", "pods"), true},
		"everything":                   {pods, rule("*", "*", "*"), true},
		"another verb":                 {pods, rule("get", "", "pods"), false},
		"another group":                {pods, rule("list", "metrics.k8s.io", "pods"), false},
		"a subresource is not its pod": {log, rule("get", "", "pods"), false},
		"a subresource":                {log, rule("get", "", "pods/log"), true},
		"that of everything":           {log, rule("get", "", "*/log"), true},
		"a pod is not its subresource": {pods, rule("list", "", "pods/log"), false},
		"certain pods":                 {pods, rule("list", "", "pods", "web-1"), false},
		"certain workloads, by name":   {web, rule("watch", "apps", "deployments", "api", "web"), true},
		"other workloads":              {web, rule("watch", "apps", "deployments", "api"), false},
	} {
		if granted([]authorizationv1.ResourceRule{test.rule}, test.need) != test.want {
			t.Errorf("%s: granted is %v", name, !test.want)
		}
	}
}

// Without the pods a release loses its causes; one that waits for the old ones can't know when it is over.
func TestPodsAreNeededToWaitForThem(t *testing.T) {
	for oldPods, want := range map[bool]Level{false: Warn, true: Refuse} {
		for _, n := range watchNeeds(oldPods, false) {
			if n.target() == "pods" && n.level != want {
				t.Errorf("--wait-for-old-pods=%v: %s pods is %s", oldPods, n.verb, n.level)
			}
		}
	}
}

// Each kind is watched, and its revisions with it.
func TestWatchNeeds(t *testing.T) {
	for kinds, want := range map[string]string{
		"Deployment":            "list and watch deployments, list and watch replicasets, list and watch pods, list events, get pods/log, patch replicasets",
		"StatefulSet":           "list and watch statefulsets, list and watch controllerrevisions, list and watch pods, list events, get pods/log, patch controllerrevisions",
		"DaemonSet StatefulSet": "list and watch statefulsets, list and watch controllerrevisions, list and watch daemonsets, list and watch pods, list events, get pods/log, patch controllerrevisions",
		"Deployment DaemonSet":  "list and watch deployments, list and watch replicasets, list and watch daemonsets, list and watch controllerrevisions, list and watch pods, list events, get pods/log, patch replicasets, patch controllerrevisions",
	} {
		var refs []workload.Ref
		for _, kind := range strings.Fields(kinds) {
			refs = append(refs, workload.Ref{Kind: kind, Name: "web"})
		}
		var got []string
		for _, n := range joinVerbs(watchNeeds(false, false, refs...)) {
			got = append(got, n.verb+" "+n.target())
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: got %s", kinds, s)
		}
	}
}

// A role may name some of the objects: each of them is asked about.
func TestEachNameIsAskedAbout(t *testing.T) {
	for denied, want := range map[string]bool{"": true, "web": false, "db": false} {
		client := fake.NewClientset()
		client.PrependReactor("create", "selfsubjectaccessreviews", func(action clienttesting.Action) (bool, runtime.Object, error) {
			review := action.(clienttesting.CreateAction).GetObject().(*authorizationv1.SelfSubjectAccessReview)
			review.Status.Allowed = review.Spec.ResourceAttributes.Name != denied
			return true, review, nil
		})
		got, err := mayAccess(t.Context(), client, "shop", need{verb: "patch", group: "apps", resource: "deployments", names: []string{"web", "db"}})
		if err != nil || got != want {
			t.Errorf("%q is denied: %v, %v", denied, got, err)
		}
	}
}
