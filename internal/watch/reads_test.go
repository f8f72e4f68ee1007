package watch

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// reading is a client whose answers are kept.
type reading struct {
	*Reads
	t      *testing.T
	server *apiServer
	core   rest.Interface
	kept   Clients
	ended  context.CancelFunc
}

func newReading(t *testing.T, s *apiServer) *reading {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := NewReads(NewFollower(ctx))
	config := &rest.Config{Host: "http://api.test/prefix", Transport: inMemory{s}}
	if err := r.Connect(config); err != nil {
		t.Fatal(err)
	}
	kept := rest.CopyConfig(config)
	kept.Wrap(r.Transport)
	clients := newClients(t, kept)
	return &reading{Reads: r, t: t, server: s, core: clients.Core, kept: clients, ended: cancel}
}

// end ends the watches. In a bubble a goroutine that is left fails the test.
func (r *reading) end() {
	r.ended()
	r.follower.Wait()
	synctest.Wait()
}

// pods lists the names of pods with a label.
func (r *reading) pods(label string) []string {
	r.t.Helper()
	var list corev1.PodList
	if err := r.core.Get().Namespace("shop").Resource("pods").Param("labelSelector", label).Do(r.t.Context()).Into(&list); err != nil {
		r.t.Fatal(err)
	}
	names := []string{}
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names
}

func (r *reading) get(name string) error {
	return r.core.Get().Namespace("shop").Resource("pods").Name(name).Do(r.t.Context()).Into(&corev1.Pod{})
}

func (r *reading) log(pod string) string {
	r.t.Helper()
	text, err := r.core.Get().Namespace("shop").Resource("pods").Name(pod).SubResource("log").DoRaw(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// asked are the requests since the last call that are no watches.
func (r *reading) asked() []string {
	synctest.Wait()
	return slices.DeleteFunc(r.server.seen(), func(s string) bool { return strings.HasPrefix(s, "watch") })
}

func labelledPod(name, label string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Labels: map[string]string{"app": label}}}
}

func (r *reading) want(what string, got, want []string) {
	r.t.Helper()
	if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
		r.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// unwatched are the resources that are not watched, each with the cause if it is no permission that is missing.
func (r *reading) unwatched() []string {
	var all []string
	for _, u := range r.Unwatched() {
		all = append(all, strings.TrimSuffix(u.Resource+": "+u.Cause, ": "))
	}
	return all
}

func TestReadsSayWhyTheyAreNotWatched(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		reason metav1.StatusReason
		text   string
		want   []string
	}{
		"no permission":       {http.StatusForbidden, metav1.StatusReasonForbidden, "no", []string{"pods"}},
		"no watch":            {http.StatusMethodNotAllowed, metav1.StatusReasonMethodNotAllowed, "watch is not supported", []string{"pods: watch is not supported"}},
		"no such credentials": {http.StatusUnauthorized, metav1.StatusReasonUnauthorized, "Unauthorized", []string{"pods: Unauthorized"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newAPIServer(t)
				s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
					if r.URL.Query().Get("watch") == "" {
						return false
					}
					refuse(w, c.status, c.reason, c.text)
					return true
				})
				r := newReading(t, s)
				defer r.end()
				r.pods("app=web")
				synctest.Wait()
				r.want("what is not watched", r.unwatched(), c.want)
			})
		})
	}
}

func TestReadsAskOnlyForWhatHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"), labelledPod("api-1", "api"))
		r := newReading(t, s)
		defer r.end()
		r.want("the first list", r.pods("app=web"), []string{"web-1"})
		r.asked()
		<-time.After(time.Hour)
		r.want("an hour later", r.pods("app=web"), []string{"web-1"})
		r.want("requests for it", r.asked(), nil)

		s.put(labelledPod("api-2", "api"))
		synctest.Wait()
		r.pods("app=web")
		r.want("requests after a change that is another's", r.asked(), nil)

		s.put(labelledPod("web-2", "web"))
		synctest.Wait()
		r.want("with a new pod", r.pods("app=web"), []string{"web-1", "web-2"})
		r.want("requests for it", r.asked(), []string{"list pods"})
		s.remove(labelledPod("web-1", "web"))
		synctest.Wait()
		r.want("without a pod", r.pods("app=web"), []string{"web-2"})
		select {
		case <-r.follower.Changes():
		default:
			t.Error("nobody was told of the changes")
		}
	})
}

