package cluster

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// elsewhere is a cluster whose Deployment is not as it was captured when the first patch comes; the
// answer to that patch is the one given.
func elsewhere(t *testing.T, now *appsv1.Deployment, answer metav1.Status) (c *Cluster, patches *int) {
	t.Helper()
	patches = new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body any = now
		switch {
		case strings.HasSuffix(r.URL.Path, "/replicasets"):
			body = &appsv1.ReplicaSetList{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ReplicaSetList"}}
		case r.Method == http.MethodPatch:
			after := now.DeepCopy()
			after.Spec.Template.Spec.Containers[0].Image = "web:written"
			if body = after; *patches == 0 {
				body = answer
			}
			*patches++
		}
		w.Header().Set("Content-Type", "application/json")
		if status, ok := body.(metav1.Status); ok {
			status.APIVersion, status.Kind = "v1", "Status"
			body = status
			w.WriteHeader(int(status.Code))
		}
		_ = json.NewEncoder(w).Encode(body)
	}))
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}, patches
}

var deploymentResource = schema.GroupResource{Group: "apps", Resource: "deployments"}

func planned(before Captured, plan Plan) Change {
	before.Before = &rollout.Baseline{Workload: before.Workload(), Serving: true}
	edit, _ := plan(before)
	return Change{Captured: before, Edit: edit, plan: plan}
}

// An undo that meets a newer release leaves it alone: it was asked to undo the one before.
func TestAnUndoUndoesNobodyElse(t *testing.T) {
	before := captured(t, webDeployment)
	now := deploymentOf(before.Object).DeepCopy()
	now.ResourceVersion, now.Generation = "43", 2
	now.Spec.Template.Spec.Containers[0].Image = "web:3"
	c, patches := elsewhere(t, now, apierrors.NewConflict(deploymentResource, "web", nil).Status())
	undo := func(c Captured) (Edit, error) {
		template := *c.Template().DeepCopy()
		template.Spec.Containers[0].Image = "web:0"
		return Edit{Template: template, Annotations: map[string]string{}}, nil
	}
	written, err := c.Apply(t.Context(), []Change{planned(before, undo)}, WriteOptions{})
	if err == nil || len(written) != 0 || *patches != 1 || !strings.Contains(err.Error(), "the write was not undone") {
		t.Errorf("%d patches, %v, %v", *patches, written, err)
	}
	now.Spec.Template = *before.Template() // a status, or replicas: no obstacle
	c, patches = elsewhere(t, now, apierrors.NewConflict(deploymentResource, "web", nil).Status())
	if _, err = c.Apply(t.Context(), []Change{planned(before, undo)}, WriteOptions{}); err != nil || *patches != 2 {
		t.Errorf("%d patches, %v", *patches, err)
	}
}

// The answer to our write is lost, and a webhook has added to what we wrote: it is ours all the same,
// and what was there before it is not our own template.
func TestALostAnswerBehindAWebhook(t *testing.T) {
	before := captured(t, webDeployment)
	setImage := func(c Captured) (Edit, error) {
		template := *c.Template().DeepCopy()
		template.Spec.Containers[0].Image = "web:2"
		return Edit{Template: template, ChangeCause: "new"}, nil
	}
	change := planned(before, setImage)
	now := deploymentOf(change.Edited())
	now.ResourceVersion, now.Generation = "43", 2
	now.Spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: "added"}}
	c, patches := elsewhere(t, now, apierrors.NewInternalError(http.ErrServerClosed).Status())
	written, err := c.Apply(t.Context(), []Change{change}, WriteOptions{})
	if err != nil || len(written) != 1 || *patches != 1 {
		t.Fatalf("%d patches, %v", *patches, err)
	}
	if w := written[0]; w.Before != change.Before || w.before.GetResourceVersion() != "42" || w.GetResourceVersion() != "43" {
		t.Errorf("before it: %s", w.before.GetResourceVersion())
	}
}

