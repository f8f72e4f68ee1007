package watch

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// started returns a server with an app of three pods, and a watch of it that has listed.
func started(t *testing.T) (*apiServer, app, *watching) {
	t.Helper()
	s, web := newAPIServer(t), newApp("web", 3)
	s.putApp(web)
	w := watchApps(t, s, Options{}, web)
	w.observed("anything", web, always)
	s.seen()
	return s, web, w
}

// scale changes the app at the server in a way that the next snapshots show.
func scale(s *apiServer, a app, updated int32) func(diagnosis.Observed) bool {
	a.deployment.Status.UpdatedReplicas = updated
	s.put(a.deployment)
	return func(o diagnosis.Observed) bool { return o.Workload != nil && o.Workload.Updated == updated }
}

func count(requests []string, prefix string) int {
	n := 0
	for _, r := range requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

func TestWatchesClosedEachSecondGoOnWithoutListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		for i := range 10 {
			<-time.After(time.Second)
			s.closeWatches()
			w.observed("what changed meanwhile", web, scale(s, web, int32(i+1)))
		}
		synctest.Wait()
		if requests := s.seen(); count(requests, "watchlist") != 0 || count(requests, "watch ") != 30 {
			t.Errorf("requests: %v", requests)
		}
	})
}

func TestGoneListsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		s.stop()
		s.remove(web.pods[1])
		web.pods[0].Status.Message = "changed while away"
		s.put(web.pods[0])
		s.compact()
		s.resume()
		o := w.observed("what changed meanwhile", web, func(o diagnosis.Observed) bool { return len(o.Pods) == 2 })
		if o.Pods[0].Status.Message == "" {
			t.Error("the changed pod is shown as it was")
		}
		w.observed("what comes later", web, scale(s, web, 3))
		synctest.Wait()
		if n := count(s.seen(), "watchlist"); n != 3 {
			t.Errorf("%d lists, want one for each kind", n)
		}
	})
}

func TestOutageIsToldAndSurvived(t *testing.T) {
	faulty := func(fault func(w http.ResponseWriter, r *http.Request) bool) func(*apiServer) func() {
		return func(s *apiServer) (end func()) {
			s.setFault(fault)
			s.closeWatches()
			return func() { s.setFault(nil) }
		}
	}
	outages := map[string]func(*apiServer) (end func()){
		"connection refused": func(s *apiServer) func() { s.stop(); return s.resume },
		"5xx": faulty(func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "etcd is away")
			return true
		}),
		"closed at once": faulty(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf;stream=watch")
			w.WriteHeader(http.StatusOK)
			return true
		}),
		"silence": func(s *apiServer) func() {
			speak := make(chan struct{})
			s.setFault(func(_ http.ResponseWriter, _ *http.Request) bool { <-speak; return false })
			s.closeWatches()
			return func() { close(speak) }
		},
	}
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, web, w := started(t)
				<-time.After(time.Minute)
				began := time.Now()
				end := outage(s)
				shown := scale(s, web, 2)
				u := w.until("an outage", func(u Update) bool { return !u.Unreachable.IsZero() })
				if !u.Unreachable.Equal(began) || u.Trouble == nil || u.Snapshot == nil {
					t.Errorf("outage at %v told as %+v", began, u)
				}
				if told := time.Since(began); told != patience {
					t.Errorf("told after %v", told)
				}
				<-time.After(10 * time.Minute)
				ended := time.Now()
				end()
				w.until("what changed meanwhile, and the end of the outage", func(u Update) bool {
					return shown(u.Snapshot[web.ref()]) && u.Unreachable.IsZero() && u.Trouble == nil
				})
				if took := time.Since(ended); took > 2*time.Second {
					t.Errorf("recovered %v after the server did", took)
				}
				if n := count(s.seen(), "watchlist"); n != 0 {
					t.Errorf("%d lists after an outage that cost no change", n)
				}
			})
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		s.setFault(func(w http.ResponseWriter, _ *http.Request) bool {
			// As priority and fairness answers.
			w.Header().Set("Retry-After", "5")
			http.Error(w, "Too many requests, please try again later.", http.StatusTooManyRequests)
			return true
		})
		s.closeWatches()
		<-time.After(24 * time.Second)
		if n := len(s.seen()); n != 15 {
			t.Errorf("%d requests of 3 streams in 24 s, want one in 5 s each", n)
		}
		s.setFault(nil)
		w.observed("what changed meanwhile", web, scale(s, web, 2))
	})
}

