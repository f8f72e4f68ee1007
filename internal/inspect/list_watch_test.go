package inspect

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
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
