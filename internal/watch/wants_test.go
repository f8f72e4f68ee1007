package watch

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func eventAbout(p *corev1.Pod, n int, message string) *corev1.Event {
	name := fmt.Sprintf("%s.%d", p.Name, n)
	return &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: name, Namespace: p.Namespace, UID: types.UID("event-" + name)},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: p.Name, UID: p.UID},
		Reason:         "FailedMount", Message: message,
	}
}

func wantEvents(pods ...*corev1.Pod) diagnosis.Wants {
	wants := diagnosis.Wants{Events: map[types.UID]string{}}
	for _, p := range pods {
		wants.Events[p.UID] = p.Name
	}
	return wants
}

func firstRun(p *corev1.Pod, previous bool) diagnosis.LogKey {
	return diagnosis.LogKey{Pod: p.Name, PodUID: p.UID, Container: "web", Previous: previous}
}

func TestWantedEventsAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		s.put(eventAbout(web.pods[0], 1, "first"), eventAbout(web.pods[1], 1, "not wanted"))
		w.Want(wantEvents(web.pods[0]))
		o := w.observed("the event", web, func(o diagnosis.Observed) bool { return len(o.Events) == 1 })
		if o.Events[0].Message != "first" {
			t.Errorf("event %q", o.Events[0].Message)
		}
		s.put(eventAbout(web.pods[0], 2, "second"))
		w.observed("a second event", web, func(o diagnosis.Observed) bool { return len(o.Events) == 2 })
		w.Want(wantEvents(web.pods[1]))
		w.observed("the other pod's", web, func(o diagnosis.Observed) bool {
			return len(o.Events) == 1 && o.Events[0].Message == "not wanted"
		})
		if n := count(s.seen(), "watchlist events"); n != 2 {
			t.Errorf("%d lists of events, want one for each pod", n)
		}
	})
}

func TestWantedClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		e := eventAbout(web.pods[0], 1, `storageclass "fast" not found`)
		e.InvolvedObject = corev1.ObjectReference{Kind: "PersistentVolumeClaim", Name: "data", UID: "claim"}
		claim := func(name string) *corev1.PersistentVolumeClaim {
			return &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: e.Namespace, UID: types.UID("claim-" + name)}}
		}
		s.put(e, claim("data"), claim("other"))
		w.Want(diagnosis.Wants{Claims: map[workload.Ref][]string{web.ref(): {"data"}}})
		o := w.observed("the claim and its event", web, func(o diagnosis.Observed) bool { return len(o.Events) == 1 && len(o.Claims) == 1 })
		if o.Claims[0].Name != "data" {
			t.Errorf("claim %q", o.Claims[0].Name)
		}
		bound := claim("data")
		bound.Status.Phase = corev1.ClaimBound
		s.put(bound)
		w.observed("the bound claim", web, func(o diagnosis.Observed) bool { return o.Claims[0].Status.Phase == corev1.ClaimBound })
		w.Want(diagnosis.Wants{})
		w.observed("nothing of it", web, func(o diagnosis.Observed) bool { return len(o.Events)+len(o.Claims) == 0 })
	})
}

func TestEventsOfManyPodsHaveTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", eventStreams+10)
		s.putApp(web)
		for _, p := range web.pods {
			s.put(eventAbout(p, 1, "mount failed"))
		}
		w := watchApps(t, s, Options{}, web)
		w.observed("anything", web, always)
		w.Want(wantEvents(web.pods...))
		w.observed("as many events as there are streams", web, func(o diagnosis.Observed) bool { return len(o.Events) == eventStreams })
		synctest.Wait()
		if n := count(s.seen(), "watchlist events"); n != eventStreams {
			t.Errorf("%d watches of events", n)
		}
		w.Want(wantEvents(web.pods[eventStreams:]...))
		w.observed("the events of the others", web, func(o diagnosis.Observed) bool {
			return len(o.Events) == 10 && o.Events[0].InvolvedObject.Name == web.pods[eventStreams].Name
		})
	})
}

func TestLogsAreFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		p := web.pods[0]
		s.logs[p.Name] = "starting\npanic: DATABASE_URI is not set\n"
		s.logs[p.Name+"/previous"] = "unable to retrieve container logs for containerd://0123"
		first, previous := firstRun(p, false), firstRun(p, true)
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{first}})
		o := w.observed("the log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		if want := []string{"starting", "panic: DATABASE_URI is not set"}; !slices.Equal(o.Logs[first].Lines, want) {
			t.Errorf("log %+v", o.Logs[first])
		}
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{first, previous}})
		o = w.observed("the other log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 2 })
		if l := o.Logs[previous]; len(l.Lines) != 0 || !strings.Contains(l.Err, "unable to retrieve") {
			t.Errorf("the kubelet's own words are shown as the program's: %+v", l)
		}
		w.Want(diagnosis.Wants{})
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{first}})
		synctest.Wait()
		// One more to see whether the first run is the previous one by now.
		if n := count(s.seen(), "log"); n != 3 {
			t.Errorf("%d requests for two logs", n)
		}
	})
}

