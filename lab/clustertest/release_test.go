package clustertest

import (
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestRequests counts what a release of one Deployment costs beside its watch.
func TestRequests(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1)
	c := b.cluster()
	change := b.change(c, "web", "web:2.0", "trying")
	report, err := preflight.Run(b.ctx, c, []cluster.Change{change}, preflight.Options{Watch: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Checks) > 0 {
		t.Errorf("the preflight has something to say:\n%s", lines(report.Checks))
	}
	if image := report.Changes[0].After().Template().Spec.Containers[0].Image; image != "web:2.0" {
		t.Errorf("the dry run predicts %s", image)
	}
	written, err := c.Apply(b.ctx, []cluster.Change{change}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	revision := b.revision("web", "web:2.0")
	annotation, _ := rollout.NewVerdictAnnotation(revision.Hash, rollout.Succeeded, nil, time.Now(), "test")
	verdict := cluster.Verdict{Ref: written[0].Ref(), Revision: revision.Name, UID: revision.UID, Annotation: annotation}
	if err := c.RecordVerdict(b.ctx, verdict, cluster.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	apps, core := "/apis/apps/v1/namespaces/"+b.namespace, "/api/v1/namespaces/"+b.namespace
	want := map[string]int{
		"GET " + apps + "/deployments/web":                           1,
		"GET " + apps + "/replicasets":                               1,
		"GET " + core + "/pods":                                      1,
		"GET " + core + "/resourcequotas":                            1,
		"PATCH " + apps + "/deployments/web":                         2, // the dry run, and the change
		"POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews": 1,
		"PATCH " + apps + "/replicasets/" + revision.Name:            1,
	}
	for _, line := range b.requests.take() {
		if want[line]--; want[line] < 0 {
			t.Errorf("one request too many: %s", line)
		}
	}
	for line, missing := range want {
		if missing > 0 {
			t.Errorf("not requested: %s", line)
		}
	}
}

// revision waits for the ReplicaSet of an image.
func (b *bench) revision(name, image string) workload.Revision {
	b.t.Helper()
	b.until(name, func(d *appsv1.Deployment) bool { return d.Status.ObservedGeneration >= d.Generation })
	sets, err := b.client.AppsV1().ReplicaSets(b.namespace).List(b.ctx, metav1.ListOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	var all []workload.API
	for i := range sets.Items {
		all = append(all, &sets.Items[i])
	}
	o, _ := workload.ObjectOf(b.get(name))
	for _, r := range workload.ReadRevisions(o.Workload(), all) {
		if r.Template.Spec.Containers[0].Image == image {
			return r
		}
	}
	b.t.Fatalf("no revision of %s has %s", name, image)
	return workload.Revision{}
}

func TestApply(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1)
	change := b.change(b.cluster(), "web", "web:2.0", "a reason")
	if !change.Before.Serving || change.Before.Revision == nil || change.Before.Revision.Number != 1 {
		t.Errorf("captured as %+v", change.Before)
	}
	written, err := b.cluster().Apply(b.ctx, []cluster.Change{change}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := b.get("web")
	target := written[0].Target()
	if target.Generation != d.Generation || d.Generation != change.GetGeneration()+1 {
		t.Errorf("generation %d, the server has %d", target.Generation, d.Generation)
	}
	if d.Spec.Template.Spec.Containers[0].Image != "web:2.0" || d.Annotations[workload.AnnotationChangeCause] != "a reason" {
		t.Errorf("written: %+v", d)
	}
	if d.ManagedFields[len(d.ManagedFields)-1].Manager != cluster.DefaultFieldManager && !hasManager(d, cluster.DefaultFieldManager) {
		t.Errorf("no field manager %s", cluster.DefaultFieldManager)
	}
	if written[0].GetObjectKind().GroupVersionKind().Kind != "Deployment" {
		t.Error("the object as written has no kind")
	}
}

func hasManager(d *appsv1.Deployment, name string) bool {
	for _, f := range d.ManagedFields {
		if f.Manager == name {
			return true
		}
	}
	return false
}

// TestApplyOntoNews: what someone else wrote since the capture stays.
func TestApplyOntoNews(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1)
	c := b.cluster()
	change := b.change(c, "web", "web:2.0", "ours")
	b.update("web", `{"spec":{"template":{"metadata":{"annotations":{"theirs":"yes"}}}}}`)
	written, err := c.Apply(b.ctx, []cluster.Change{change}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	template := b.get("web").Spec.Template
	if template.Annotations["theirs"] != "yes" || template.Spec.Containers[0].Image != "web:2.0" {
		t.Errorf("template: %+v", template)
	}
	if got := written[0].Before.Workload.Template.Annotations["theirs"]; got != "yes" {
		t.Error("the capture is older than what the change was written onto")
	}
}

func TestApplyToRecreated(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	c := b.cluster()
	change := b.change(c, "web", "web:2.0", "")
	if err := b.client.AppsV1().Deployments(b.namespace).Delete(b.ctx, "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	b.deploy("web", 0)
	_, err := c.Apply(b.ctx, []cluster.Change{change}, cluster.WriteOptions{})
	var superseded *cluster.SupersededError
	if !errors.As(err, &superseded) {
		t.Fatalf("got %v", err)
	}
	if image := b.get("web").Spec.Template.Spec.Containers[0].Image; image != "web:1.0" {
		t.Errorf("the new object was changed to %s", image)
	}
}

// TestLostAnswer: a PATCH whose answer does not arrive is looked after, not repeated blindly.
func TestLostAnswer(t *testing.T) {
	for name, stored := range map[string]bool{"the server had stored it": true, "it never arrived": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.deploy("web", 0)
			c := b.cluster()
			change := b.change(c, "web", "web:2.0", "ours")
			b.loseFirstPatch(stored)
			written, err := c.Apply(b.ctx, []cluster.Change{change}, cluster.WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			d := b.get("web")
			if d.Generation != 2 || written[0].Target().Generation != 2 {
				t.Errorf("generation %d, we watch %d; want one write", d.Generation, written[0].Target().Generation)
			}

			b.loseFirstPatch(stored)
			restored, err := c.Restore(b.ctx, written[0], cluster.WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if d := b.get("web"); d.Generation != 3 || restored.Target().Generation != 3 || d.Spec.Template.Spec.Containers[0].Image != "web:1.0" {
				t.Errorf("after the restore: generation %d, we watch %d, %s", d.Generation, restored.Target().Generation, d.Spec.Template.Spec.Containers[0].Image)
			}
		})
	}
}

func (b *bench) loseFirstPatch(stored bool) {
	lost := false
	b.requests.intercept(func(r *http.Request) {
		if r.Method == http.MethodPatch && !lost && !stored {
			r.URL.Host = "127.0.0.1:1" // nobody listens there
		}
	}, func(r *http.Request, answer *http.Response, err error) (*http.Response, error) {
		if r.Method != http.MethodPatch || lost {
			return answer, err
		}
		lost = true
		if answer != nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
		return nil, syscall.ECONNRESET
	})
}

func TestRestore(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1, func(d *appsv1.Deployment) {
		d.Annotations = map[string]string{workload.AnnotationChangeCause: "the first"}
	})
	c := b.cluster()
	change := b.change(c, "web", "web:2.0-crash", "the second")
	written, err := c.Apply(b.ctx, []cluster.Change{change}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.update("web", `{"spec":{"replicas":2}}`) // an HPA may do that
	restored, err := c.Restore(b.ctx, written[0], cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := b.get("web")
	if !workload.SameTemplate(&d.Spec.Template, change.Template()) {
		t.Errorf("template: %+v", d.Spec.Template)
	}
	if got := d.Annotations[workload.AnnotationChangeCause]; got != "the first" || *d.Spec.Replicas != 2 {
		t.Errorf("change-cause %q, %d replicas", got, *d.Spec.Replicas)
	}
	if restored.Target().Generation != d.Generation {
		t.Errorf("generation %d, want %d", restored.Target().Generation, d.Generation)
	}
	b.until("web", func(d *appsv1.Deployment) bool {
		return d.Status.ObservedGeneration >= d.Generation && d.Status.AvailableReplicas == 2 && d.Status.Replicas == 2 && d.Status.UpdatedReplicas == 2
	})
}

func TestRestoreLeavesWhatIsTheirs(t *testing.T) {
	for name, patch := range map[string]string{
		"its template was changed by someone-else": `{"spec":{"template":{"metadata":{"annotations":{"theirs":"yes"}}}}}`,
		"it was paused by someone-else":            `{"spec":{"paused":true}}`,
		"its spec was changed by someone-else":     `{"spec":{"minReadySeconds":7}}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.deploy("web", 0)
			c := b.cluster()
			written, err := c.Apply(b.ctx, []cluster.Change{b.change(c, "web", "web:2.0", "")}, cluster.WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			theirs := b.update("web", patch)
			_, err = c.Restore(b.ctx, written[0], cluster.WriteOptions{})
			var superseded *cluster.SupersededError
			if !errors.As(err, &superseded) || superseded.What != name || superseded.Restored {
				t.Errorf("got %v", err)
			}
			if b.get("web").Generation != theirs.Generation {
				t.Error("it was touched")
			}
		})
	}
}

// Two jobs that restore the same are told from one that makes something else.
func TestRestoreTwice(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	c := b.cluster()
	written, err := c.Apply(b.ctx, []cluster.Change{b.change(c, "web", "web:2.0", "")}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	restored, err := c.Restore(b.ctx, written[0], cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Restore(b.ctx, written[0], cluster.WriteOptions{})
	var superseded *cluster.SupersededError
	if !errors.As(err, &superseded) || !superseded.Restored {
		t.Errorf("got %v", err)
	}
	if b.get("web").Generation != restored.Target().Generation {
		t.Error("it was touched")
	}
}

func TestRestoreOfDeleted(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	c := b.cluster()
	written, err := c.Apply(b.ctx, []cluster.Change{b.change(c, "web", "web:2.0", "")}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.client.AppsV1().Deployments(b.namespace).Delete(b.ctx, "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	_, err = c.Restore(b.ctx, written[0], cluster.WriteOptions{})
	var superseded *cluster.SupersededError
	if !errors.As(err, &superseded) || superseded.What != "it was deleted" {
		t.Errorf("got %v", err)
	}
}

func TestPause(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	c := b.cluster()
	written, err := c.Apply(b.ctx, []cluster.Change{b.change(c, "web", "web:2.0", "")}, cluster.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pause(b.ctx, written[0], cluster.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if d := b.get("web"); !d.Spec.Paused || d.Spec.Template.Spec.Containers[0].Image != "web:2.0" {
		t.Errorf("paused %v, %s", d.Spec.Paused, d.Spec.Template.Spec.Containers[0].Image)
	}
}

// TestPartial: one of three workloads can't be written; the others are named, so that they can go back.
func TestPartial(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"a", "b", "c"} {
		b.deploy(name, 0)
	}
	c := b.cluster()
	objects, err := resolve.Workloads(b.ctx, c, resolve.Selection{Args: []string{"deploy"}, All: true})
	if err != nil {
		t.Fatal(err)
	}
	changes := b.plan(c, objects, "web:2.0", "")
	// What has not been sent when b fails is left alone: b waits until the others are written.
	first, last := make(chan struct{}), make(chan struct{})
	sent := map[string]func(){"a": sync.OnceFunc(func() { close(first) }), "c": sync.OnceFunc(func() { close(last) })}
	b.requests.intercept(nil, func(r *http.Request, answer *http.Response, err error) (*http.Response, error) {
		switch {
		case r.Method != http.MethodPatch:
		case !strings.HasSuffix(r.URL.Path, "/b"):
			if err == nil && answer.StatusCode == http.StatusOK { // else it is sent again
				sent[path.Base(r.URL.Path)]()
			}
		default:
			<-first
			<-last
			_ = answer.Body.Close()
			body := `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"Forbidden","code":403}`
			return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
		return answer, err
	})
	written, err := c.Apply(b.ctx, changes, cluster.WriteOptions{})
	var partial *cluster.PartialError
	if !errors.As(err, &partial) || partial.Failed.Name != "b" {
		t.Fatalf("got %v", err)
	}
	for _, w := range written {
		if w.Ref().Name == "b" || b.get(w.Ref().Name).Generation != 2 {
			t.Errorf("%s counts as written", w.Ref())
		}
	}
	if len(written) == 0 || len(written) != len(partial.Written) {
		t.Errorf("written: %d", len(written))
	}
}

// TestRecordVerdict: a verdict is trusted on its own revision, and an annotation that can't be written is told of.
func TestRecordVerdict(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1)
	c := b.cluster()
	revision := b.revision("web", "web:1.0")
	ref := workload.Ref{Kind: "Deployment", Namespace: b.namespace, Name: "web"}
	annotation, ok := rollout.NewVerdictAnnotation(revision.Hash, rollout.Failed, []diagnosis.Finding{{Cause: diagnosis.OOMKilled, Message: "out of memory"}}, time.Now(), "a test")
	if !ok {
		t.Fatal("no verdict for a failure")
	}
	// kubectl's undo has left an earlier annotation on the workload: the controller would copy it over ours.
	b.update("web", `{"metadata":{"annotations":{"`+workload.AnnotationVerdict+`":"{}"}}}`)
	verdict := cluster.Verdict{Ref: ref, Revision: revision.Name, UID: revision.UID, Annotation: annotation, Copied: true}
	if err := c.RecordVerdict(b.ctx, verdict, cluster.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	d := b.get("web")
	if _, left := d.Annotations[workload.AnnotationVerdict]; left {
		t.Errorf("the workload still has %v", d.Annotations)
	}
	o, _ := workload.ObjectOf(d)
	revisions, err := c.Revisions(b.ctx, []cluster.Object{o})
	if err != nil {
		t.Fatal(err)
	}
	if got := rollout.VerdictOf(&revisions[0][0]); got == nil || *got != annotation {
		t.Errorf("verdict %+v, want %+v", got, annotation)
	}
	for name, test := range map[string]struct {
		replicaSet string
		uid        types.UID
		reason     cluster.Reason
	}{
		"a revision that is gone":         {"web-gone", "", cluster.NotFound},
		"another object of the same name": {revision.Name, "another", cluster.Invalid},
	} {
		err := c.RecordVerdict(b.ctx, cluster.Verdict{Ref: ref, Revision: test.replicaSet, UID: test.uid, Annotation: annotation}, cluster.WriteOptions{})
		var e *cluster.Error
		if !errors.As(err, &e) || e.Reason != test.reason {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		says(t, err.Error(), "the verdict on deployment/web could not be recorded on its revision")
	}
}
