package watch

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// fleet returns n apps, and puts them at the server.
func fleet(s *apiServer, n int) []app {
	apps := make([]app, n)
	for i := range apps {
		apps[i] = newApp(fmt.Sprintf("app-%03d", i), 2)
		s.putApp(apps[i])
	}
	return apps
}

func TestManyTargetsShareThreeWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		apps := fleet(s, 200)
		stranger := newApp("stranger", 2)
		s.putApp(stranger)
		var selectors []string
		s.setFault(func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/pods") {
				selectors = append(selectors, r.URL.Query().Get("labelSelector"))
			}
			return false
		})
		w := watchApps(t, s, Options{}, apps...)
		u := w.until("anything", func(Update) bool { return true })
		for _, a := range apps {
			if o := u.Snapshot[a.ref()]; o.Workload == nil || len(o.Revisions) != 1 || len(o.Pods) != 2 {
				t.Fatalf("%s: %+v", a.deployment.Name, o)
			}
		}
		if n := len(s.seen()); n != 3 {
			t.Errorf("%d requests for 200 workloads, want 3", n)
		}
		if len(selectors) != 1 || !strings.HasPrefix(selectors[0], "app in (app-000,app-001,") {
			t.Errorf("pods asked for with %q", selectors)
		}
		w.observed("a change of one", apps[77], scale(s, apps[77], 2))
		s.remove(apps[78].pods[0])
		w.observed("a pod less", apps[78], func(o diagnosis.Observed) bool { return len(o.Pods) == 1 })
	})
}

func TestPodsBelongToTheirOwner(t *testing.T) {
	for _, n := range []int{2, workload.MaxByName + 1} { // streams of their own, and shared ones
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newAPIServer(t)
				apps := fleet(s, n-2)
				// The canary's pods match the stable one's selector too.
				stable, canary := newApp("shop", 3), newApp("canary", 1)
				labels := map[string]string{"app": "shop", "track": "canary"}
				canary.deployment.Spec.Selector.MatchLabels = labels
				canary.set.Labels = labels
				canary.pods[0].Labels = labels
				s.putApp(stable)
				s.putApp(canary)
				apps = append(apps, stable, canary)
				w := watchApps(t, s, Options{}, apps...)
				u := w.until("anything", func(Update) bool { return true })
				if a, b := len(u.Snapshot[stable.ref()].Pods), len(u.Snapshot[canary.ref()].Pods); a != 3 || b != 1 {
					t.Errorf("%d pods of the stable one and %d of the canary, want 3 and 1", a, b)
				}
			})
		})
	}
}

func TestRelabelledPodIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		apps := fleet(s, workload.MaxByName+1)
		w := watchApps(t, s, Options{}, apps...)
		w.until("anything", func(Update) bool { return true })
		p := apps[0].pods[0]
		p.Labels = map[string]string{"app": apps[1].deployment.Name}
		s.put(p)
		w.observed("one pod less", apps[0], func(o diagnosis.Observed) bool { return len(o.Pods) == 1 })
	})
}

func TestOneOfManyIsMissingAndComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		apps := fleet(s, workload.MaxByName)
		late := newApp("late", 2)
		w := watchApps(t, s, Options{}, append(apps, late)...)
		u := w.until("anything", func(Update) bool { return true })
		if u.Snapshot[late.ref()].Workload != nil || u.Snapshot[apps[0].ref()].Workload == nil {
			t.Fatalf("first snapshot: %+v", u.Snapshot)
		}
		s.put(late.set, late.pods[0], late.pods[1])
		s.put(late.deployment)
		o := w.observed("the late one", late, func(o diagnosis.Observed) bool { return o.Workload != nil })
		if len(o.Revisions) != 1 || len(o.Pods) != 2 {
			t.Errorf("the late one is shown before its pods are listed: %+v", o)
		}
	})
}

func TestDeploymentMadeAnewWithAnotherSelector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		s.remove(web.deployment)
		anew := newApp("web", 1)
		anew.deployment.UID, anew.set.UID = "anew", "set-anew"
		anew.set.OwnerReferences[0].UID = anew.deployment.UID
		labels := map[string]string{"app": "web", "tier": "front"}
		anew.deployment.Spec.Selector.MatchLabels = labels
		anew.set.Name, anew.set.Labels = "web-anew", labels
		p := anew.pod("web-anew-1")
		s.put(anew.deployment, anew.set, p)
		o := w.observed("the new pods", web, func(o diagnosis.Observed) bool {
			return o.Workload != nil && o.Workload.UID == "anew" && len(o.Pods) == 1
		})
		if len(o.Revisions) != 1 || o.Pods[0].Name != p.Name {
			t.Errorf("%+v", o)
		}
	})
}

func TestQueryIsWithinWhatProxiesTake(t *testing.T) {
	targets := make([]*target, 0, 500)
	for i := range cap(targets) {
		name := fmt.Sprintf("%s-%d", strings.Repeat("long", 10), i)
		a := newApp(name, 0)
		a.deployment.Spec.Selector.MatchLabels["team"] = "shop"
		targets = append(targets, newTarget(Target{Ref: a.ref(), Selector: a.deployment.Spec.Selector}, 0))
	}
	if q := query(targets); q != "team in (shop)" {
		t.Errorf("query %q", q)
	}
	m := newMatcher(targets)
	found := m.match(targets[7].selector.MatchLabels)
	if !slices.Equal(found, targets[7:8]) {
		t.Errorf("%d targets match", len(found))
	}
	if m.match(map[string]string{"team": "shop"}) != nil {
		t.Error("a pod of no target matches")
	}
}