func TestLogOfAFirstRunBeforeTheStatusTellsOfTheSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		p := web.pods[0]
		s.logs[p.Name], s.logs[p.Name+"/previous"] = "of the second run", "of the first run"
		first := firstRun(p, false)
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{first}})
		o := w.observed("the log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		if want := []string{"of the first run"}; !slices.Equal(o.Logs[first].Lines, want) {
			t.Errorf("log %+v", o.Logs[first])
		}
	})
}

// The container of a pod whose image was changed is restarted at once after its first crash, though it has run before.
func TestLogOfALaterRunBeforeTheStatusTellsOfTheNext(t *testing.T) {
	for name, tt := range map[string]struct {
		ended time.Duration // of the run before, from the start of the one that is meant
		want  string
	}{
		"the run before it ended before it began": {-time.Second, "of the run"},
		"the run before it ended as it began":     {0, "of the next run"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, web, w := started(t)
				p, began := web.pods[0], time.Now().Truncate(time.Second)
				s.logs[p.Name], s.logs[p.Name+"/previous"] = "of the next run", "of the old image"
				s.logs[p.Name+"/previous since "+began.UTC().Format(time.RFC3339)] = "of the run"
				status := &p.Status.ContainerStatuses[0]
				status.RestartCount = 2
				status.State = ended(began, began)
				status.LastTerminationState = ended(began.Add(-time.Minute), began.Add(tt.ended))
				s.put(p)
				w.observed("the crash", web, func(o diagnosis.Observed) bool {
					return slices.ContainsFunc(o.Pods, func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount == 2 })
				})
				key := firstRun(p, false)
				key.Restart = 2
				w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{key}})
				o := w.observed("the log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
				if got := o.Logs[key].Lines; !slices.Equal(got, []string{tt.want}) {
					t.Errorf("log %q", got)
				}
			})
		})
	}
}

func ended(began, finished time.Time) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: 1, StartedAt: metav1.NewTime(began), FinishedAt: metav1.NewTime(finished),
	}}
}

func TestLogOfARunThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		p := web.pods[0]
		s.logs[p.Name], s.logs[p.Name+"/previous"] = "of the second run", "of the first run"
		// The container is restarted while its log is on the way.
		s.setFault(func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/log") && r.URL.Query().Get("previous") == "false" {
				p.Status.ContainerStatuses[0].RestartCount = 1
				s.put(p)
				<-time.After(time.Second) // the watch brings it meanwhile
			}
			return false
		})
		key := firstRun(p, false)
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{key}})
		o := w.observed("the log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		if l := o.Logs[key]; !slices.Equal(l.Lines, []string{"of the first run"}) {
			t.Errorf("log %+v", l)
		}
	})
}

func TestLogRequestsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 3*logRequests)
		s.putApp(web)
		w := watchApps(t, s, Options{}, web)
		w.observed("anything", web, always)
		var now, most atomic.Int32
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
			}
			refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, "container is waiting to start")
			return true
		})
		var wants diagnosis.Wants
		for _, p := range web.pods {
			wants.Logs = append(wants.Logs, firstRun(p, false))
		}
		w.Want(wants)
		w.observed("all answers", web, func(o diagnosis.Observed) bool { return len(o.Logs) == len(web.pods) })
		if most.Load() != logRequests {
			t.Errorf("%d log requests at a time, want %d", most.Load(), logRequests)
		}
	})
}

func TestLogOfAPodThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, web, w := started(t)
		key := diagnosis.LogKey{Pod: "web-0", PodUID: "gone", Container: "web"}
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{key}})
		o := w.observed("an answer", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		if o.Logs[key].Err != "pod web-0 is gone" {
			t.Errorf("answer %+v", o.Logs[key])
		}
	})
}

func TestLogIsAskedForAgainAfterTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		p := web.pods[0]
		s.logs[p.Name] = "panic"
		var asked atomic.Int32
		s.setFault(func(w http.ResponseWriter, _ *http.Request) bool {
			if asked.Add(1) == logAttempts {
				return false
			}
			refuse(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, "dial tcp 10.0.0.1:10250: connect: connection refused")
			return true
		})
		key := firstRun(p, false)
		w.Want(diagnosis.Wants{Logs: []diagnosis.LogKey{key}})
		o := w.observed("the log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		if len(o.Logs[key].Lines) != 1 {
			t.Errorf("log %+v", o.Logs[key])
		}
	})
}

func TestWithoutPermissionForEventsAndLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web, w := started(t)
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			return refusing("/events", 403, metav1.StatusReasonForbidden)(w, r) || refusing("/log", 403, metav1.StatusReasonForbidden)(w, r)
		})
		p := web.pods[0]
		wants := wantEvents(p)
		wants.Logs = []diagnosis.LogKey{firstRun(p, false)}
		w.Want(wants)
		o := w.observed("what is not seen", web, func(o diagnosis.Observed) bool { return len(o.Forbidden) == 2 && len(o.Logs) == 1 })
		if !slices.Equal(o.Forbidden, []string{"events", "logs"}) || o.Logs[wants.Logs[0]].Err == "" {
			t.Errorf("%+v", o)
		}
		w.Want(wantEvents(web.pods[1]))
		w.observed("the rest goes on", web, scale(s, web, 3))
		if n := count(s.seen(), "watchlist events"); n != 1 {
			t.Errorf("asked %d times for events that may not be read", n)
		}
	})
}