func TestRefusalEndsTheWatch(t *testing.T) {
	refusals := map[string]struct {
		path, word, next string
		code             int
		reason           metav1.StatusReason
		is               func(error) bool
	}{
		"deployments":  {"/deployments", `no permission to watch deployments.apps in namespace "shop"`, "kubectl auth can-i watch deployments.apps -n shop", 403, metav1.StatusReasonForbidden, apierrors.IsForbidden},
		"replica sets": {"/replicasets", `no permission to watch replicasets.apps in namespace "shop"`, "kubectl auth can-i watch replicasets.apps -n shop", 403, metav1.StatusReasonForbidden, apierrors.IsForbidden},
		"credentials":  {"/pods", "no longer accepts the credentials", "kubectl auth whoami", 401, metav1.StatusReasonUnauthorized, apierrors.IsUnauthorized},
		"no such API":  {"/deployments", "cannot watch deployments.apps", "", 404, metav1.StatusReasonNotFound, apierrors.IsNotFound},
	}
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, web := newAPIServer(t), newApp("web", 3)
				s.putApp(web)
				s.setFault(refusing(refusal.path, refusal.code, refusal.reason))
				began := time.Now()
				err := watchApps(t, s, Options{}, web).end()
				if err == nil || !refusal.is(err) || !strings.Contains(err.Error(), refusal.word) {
					t.Errorf("Err() = %v, want %q", err, refusal.word)
				}
				var ended *Error
				if !errors.As(err, &ended) || !strings.HasPrefix(strings.Join(ended.Hints(), "\n"), refusal.next) || refusal.next == "" && ended.Hints() != nil {
					t.Errorf("next: %q, want %q", ended.Hints(), refusal.next)
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("asked again for %v", took)
				}
			})
		})
	}
}

func TestGoesOnWithoutThePods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 3)
		s.putApp(web)
		s.setFault(refusing("/pods", http.StatusForbidden, metav1.StatusReasonForbidden))
		w := watchApps(t, s, Options{}, web)
		w.until("a snapshot that says what is missing", func(u Update) bool {
			return slices.Equal(u.Snapshot[web.ref()].Forbidden, []string{"pods"})
		})
		w.observed("what changed meanwhile", web, scale(s, web, 2))
	})
}

func refusing(path string, code int, reason metav1.StatusReason) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, path) {
			return false
		}
		refuse(w, code, reason, "no")
		return true
	}
}

func TestServerThatRefusesWhileItComesUp(t *testing.T) {
	for name, lasts := range map[string]time.Duration{"for a moment": 4 * time.Second, "for good": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, web, w := started(t)
				s.setFault(refusing("", http.StatusForbidden, metav1.StatusReasonForbidden))
				s.closeWatches()
				time.AfterFunc(lasts, func() { s.setFault(nil) })
				began := time.Now()
				if lasts < restart {
					w.observed("what changed meanwhile", web, scale(s, web, 2))
				} else if err := w.end(); !apierrors.IsForbidden(err) || time.Since(began) > restart+3*time.Second {
					t.Errorf("Err() = %v after %v", err, time.Since(began))
				}
			})
		})
	}
}

func TestServerThatDoesNotStreamLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 2*pageSize+1)
		s.putApp(web)
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("sendInitialEvents") == "" {
				return false
			}
			refuse(w, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "sendInitialEvents is forbidden")
			return true
		})
		w := watchApps(t, s, Options{}, web)
		if o := w.observed("anything", web, always); len(o.Pods) != 2*pageSize+1 {
			t.Errorf("%d pods", len(o.Pods))
		}
		w.observed("a change", web, scale(s, web, 2))
		synctest.Wait()
		requests := s.seen()
		if n := count(requests, "list pods"); n != 3 {
			t.Errorf("%d pages of pods, want 3: %v", n, requests)
		}
		if !slices.Contains(requests, "watch pods") {
			t.Errorf("no watch of pods: %v", requests)
		}
	})
}

func TestListThatIsCutShortComesByPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 3)
		s.putApp(web)
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("sendInitialEvents") == "" {
				return false
			}
			w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf;stream=watch")
			w.WriteHeader(http.StatusOK)
			<-time.After(time.Second)
			return true
		})
		w := watchApps(t, s, Options{}, web)
		if o := w.observed("anything", web, always); len(o.Pods) != 3 {
			t.Errorf("%d pods", len(o.Pods))
		}
	})
}