// The answer to a write is lost, and the write too: the old image looks like another form of the new one, and is no
// sign of the write, also if somebody else has changed the template meanwhile.
func TestALostWriteIsRepeated(t *testing.T) {
	const digest = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for before, asked := range map[string]string{
		"old.example/a/web:2.0": "new.example/b/web:2.0",
		"old.example/web:2.0":   "new.example/web:2.0",
		"web" + digest:          "web:2.0",
		"web":                   "web:latest",
		"web:2.0" + digest:      "web:2.0",
	} {
		for _, meanwhile := range []map[string]string{nil, {"team": "a"}} {
			now, patches, err := afterALostAnswer(t, before, asked, func(now *appsv1.Deployment) { now.Spec.Template.Labels = meanwhile })
			if err != nil || patches != 2 || now != "web:written" {
				t.Errorf("%s to %s, labels %v: %d patches, %s, %v", before, asked, meanwhile, patches, now, err)
			}
		}
	}
	now, patches, err := afterALostAnswer(t, "web:1.0", "web:2.0", func(now *appsv1.Deployment) {
		now.Spec.Template.Spec.Containers[0].Image = "mirror.example/web:2.0" + digest
	})
	if err != nil || patches != 1 || now != "mirror.example/web:2.0"+digest {
		t.Errorf("a policy gives it another form: %d patches, %s, %v", patches, now, err)
	}
}

// afterALostAnswer sets an image, whose write gets no answer, and tells the one that counts as written.
func afterALostAnswer(t *testing.T, image, asked string, meanwhile func(now *appsv1.Deployment)) (written string, patches int, err error) {
	t.Helper()
	before := captured(t, webDeployment)
	before.Template().Spec.Containers[0].Image = image
	change := planned(before, func(c Captured) (Edit, error) {
		template := *c.Template().DeepCopy()
		template.Spec.Containers[0].Image = asked
		return Edit{Template: template, ChangeCause: "new"}, nil
	})
	now := deploymentOf(before.Object).DeepCopy()
	now.ResourceVersion = "43"
	meanwhile(now)
	c, sent := elsewhere(t, now, apierrors.NewInternalError(http.ErrServerClosed).Status())
	all, err := c.Apply(t.Context(), []Change{change}, WriteOptions{})
	if err != nil {
		return "", *sent, err
	}
	return all[0].Template().Spec.Containers[0].Image, *sent, nil
}

// The connection breaks off under the write, and the object can't be read after that.
func TestAWriteOfUnknownEndIsToldAsSuch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(metav1.Status{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
			Status:   metav1.StatusFailure, Reason: metav1.StatusReasonForbidden, Code: http.StatusForbidden,
		})
	}))
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
	change := planned(captured(t, webDeployment), func(c Captured) (Edit, error) {
		return Edit{Template: *c.Template(), ChangeCause: "new"}, nil
	})
	for dryRun, want := range map[bool]bool{false: true, true: false} {
		_, err := c.Apply(t.Context(), []Change{change}, WriteOptions{DryRun: dryRun})
		if err == nil || strings.Contains(err.Error(), "not known whether deployment/web was changed") != want {
			t.Errorf("dry run %v: %v", dryRun, err)
		}
	}
}

// A webhook or a policy sets back what was written: that is no release of it.
func TestAWriteWithoutEffect(t *testing.T) {
	before := captured(t, webDeployment)
	change := planned(before, func(c Captured) (Edit, error) {
		template := *c.Template().DeepCopy()
		template.Spec.Containers[0].Image = "web:2"
		return Edit{Template: template}, nil
	})
	after := change.Edited()
	if message := change.NoEffect(after); message != "" {
		t.Errorf("the change itself counts as none: %s", message)
	}
	if message := change.NoEffect(before.Object); !strings.Contains(message, "drops the image web:2 of container web") {
		t.Errorf("nothing of it is stored: %q", message)
	}
	after.Template().Spec.Containers[0].Image = "mirror/web:2" // another image than was asked for, and a change all the same
	if message := change.NoEffect(after); message != "" {
		t.Error(message)
	}
	change.Object = after // and no change, the second time
	if message := change.NoEffect(after); message != "" {
		t.Error(message)
	}
	change.predicted = after
	if !change.Unchanged() || change.After() != after {
		t.Error("what is stored already counts as a change")
	}
	change.Edit.Template.Annotations = map[string]string{workload.AnnotationRestartedAt: "now"}
	if message := change.NoEffect(after); !strings.Contains(message, "keeps its template as it was") {
		t.Error(message)
	}
}

