package watch

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestSnapshotHoldsTheWorkloadAndWhatItOwns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		web, other := newApp("web", 3), newApp("other", 2)
		s.putApp(web)
		s.putApp(other)
		w := watchApps(t, s, Options{}, web)

		o := w.observed("anything", web, always)
		if o.Workload == nil || o.Workload.Desired != 3 || len(o.Revisions) != 1 || len(o.Pods) != 3 {
			t.Fatalf("the first snapshot is not whole: %+v", o)
		}
		requests := s.seen()
		slices.Sort(requests)
		if want := []string{"watchlist deployments", "watchlist pods", "watchlist replicasets"}; !slices.Equal(requests, want) {
			t.Errorf("requests %v, want %v", requests, want)
		}

		web.deployment.Status.UpdatedReplicas = 3
		s.put(web.deployment)
		w.observed("the new status", web, func(o diagnosis.Observed) bool { return o.Workload.Updated == 3 })
		s.remove(web.pods[0])
		w.observed("two pods", web, func(o diagnosis.Observed) bool { return len(o.Pods) == 2 })
		s.remove(web.deployment)
		w.observed("no workload", web, func(o diagnosis.Observed) bool { return o.Workload == nil })

		w.stop()
		if err := w.end(); err != nil {
			t.Errorf("Err() = %v after the context ended", err)
		}
	})
}

func TestTargetsOnceAndOfAKnownKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 1)
		s.putApp(web)
		if o := watchApps(t, s, Options{}, web, web).observed("anything", web, always); o.Workload == nil {
			t.Error("a workload that was named twice is not seen")
		}
		other := Target{Ref: workload.Ref{Kind: "CronJob", Namespace: "shop", Name: "web"}}
		w := &watching{Watcher: Start(t.Context(), s.clients(t), []Target{other}, Options{}), t: t}
		if err := w.end(); err == nil {
			t.Error("a CronJob is watched")
		}
	})
}
