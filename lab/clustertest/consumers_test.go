package clustertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// users makes n Deployments without pods, all of which use secret/db.
func (b *bench) users(n int) {
	b.t.Helper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "db"}, StringData: map[string]string{"url": "do-not-show-me"}}
	if _, err := b.client.CoreV1().Secrets(b.namespace).Create(b.ctx, secret, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	for i := range n {
		b.deploy(fmt.Sprintf("web-%03d", i), 0, template(func(s *corev1.PodSpec) {
			s.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}}}}
		}), func(d *appsv1.Deployment) { d.Spec.Paused = true })
	}
}

func (b *bench) consumers(c *cluster.Cluster) ([]string, error) {
	b.t.Helper()
	reports, _, err := config.New(c).Consumers(b.ctx, []workload.Ref{{Kind: "Secret", Namespace: b.namespace, Name: "db"}})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, consumer := range reports[0].Consumers {
		names = append(names, consumer.String())
	}
	return names, nil
}

// Whatever the number of workloads: each kind is listed in pages, and nothing is asked for one by one.
func TestConsumersInPages(t *testing.T) {
	b := newBench(t)
	const n = 520 // more than a page
	b.users(n)
	b.requests.take()
	names, err := b.consumers(b.cluster())
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != n || names[n-1] != fmt.Sprintf("deployment/web-%03d", n-1) {
		t.Errorf("%d consumers, want %d", len(names), n)
	}
	sent := b.requests.take()
	if want := 1 + 9 + 1; len(sent) != want { // the Secret, nine kinds, one more page of Deployments
		t.Errorf("%d requests, want %d: %v", len(sent), want, sent)
	}
	b.goneInBetween(n)
}

// goneInBetween answers the second page with 410 Gone once: the list goes on where the answer says.
func (b *bench) goneInBetween(n int) {
	b.t.Helper()
	var gone, resumed atomic.Int32
	b.requests.intercept(func(r *http.Request) {
		if r.URL.Query().Get("continue") == "here-it-goes-on" {
			resumed.Add(1)
			query := r.URL.Query()
			query.Del("continue")
			r.URL.RawQuery = query.Encode()
		}
	}, func(r *http.Request, answer *http.Response, err error) (*http.Response, error) {
		if err != nil || !strings.HasSuffix(r.URL.Path, "/deployments") || r.URL.Query().Get("continue") == "" || !gone.CompareAndSwap(0, 1) {
			return answer, err
		}
		if err := answer.Body.Close(); err != nil {
			return nil, err
		}
		status := `{"kind":"Status","apiVersion":"v1","metadata":{"continue":"here-it-goes-on"},"status":"Failure","message":"the continue token is too old","reason":"Expired","code":410}`
		answer.StatusCode, answer.Status = http.StatusGone, "410 Gone"
		answer.Header = http.Header{"Content-Type": {"application/json"}}
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewBufferString(status)), int64(len(status))
		return answer, nil
	})
	names, err := b.consumers(b.cluster())
	if err != nil {
		b.t.Fatal(err)
	}
	if gone.Load() != 1 || resumed.Load() != 1 || len(names) != n {
		b.t.Errorf("gone %d, resumed %d, %d consumers, want %d", gone.Load(), resumed.Load(), len(names), n)
	}
}

// What was asked for is found by any of kubectl's names, and only those two kinds have consumers.
func TestConfigRefs(t *testing.T) {
	b := newBench(t)
	for args, want := range map[string]string{
		"secret/db configmaps/settings": "secret/db configmap/settings",
		"cm a b a":                      "configmap/a configmap/b",
		"secret,cm x":                   "secret/x configmap/x",
		"Secrets.v1./db":                "secret/db",
		"service/web":                   "",
	} {
		refs, err := resolve.ConfigRefs(b.cluster(), resolve.Selection{Args: strings.Fields(args), Verb: "status"})
		var got []string
		for _, r := range refs {
			if r.Namespace != b.namespace {
				t.Errorf("%s: namespace %s", args, r.Namespace)
			}
			got = append(got, r.String())
		}
		if strings.Join(got, " ") != want || (want == "") != (err != nil) {
			t.Errorf("%s: %v, %v", args, got, err)
		}
	}
}