func TestReadsOfWhatIsAbsentNoticeThatItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		r := newReading(t, s)
		defer r.end()
		for range 3 {
			if err := r.get("web-1"); !apierrors.IsNotFound(err) {
				t.Fatalf("the error is %v", err)
			}
			synctest.Wait()
		}
		r.asked()
		if err := r.get("web-1"); !apierrors.IsNotFound(err) {
			t.Fatalf("the error is %v", err)
		}
		r.want("requests while it is absent", r.asked(), nil)
		s.put(labelledPod("web-1", "web"))
		synctest.Wait()
		if err := r.get("web-1"); err != nil {
			t.Errorf("it is there, and the error is %v", err)
		}
	})
}

func TestReadsBeginAnewWhereTheServerHasForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		r := newReading(t, s)
		defer r.end()
		r.pods("app=web")
		s.stop()
		s.remove(labelledPod("web-1", "web"))
		s.put(labelledPod("web-2", "web"))
		s.compact()
		r.want("while the server is away", r.pods("app=web"), []string{"web-1"})
		<-time.After(5 * time.Second)
		if since, trouble := r.follower.Outage(); since.IsZero() || trouble == nil {
			t.Error("the outage is not told")
		}
		s.resume()
		<-time.After(5 * time.Second)
		r.want("after it", r.pods("app=web"), []string{"web-2"})
		if since, _ := r.follower.Outage(); !since.IsZero() {
			t.Error("the outage is over, and is told")
		}
	})
}

func TestReadsOfWhatMayNotBeWatchedArePolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		s.logs["web-1"] = "one"
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("watch") == "" {
				return false
			}
			refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "no")
			return true
		})
		r := newReading(t, s)
		defer r.end()
		r.pods("app=web")
		r.log("web-1")
		synctest.Wait()
		r.asked()
		s.put(labelledPod("web-2", "web"))
		<-time.After(Poll / 2)
		r.pods("app=web")
		r.log("web-1")
		r.want("requests too early", r.asked(), nil)
		<-time.After(Poll)
		r.want("after the pause", r.pods("app=web"), []string{"web-1", "web-2"})
		r.log("web-1")
		r.want("requests for it", r.asked(), []string{"list pods", "log pods"})
		r.want("what may not be watched", r.unwatched(), []string{"pods"})
	})
}

func TestLogsAreReadAgainWhenTheirPodHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"), labelledPod("web-2", "web"))
		s.logs["web-1"] = "first"
		r := newReading(t, s)
		defer r.end()
		r.pods("app=web")
		r.log("web-1")
		s.logs["web-1"] = "second"
		s.put(labelledPod("web-2", "web"))
		synctest.Wait()
		if got := r.log("web-1"); got != "first" {
			t.Errorf("another pod has changed, and the log is %q", got)
		}
		s.put(labelledPod("web-1", "web"))
		synctest.Wait()
		if got := r.log("web-1"); got != "second" {
			t.Errorf("the pod has changed, and the log is %q", got)
		}
	})
}

// followed takes in what changes: the name, the controller and, of what is gone, a minus.
type followed struct{ changes []string }

func (f *followed) Changed(o workload.API, deleted bool) {
	text := o.GetName()
	if owner := metav1.GetControllerOf(o); owner != nil {
		text += " of " + owner.Name
	}
	if deleted {
		text = "-" + text
	}
	f.changes = append(f.changes, text)
}

func (*followed) Arrived(workload.API) {}
func (*followed) Listed()              {}
func (*followed) Ended(error)          {}

func TestFollowedObjectsLeaveTheirController(t *testing.T) {
	pod := func(owner string) *corev1.Pod {
		p := labelledPod("web-1", "web")
		p.UID = "web-1"
		if owner != "" {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: owner, UID: types.UID(owner), Controller: new(true)}}
		}
		return p
	}
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(pod("web"))
		r := newReading(t, s)
		defer r.end()
		f := &followed{}
		r.follower.Follow(s.clients(t), &workload.KindNamed("Pod").Resource, "shop", f)
		synctest.Wait()
		s.put(pod("web"))
		synctest.Wait()
		s.put(pod(""))
		synctest.Wait()
		s.put(pod("api"))
		synctest.Wait()
		s.remove(pod("api"))
		synctest.Wait()
		r.want("the changes", f.changes, []string{"web-1 of web", "web-1 of web", "-web-1 of web", "web-1", "-web-1", "web-1 of api", "-web-1 of api"})
	})
}

