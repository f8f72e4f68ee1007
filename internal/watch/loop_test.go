package watch

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

func TestBurstsOfPodsAreOneSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		<-time.After(time.Minute)
		snapshots, began := 0, time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 100 {
				web.pods[0].Status.Message = fmt.Sprint(i)
				s.put(web.pods[0])
				<-time.After(time.Millisecond)
			}
		}()
		w.observed("the last change", web, func(o diagnosis.Observed) bool {
			snapshots++
			return o.Pods[0].Status.Message == "99"
		})
		<-done
		if took := time.Since(began); snapshots > int(took/(25*time.Millisecond))+2 {
			t.Errorf("%d snapshots in %v", snapshots, took)
		}
	})
}

func TestWhatAVerdictWaitsForIsShownAtOnce(t *testing.T) {
	changes := map[string]func(d *appsv1.Deployment){
		"a write":        func(d *appsv1.Deployment) { d.Generation++ },
		"the controller": func(d *appsv1.Deployment) { d.Status.ObservedGeneration++ },
		"a new condition": func(d *appsv1.Deployment) {
			d.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue}}
		},
		"complete": func(d *appsv1.Deployment) { d.Status.UpdatedReplicas, d.Status.AvailableReplicas = 3, 3 },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, web, w := started(t)
				web.pods[0].Status.Message = "just now"
				s.put(web.pods[0])
				w.observed("a pod", web, func(o diagnosis.Observed) bool { return o.Pods[0].Status.Message != "" })
				began := time.Now()
				change(web.deployment)
				s.put(web.deployment)
				version := s.versionOf(web.deployment)
				w.observed(name, web, func(o diagnosis.Observed) bool { return o.Workload.ResourceVersion == version })
				if lag := time.Since(began); lag != 0 {
					t.Errorf("shown after %v", lag)
				}
			})
		})
	}
}

func TestSlowReaderGetsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		for i := range 10 {
			scale(s, web, int32(i))
			<-time.After(time.Second)
		}
		u := <-w.Updates()
		if updated := u.Snapshot[web.ref()].Workload.Updated; updated != 9 {
			t.Errorf("got the status of %d, want the newest, 9", updated)
		}
	})
}

func TestWantingTheSameIsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, web, w := started(t)
		wants := wantEvents(web.pods[0])
		wants.Logs = []diagnosis.LogKey{firstRun(web.pods[0], false)}
		w.Want(wants)
		w.observed("the answer", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		for range 3 {
			w.Want(wants)
		}
		synctest.Wait()
		select {
		case u := <-w.Updates():
			t.Errorf("an update without news: %+v", u)
		default:
		}
	})
}

func TestMissingWorkload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 1)
		w := watchApps(t, s, Options{}, web)
		if o := w.observed("anything", web, always); o.Workload != nil {
			t.Errorf("observed %+v", o)
		}
	})
}

// A synctest bubble fails its test when a goroutine is left in it.
func TestContextStopsEverything(t *testing.T) {
	hang := func(part string) func(http.ResponseWriter, *http.Request) bool {
		return func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, part) {
				<-r.Context().Done()
			}
			return false
		}
	}
	phases := map[string]func(s *apiServer, w *watching, web app){
		"while it lists": func(s *apiServer, _ *watching, _ app) { s.setFault(hang("/pods")); s.stop(); s.compact(); s.resume() },
		"in an outage":   func(s *apiServer, _ *watching, _ app) { s.stop() },
		"with a slow log": func(s *apiServer, w *watching, web app) {
			s.setFault(hang("/log"))
			w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{firstRun(web.pods[0], false)}})
		},
		"with events":      func(_ *apiServer, w *watching, web app) { w.Want(wantEvents(web.pods...)) },
		"with unread news": func(s *apiServer, _ *watching, web app) { scale(s, web, 3) },
		"while told to wait": func(s *apiServer, _ *watching, _ app) {
			s.setFault(func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(http.StatusTooManyRequests)
				return true
			})
			s.closeWatches()
		},
	}
	for name, phase := range phases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, web, w := started(t)
				phase(s, w, web)
				<-time.After(1500 * time.Millisecond)
				began := time.Now()
				w.stop()
				if err := w.end(); err != nil {
					t.Errorf("Err() = %v", err)
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("stopped after %v", took)
				}
			})
		})
	}
}

// Over real HTTP, since the bubbles above leave out Go's transport.
func TestNothingIsLeftOverHTTP(t *testing.T) {
	s, web := newAPIServer(t), newApp("web", 3)
	s.putApp(web)
	url := s.listen(t)
	before := runtime.NumGoroutine()
	transport := &http.Transport{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clients := newClients(t, &rest.Config{Host: url, Transport: transport})
	w := &watching{Watcher: Start(ctx, clients, []Target{{Ref: web.ref()}}, Options{}), t: t, stop: cancel}
	w.observed("anything", web, always)
	w.observed("a change", web, scale(s, web, 3))
	w.stop()
	if err := w.end(); err != nil {
		t.Errorf("Err() = %v", err)
	}
	transport.CloseIdleConnections()
	for end := time.Now().Add(deadline); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
