package clustertest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// bench is one test's namespace, with a client of its own beside the one under test.
type bench struct {
	t         *testing.T
	ctx       context.Context
	namespace string
	config    *rest.Config
	client    kubernetes.Interface
	requests  *requests
}

func newBench(t *testing.T) *bench {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, ctx: t.Context(), config: config, client: client, requests: &requests{}}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	ns, err = client.CoreV1().Namespaces().Create(b.ctx, ns, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.namespace = ns.Name
	t.Cleanup(func() {
		if err := client.CoreV1().Namespaces().Delete(context.WithoutCancel(b.ctx), ns.Name, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	return b
}

// cluster is what is tested; change may set flags as a command line does.
func (b *bench) cluster(change ...func(*genericclioptions.ConfigFlags)) *cluster.Cluster {
	flags := genericclioptions.NewConfigFlags(true)
	*flags.KubeConfig, *flags.Namespace = kubeconfig, b.namespace
	flags.WrapConfigFn = func(config *rest.Config) *rest.Config {
		config = rest.CopyConfig(config)
		config.Wrap(b.requests.wrap)
		return config
	}
	for _, c := range change {
		c(flags)
	}
	return cluster.New(flags, "test", &redact.Redactor{})
}

// requests records what goes over the wire, and can stand in the way.
type requests struct {
	mu    sync.Mutex
	lines []string
	// after is called with each answer and may replace it.
	after func(*http.Request, *http.Response, error) (*http.Response, error)
	// before is called ahead of each request.
	before func(*http.Request)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (q *requests) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		q.mu.Lock()
		q.lines = append(q.lines, r.Method+" "+r.URL.Path)
		before, after := q.before, q.after
		q.mu.Unlock()
		if before != nil {
			before(r)
		}
		answer, err := next.RoundTrip(r)
		if after != nil {
			return after(r, answer, err)
		}
		return answer, err
	})
}

// take returns what was requested since the last call.
func (q *requests) take() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	lines := q.lines
	q.lines = nil
	return lines
}

func (q *requests) intercept(before func(*http.Request), after func(*http.Request, *http.Response, error) (*http.Response, error)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.before, q.after = before, after
}

// deploy creates a Deployment and waits until its pods are available.
func (b *bench) deploy(name string, replicas int32, change ...func(*appsv1.Deployment)) *appsv1.Deployment {
	b.t.Helper()
	labels := map[string]string{"app": name}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"tier": "test"}},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1.0"}}},
			},
		},
	}
	for _, c := range change {
		c(d)
	}
	created, err := b.client.AppsV1().Deployments(b.namespace).Create(b.ctx, d, metav1.CreateOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	if *created.Spec.Replicas == 0 || created.Spec.Paused {
		return created
	}
	return b.until(name, func(d *appsv1.Deployment) bool {
		return d.Status.ObservedGeneration >= d.Generation && d.Status.AvailableReplicas == *d.Spec.Replicas &&
			d.Status.UpdatedReplicas == *d.Spec.Replicas && d.Status.Replicas == *d.Spec.Replicas
	})
}

// until watches a Deployment until it is as wanted.
func (b *bench) until(name string, wanted func(*appsv1.Deployment) bool) *appsv1.Deployment {
	b.t.Helper()
	options := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String()}
	w, err := b.client.AppsV1().Deployments(b.namespace).Watch(b.ctx, options)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		if d, ok := event.Object.(*appsv1.Deployment); ok && event.Type != watch.Deleted && wanted(d) {
			return d
		}
	}
	b.t.Fatalf("the watch of deployment/%s ended", name)
	return nil
}

func (b *bench) get(name string) *appsv1.Deployment {
	b.t.Helper()
	d, err := b.client.AppsV1().Deployments(b.namespace).Get(b.ctx, name, metav1.GetOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// update changes a Deployment as somebody else would.
func (b *bench) update(name, patch string) *appsv1.Deployment {
	b.t.Helper()
	d, err := b.client.AppsV1().Deployments(b.namespace).Patch(b.ctx, name, "application/merge-patch+json", []byte(patch), metav1.PatchOptions{FieldManager: "someone-else"})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// change resolves, captures and plans an image for one Deployment.
func (b *bench) change(c *cluster.Cluster, name, image, cause string) cluster.Change {
	b.t.Helper()
	objects, err := resolve.Workloads(b.ctx, c, resolve.Selection{Args: []string{"deployment/" + name}, Verb: "set image"})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.plan(c, objects, image, cause)[0]
}

func (b *bench) plan(c *cluster.Cluster, objects []cluster.Object, image, cause string) []cluster.Change {
	b.t.Helper()
	captured, err := c.Capture(b.ctx, objects)
	if err != nil {
		b.t.Fatal(err)
	}
	changes, err := cluster.PlanAll(captured, setImage(image, cause))
	if err != nil {
		b.t.Fatal(err)
	}
	return changes
}

func setImage(image, cause string) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		plan, err := rollout.PlanImages(c.Ref(), c.Template(), []rollout.ImageSetting{{Container: "web", Image: image}})
		return cluster.Edit{Template: plan.Template, ChangeCause: cause}, err
	}
}

// says checks an error's or a check's text.
func says(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q does not say %q", got, w)
		}
	}
}

func lines(checks []preflight.Check) string {
	var all []string
	for _, c := range checks {
		all = append(all, fmt.Sprintf("%s %s: %s", c.Level, c.Check, c.Message))
	}
	return strings.Join(all, "\n")
}