// The list of a namespace follows its pods, and never reads them.
func TestLogsAreReadAgainWhenAFollowedPodHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		s.logs["web-1"] = "first"
		r := newReading(t, s)
		defer r.end()
		r.follower.Follow(s.clients(t), &workload.KindNamed("Pod").Resource, "shop", &followed{})
		synctest.Wait()
		r.log("web-1")
		s.logs["web-1"] = "second"
		<-time.After(2 * Poll)
		if got := r.log("web-1"); got != "first" {
			t.Errorf("nothing has changed, and the log is %q", got)
		}
		s.put(labelledPod("web-1", "web"))
		synctest.Wait()
		if got := r.log("web-1"); got != "second" {
			t.Errorf("the pod has changed, and the log is %q", got)
		}
		s.logs["web-1"] = "third"
		s.remove(labelledPod("web-1", "web"))
		s.put(labelledPod("web-1", "web"))
		synctest.Wait()
		if got := r.log("web-1"); got != "third" {
			t.Errorf("another pod has the name now, and the log is %q", got)
		}
	})
}

func TestReadsAskAgainForARefusedWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("watch") == "" {
				return false
			}
			refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "no")
			return true
		})
		r := newReading(t, s)
		defer r.end()
		r.pods("app=web")
		synctest.Wait()
		r.want("what may not be watched", r.unwatched(), []string{"pods"})
		s.setFault(nil)
		<-time.After(AskAgain + time.Second)
		r.pods("app=web")
		synctest.Wait()
		r.want("what may not be watched later", r.unwatched(), nil)
		r.asked()
		<-time.After(2 * Poll)
		r.pods("app=web")
		r.want("requests when nothing has changed", r.asked(), nil)
	})
}

func TestReadsDropWhatIsOutOfDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		r := newReading(t, s)
		defer r.end()
		r.pods("app=web")
		s.put(labelledPod("web-1", "web"))
		synctest.Wait()
		r.Sweep()
		if len(r.answers) != 0 {
			t.Errorf("%d answers are left", len(r.answers))
		}
	})
}

// There are new events all the time: a list of those of many objects counts for a while, and those of one object do not.
func TestReadsOfManyEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		event := func(name string) *corev1.Event {
			return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, InvolvedObject: corev1.ObjectReference{UID: "web-1"}}
		}
		s.put(event("first"))
		r := newReading(t, s)
		defer r.end()
		read := func(selector string) {
			t.Helper()
			var list corev1.EventList
			if err := r.core.Get().Namespace("shop").Resource("events").Param("fieldSelector", selector).Do(t.Context()).Into(&list); err != nil {
				t.Fatal(err)
			}
		}
		const many, one = "involvedObject.kind!=Node", "involvedObject.uid=web-1"
		read(many)
		read(one)
		r.asked()
		s.put(event("second"))
		synctest.Wait()
		r.Sweep()
		read(many)
		r.want("requests for many", r.asked(), nil)
		read(one)
		r.want("requests for one", r.asked(), []string{"list events"})
		<-time.After(eventsStay)
		read(many)
		r.want("later requests for many", r.asked(), []string{"list events"})
	})
}

// A stream that lists page by page, as with older servers, holds the objects itself.
func TestReadsKeepNoListOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		s.setFault(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("sendInitialEvents") == "" {
				return false
			}
			refuse(w, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "sendInitialEvents is forbidden")
			return true
		})
		r := newReading(t, s)
		defer r.end()
		f := &followed{}
		r.follower.Follow(r.kept, &workload.KindNamed("Pod").Resource, "shop", f)
		synctest.Wait()
		<-time.After(time.Second)
		r.want("what has come", f.changes, []string{"web-1"})
		r.want("the lists", r.asked(), []string{"list pods"})
		if len(r.answers)+len(r.watched) > 0 {
			t.Errorf("%d answers and %d watches, want none", len(r.answers), len(r.watched))
		}
	})
}

// No watch tells that a permission has come back.
func TestReadsOfWhatIsRefusedAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		r := newReading(t, s)
		defer r.end()
		if err := r.get("web-1"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.setFault(func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "no")
			return true
		})
		s.put(labelledPod("web-1", "web"))
		synctest.Wait()
		if err := r.get("web-1"); !apierrors.IsForbidden(err) {
			t.Fatalf("the error is %v", err)
		}
		s.setFault(nil)
		<-time.After(Poll)
		if err := r.get("web-1"); err != nil {
			t.Errorf("the permission is back, and the error is %v", err)
		}
	})
}

