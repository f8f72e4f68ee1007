package inspect

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	restclient "k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func listerAt(t *testing.T, url string) *Lister {
	t.Helper()
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer = &url
	c := cluster.New(flags, "test", &redact.Redactor{})
	c.RecognizeValues(t.Context())
	return NewLister(c, "shop", labels.Everything(), time.Now)
}

// What was watched is gone when it is not listed any more, or may not be.
func TestWhatMayNoLongerBeWatchedIsListed(t *testing.T) {
	t.Setenv("KUBECONFIG", "/dev/null")
	for name, forbidden := range map[string][]string{"it may be listed": nil, "it may not be listed": {"/deployments"}} {
		t.Run(name, func(t *testing.T) {
			api := httptest.NewServer(&fleet{size: 1, forbidden: forbidden})
			t.Cleanup(api.Close)
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			w := listerAt(t, api.URL).Watch(watch.NewFollower(ended), watch.Clients{})
			for _, f := range w.feeds {
				if f.resource.Plural == "deployments" {
					f.Changed(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "old", Namespace: "shop", UID: "old"}, Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{}}}, false)
				}
				f.Ended(errors.New("no permission to watch"))
			}
			l, err := w.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i := range l.Items {
				if l.Items[i].Object == (workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "old"}) {
					t.Error("it is gone, and is listed")
				}
			}
		})
	}
}

// A list is made of what the feeds have brought. Pods without their controller wait for it a little.
func TestAListFollowsItsFeeds(t *testing.T) {
	t.Setenv("KUBECONFIG", "/dev/null")
	ready := func(name string, owner types.UID) *corev1.Pod {
		pod := crashed(0)
		pod.Name, pod.UID = name, types.UID(name)
		pod.OwnerReferences[0].UID, pod.OwnerReferences[0].Name = owner, string(owner)
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()}}
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "web", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
		return &pod
	}
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:2.0"}}}}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop", UID: "d", Generation: 1},
		Spec:       appsv1.DeploymentSpec{Replicas: new(int32(1)), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}, Template: template},
		Status:     appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: 1, UpdatedReplicas: 1, ReadyReplicas: 1, AvailableReplicas: 1},
	}
	set := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: "rs", Namespace: "shop", UID: "rs", OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", Name: "web", UID: "d", Controller: new(true)}}},
		Spec:       appsv1.ReplicaSetSpec{Replicas: new(int32(1)), Template: template},
	}
	waits := deployment.DeepCopy()
	waits.Status.ReadyReplicas, waits.Status.AvailableReplicas = 0, 0
	gone := ready("a", "rs")
	gone.Status.Conditions[0].Status = corev1.ConditionFalse
	synctest.Test(t, func(t *testing.T) {
		l := listerAt(t, "http://api.test")
		l.cluster.Through(func(http.RoundTripper) http.RoundTripper { return refusing{} })
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		w := l.Watch(watch.NewFollower(ended), watch.Clients{})
		for _, f := range w.feeds {
			f.Listed()
		}
		feed := func(plural string, o workload.API, deleted bool) {
			for _, f := range w.feeds {
				if f.resource.Plural == plural {
					f.Changed(o, deleted)
				}
			}
		}
		for _, step := range []struct {
			name   string
			change func()
			want   string
		}{
			{"nothing is there", func() {}, ""},
			{"a Deployment and its pod", func() {
				feed("deployments", deployment, false)
				feed("replicasets", set, false)
				feed("pods", ready("a", "rs"), false)
			}, "Deployment/web Well"},
			{"a pod whose controller has not come", func() { feed("pods", ready("b", "later"), false) }, "Deployment/web Well"},
			{"nor does it", func() { <-time.After(behind) }, "Deployment/web Well, ReplicaSet/later Well"},
			{"the pod is gone", func() { feed("pods", ready("b", "later"), true) }, "Deployment/web Well"},
			{"another one is not ready", func() {
				feed("deployments", waits, false)
				feed("pods", gone, false)
			}, "Deployment/web Progressing"},
			{"all is deleted", func() {
				feed("deployments", deployment, true)
				feed("replicasets", set, true)
				feed("pods", gone, true)
			}, ""},
		} {
			step.change()
			list, err := w.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range list.Items {
				got = append(got, list.Items[i].Object.Kind+"/"+list.Items[i].Object.Name+" "+string(list.Items[i].State))
			}
			slices.Sort(got)
			if text := strings.Join(got, ", "); text != step.want {
				t.Errorf("%s: %s, want %s", step.name, text, step.want)
			}
		}
	})
}

// handled answers with a handler, so that no network is needed.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// A watch that ended is tried again after a while. Until it has listed all, each look lists.
func TestAWatchThatEndedBeginsAgain(t *testing.T) {
	t.Setenv("KUBECONFIG", "/dev/null")
	synctest.Test(t, func(t *testing.T) {
		api := &fleet{size: 0}
		l := listerAt(t, "http://api.test")
		l.cluster.Through(func(http.RoundTripper) http.RoundTripper { return handled{api} })
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		w := l.Watch(watch.NewFollower(ended), watch.Clients{})
		var begun []string
		w.follow = func(f *objectFeed) { begun = append(begun, f.resource.Plural) }
		var feed *objectFeed
		for _, f := range w.feeds {
			if f.Listed(); f.resource.Plural == "deployments" {
				feed = f
			}
		}
		deployment := func(name string) *appsv1.Deployment {
			return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID(name)}, Spec: appsv1.DeploymentSpec{Replicas: new(int32(0)), Selector: &metav1.LabelSelector{}}}
		}
		for _, step := range []struct {
			name         string
			change       func()
			lists        bool
			names, tries string
		}{
			{"it is watched", func() { feed.Changed(deployment("a"), false) }, false, "a", ""},
			{"it ends", func() { feed.Ended(errors.New("no")) }, true, "", ""},
			{"too early", func() { <-time.After(watch.AskAgain / 2) }, true, "", ""},
			{"it is tried again", func() { <-time.After(watch.AskAgain) }, true, "", "deployments"},
			{"it has not listed all", func() { feed.Changed(deployment("b"), false) }, true, "", "deployments"},
			{"it has", func() { feed.Listed() }, false, "b", "deployments"},
			{"it ends again", func() { feed.Ended(errors.New("no")) }, true, "", "deployments"},
			{"the next try lists nothing", func() { feed.Listed() }, false, "", "deployments"},
		} {
			step.change()
			api.seen = nil
			list, err := w.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			names := ""
			for i := range list.Items {
				names += list.Items[i].Object.Name
			}
			lists := slices.Contains(api.seen, "GET /apis/apps/v1/namespaces/shop/deployments")
			if names != step.names || lists != step.lists || strings.Join(begun, ",") != step.tries {
				t.Errorf("%s: %q, listed %t, tried %q; want %q, %t, %q", step.name, names, lists, begun, step.names, step.lists, step.tries)
			}
		}
	})
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
}

func TestAListOfAServerThatIsAwayEnds(t *testing.T) {
	t.Setenv("KUBECONFIG", "/dev/null")
	synctest.Test(t, func(t *testing.T) {
		clients, err := watch.NewClients(&restclient.Config{Host: "http://api.test", Transport: refusing{}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		follower := watch.NewFollower(ctx)
		_, err = listerAt(t, "http://api.test").Watch(follower, clients).List(ctx)
		cancel()
		follower.Wait()
		if !cluster.Is(err, cluster.Unreachable) || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("the error is %v", err)
		}
	})
}