// A policy leaves an image as it was: nothing is to do only if that is the image that was asked for.
func TestAnImageThatAPolicyKeeps(t *testing.T) {
	const digest = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, test := range []struct {
		before, asked string
		refused       bool
	}{
		{"web:2.0" + digest, "web:2.0", false},
		{"mirror.example/shop/web:2.0", "docker.io/shop/web:2.0", false},
		{"web" + digest, "web:3.0", true},
		{"old.example/a/web:2.0", "new.example/b/web:2.0", true},
	} {
		before := captured(t, webDeployment)
		before.Template().Spec.Containers[0].Image = test.before
		change := planned(before, func(c Captured) (Edit, error) {
			template := *c.Template().DeepCopy()
			template.Spec.Containers[0].Image = test.asked
			return Edit{Template: template}, nil
		})
		if message := change.NoEffect(before.Object); message != "" != test.refused {
			t.Errorf("%s stays, asked for %s: %v", test.before, test.asked, message)
		}
	}
}

// The verdict of a revision that kubectl's undo has copied to its Deployment is not written back.
func TestNoVerdictStaysOnADeployment(t *testing.T) {
	own := map[string]string{workload.AnnotationVerdict: "{}", "a": "b"}
	for name, edit := range map[string]Edit{
		"a new image":         {ChangeCause: "x"},
		"an earlier revision": {Annotations: own},
	} {
		after := edit.annotations(own)
		if _, kept := after[workload.AnnotationVerdict]; kept || after["a"] != "b" {
			t.Errorf("%s: %v", name, after)
		}
	}
}

// Whose failure leaves open whether the server has acted.
func TestMayHaveActed(t *testing.T) {
	request := func(err error) error {
		return APIError(Call{"patch", "deployments", "shop", "deployment/web"}, &url.Error{Op: "Patch", URL: "https://api.example", Err: err})
	}
	html := apierrors.NewGenericServerResponse(http.StatusBadGateway, "patch", deploymentResource, "web", "<html>", 0, true)
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"nothing is wrong":         {nil, false},
		"the connection broke off": {io.ErrUnexpectedEOF, true},
		"the stream was reset":     {request(errors.New("stream error: stream ID 7; INTERNAL_ERROR; received from peer")), true},
		"the answer broke off":     {APIError(Call{}, fmt.Errorf("stream error when reading response body: %w", errors.New("stream ID 7"))), true},
		"no such host":             {request(&net.DNSError{}), false},
		"nobody listens":           {request(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), false},
		"no way there":             {request(&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}), false},
		"a reset while it is sent": {request(&net.OpError{Op: "write", Err: syscall.ECONNRESET}), true},
		"an unknown authority":     {request(x509.UnknownAuthorityError{}), false},
		"no credentials":           {request(errors.New("getting credentials: exec: not found")), false},
		"what we say of an answer": {&Error{Reason: Failed, Message: "an admission webhook changed the number"}, false},
		"the user gave up":         {context.Canceled, true},
		"a proxy answers":          {html, true},
		"a webhook refuses":        {apierrors.NewInternalError(errors.New("failed calling webhook")), false},
		"etcd can't confirm it": {
			&apierrors.StatusError{ErrStatus: metav1.Status{Code: http.StatusInternalServerError, Message: "etcdserver: request timed out"}}, true,
		},
		"the API server is going":    {apierrors.NewServiceUnavailable("shutting down"), false},
		"somebody else was faster":   {apierrors.NewConflict(deploymentResource, "web", nil), false},
		"the API server ran into it": {apierrors.NewTimeoutError("took too long", 1), true},
	} {
		if got := MayHaveActed(test.err); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
