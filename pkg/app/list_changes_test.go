package app_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
)

// Of a list that is made again and again, only what has changed and what is not well is looked at.
func TestOnlyWhatHasChangedIsLookedAtAgain(t *testing.T) {
	s := shop{app.NewObjects()}
	s.deploy("api", "web:1.0", podtest.Ready("x"))
	s.deploy("web", "web:1.0", podtest.Ready("x"))
	s.deploy("sick", "web:1.0", keyless())
	entries := func() map[string]*app.Entry {
		all := s.Entries(func(string) []string { return nil }, func(...metav1.Object) {}, now)
		for _, e := range all {
			if !e.Settled() {
				e.Look(true)
			}
		}
		app.NewList("shop", all, nil, now)
		byName := map[string]*app.Entry{}
		for _, e := range all {
			byName[e.Ref.Name] = e
		}
		return byName
	}
	pod := podtest.Ready("web-1-x")
	pod.UID, pod.OwnerReferences[0].UID = "web-1-x", "web-1"
	s.Take(pod, false) // from here on the set is watched
	first := entries()
	if !first["api"].Settled() || first["sick"].Settled() {
		t.Fatal("what is well is to be settled, and nothing else")
	}
	second := entries()
	if second["api"] != first["api"] || second["web"] != first["web"] {
		t.Error("a workload that has not changed was looked at again")
	}
	if second["sick"] == first["sick"] {
		t.Error("a sick workload was not looked at again")
	}

	sick := keyless()
	sick.Name, sick.UID, sick.OwnerReferences[0].UID, sick.Labels = "web-1-x", "web-1-x", "web-1", map[string]string{"app": "web"}
	s.Take(sick, false)
	third := entries()
	if third["web"] == second["web"] || third["web"].Settled() {
		t.Error("a workload whose pod has changed was not looked at again")
	}
	if third["api"] != first["api"] {
		t.Error("another workload was looked at again")
	}
	s.Take(pod, true)
	if fourth := entries(); fourth["web"] == third["web"] {
		t.Error("a workload whose pod is gone was not looked at again")
	}
	s.Forget()
	if last := entries(); last["api"] == first["api"] {
		t.Error("what was kept was not forgotten")
	}
}