// Of two reads at once, the one that is answered last may be the older one.
func TestReadsKeepNoAnswerFromBeforeTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReading(t, newAPIServer(t))
		defer r.end()
		q := selection{path: "/api/v1/namespaces/shop/pods"}
		_, before, watched := r.find(q, "typed")
		r.keep(q, "metadata", &answer{status: http.StatusOK, read: time.Now()}, before, watched)
		r.keep(q, "typed", &answer{status: http.StatusOK, read: time.Now()}, before, watched)
		if kept, _, _ := r.find(q, "typed"); kept != nil {
			t.Error("what was read before the watch began is kept")
		}
	})
}

func TestReadsEndWhatNobodyAsksFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newAPIServer(t)
		s.put(labelledPod("web-1", "web"))
		r := newReading(t, s)
		defer r.end()
		r.pods("app=web")
		r.pods("app=api")
		<-time.After(2 * unused / 3)
		r.pods("app=web")
		<-time.After(2 * unused / 3)
		r.Sweep()
		synctest.Wait()
		if len(r.watched) != 1 || len(r.answers) != 1 {
			t.Errorf("%d watches and %d answers are left, want those of one list", len(r.watched), len(r.answers))
		}
	})
}

func TestSelectionsOfRequests(t *testing.T) {
	for _, c := range []struct {
		url  string
		want selection
		of   string
	}{
		{"/api/v1/namespaces/shop/pods?labelSelector=a%3Db", selection{path: "/api/v1/namespaces/shop/pods", labels: "a=b"}, "pods"},
		{"/api/v1/namespaces/shop/secrets/db", selection{path: "/api/v1/namespaces/shop/secrets", name: "db", fields: "metadata.name=db"}, "secrets"},
		{"/k8s/clusters/c-1/apis/apps/v1/namespaces/shop/deployments?limit=5", selection{path: "/apis/apps/v1/namespaces/shop/deployments"}, "deployments.apps"},
		{"/api/v1/namespaces/shop", selection{path: "/api/v1/namespaces", name: "shop", fields: "metadata.name=shop"}, "namespaces"},
		{"/api/v1/nodes", selection{path: "/api/v1/nodes"}, "nodes"},
		{"/apis/batch/v1/jobs?fieldSelector=x%3Dy", selection{path: "/apis/batch/v1/jobs", fields: "x=y"}, "jobs.batch"},
		{"/api/v1/namespaces/shop/pods/web-1/log?previous=true", selection{path: "/api/v1/namespaces/shop/pods/web-1", log: true}, ""},
		{"/apis/gateway.networking.k8s.io", selection{}, ""},
	} {
		request, err := http.NewRequest(http.MethodGet, "https://api.test"+c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, _, keep := read(request)
		if got != c.want || !keep {
			t.Errorf("%s is %+v, want %+v", c.url, got, c.want)
		}
		if c.of != "" && got.resource() != c.of {
			t.Errorf("%s is of %s, want %s", c.url, got.resource(), c.of)
		}
	}
	for _, other := range []string{"/api/v1/pods?watch=true", "/api/v1/namespaces/shop/pods/web-1/log?follow=true"} {
		request, _ := http.NewRequest(http.MethodGet, "https://api.test"+other, nil)
		if _, _, keep := read(request); keep {
			t.Errorf("the answer to %s is kept", other)
		}
	}
}

func TestVersionsOfAnswers(t *testing.T) {
	s := newAPIServer(t)
	object := labelledPod("web-1", "web")
	object.ResourceVersion = "12"
	object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Pod"))
	list := &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "34"}, Items: []corev1.Pod{*object}}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("PodList"))
	for _, c := range []struct {
		name string
		a    answer
		want string
	}{
		{"object", answer{status: 200, body: s.encode(object)}, "12"},
		{"list", answer{status: 200, body: s.encode(list)}, "34"},
		{"JSON", answer{status: 200, body: []byte(`{"metadata":{"resourceVersion":"56"},"items":[{"metadata":{"resourceVersion":"7"}}]}`)}, "56"},
		{"no object", answer{status: 200, body: []byte("log line")}, ""},
		{"broken", answer{status: 200, body: []byte("k8s\x00\x0a\xff")}, ""},
		{"absent", answer{status: 404, body: s.encode(object)}, ""},
	} {
		if got := versionOf(&c.a); got != c.want {
			t.Errorf("%s: the version is %q, want %q", c.name, got, c.want)
		}
	}
}
