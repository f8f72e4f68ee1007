package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// lateServer has one Deployment. The first patch gets no answer, and arrives when the test says so.
type lateServer struct {
	now     *appsv1.Deployment
	patches int
	late    func() // nil until the first patch has come
	second  func() // happens before the second patch
	refuses bool   // every patch but the first
}

func (s *lateServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodPatch {
		var body any = s.now
		if strings.HasSuffix(r.URL.Path, "/replicasets") {
			body = &appsv1.ReplicaSetList{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ReplicaSetList"}}
		}
		err := json.NewEncoder(w).Encode(body)
		return w.Result(), err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if s.patches++; s.patches == 1 {
		s.late = func() { _ = s.patch(r, body) }
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if s.second != nil {
		s.second()
	}
	refusal := apierrors.NewForbidden(deploymentResource, "web", nil)
	if !s.refuses {
		refusal = s.patch(r, body)
	}
	var answer any = s.now
	if refusal != nil {
		w.WriteHeader(int(refusal.Status().Code))
		answer = refusal.Status()
	}
	err = json.NewEncoder(w).Encode(answer)
	return w.Result(), err
}

// patch stores what a patch makes of the Deployment, if it was planned for the Deployment as it is.
func (s *lateServer) patch(r *http.Request, body []byte) *apierrors.StatusError {
	was, err := json.Marshal(s.now)
	if err != nil {
		panic(err)
	}
	next := s.now.DeepCopy()
	if r.Header.Get("Content-Type") == string(types.JSONPatchType) {
		var operations []struct {
			Path  string
			Value json.RawMessage
		}
		fields := map[string]any{
			"/metadata/resourceVersion": &next.ResourceVersion, "/spec/template": &next.Spec.Template,
			"/metadata/annotations": &next.Annotations, "/spec/paused": &next.Spec.Paused,
		}
		next.Spec.Template, next.Annotations = corev1.PodTemplateSpec{}, nil // both are replaced
		err = json.Unmarshal(body, &operations)
		for _, o := range operations {
			err = errors.Join(err, json.Unmarshal(o.Value, fields[o.Path]))
		}
	} else if body, err = strategicpatch.StrategicMergePatch(was, body, next); err == nil {
		next = &appsv1.Deployment{}
		err = json.Unmarshal(body, next)
	}
	switch {
	case err != nil:
		panic(err)
	case next.ResourceVersion != s.now.ResourceVersion:
		return apierrors.NewConflict(deploymentResource, "web", errors.New("it was changed"))
	}
	s.now = next
	s.touch()
	return nil
}

func (s *lateServer) touch() {
	version, _ := strconv.Atoi(s.now.ResourceVersion)
	s.now.ResourceVersion = strconv.Itoa(version + 1)
}

// Ctrl-C while a workload is written. What the way back says of it stays true when the write arrives late.
func TestRestoreAfterAWriteWithoutAnAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		before  func(*lateServer) // the way back
		second  func(*lateServer)
		refuses bool
		want    string // the error
		patches int
		image   string // after all
	}{
		"it arrives after the way back":      {want: "deployment/web is unchanged", patches: 2, image: "web:1"},
		"it arrives before the way back":     {before: func(s *lateServer) { s.late() }, patches: 2, image: "web:1"},
		"it arrives while it is made void":   {second: func(s *lateServer) { s.late() }, patches: 3, image: "web:1"},
		"a status has made it void":          {before: (*lateServer).touch, want: "deployment/web is unchanged", patches: 1, image: "web:1"},
		"somebody else writes":               {before: func(s *lateServer) { s.now.Spec.MinReadySeconds = 9; s.touch() }, want: "its spec was changed", patches: 1, image: "web:1"},
		"it may not be made void, and comes": {refuses: true, want: "it is not known whether deployment/web was changed", image: "web:2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := captured(t, webDeployment)
				now := deploymentOf(before.Object).DeepCopy()
				now.TypeMeta = metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}
				s := &lateServer{now: now, refuses: test.refuses}
				client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://api.example", Transport: s})
				if err != nil {
					t.Fatal(err)
				}
				c := &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
				change := planned(before, func(c Captured) (Edit, error) {
					template := *c.Template().DeepCopy()
					template.Spec.Containers[0].Image = "web:2"
					return Edit{Template: template, ChangeCause: "new"}, nil
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err = c.Apply(ctx, []Change{change}, WriteOptions{Joint: true})
				var partial *PartialError
				if !errors.As(err, &partial) || len(partial.Doubtful) != 1 {
					t.Fatalf("got %v", err)
				}
				if test.before != nil {
					test.before(s)
				}
				if test.second != nil {
					s.second = func() { test.second(s); s.second = nil }
				}
				_, err = c.Restore(t.Context(), partial.Doubtful[0], WriteOptions{})
				if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v", err)
				}
				if test.patches > 0 && s.patches != test.patches {
					t.Errorf("%d patches", s.patches)
				}
				s.late()
				if got := s.now.Spec.Template.Spec.Containers[0].Image; got != test.image {
					t.Errorf("%s after all", got)
				}
			})
		})
	}
}

// The annotation goes with the next release: a later write makes any earlier one void.
func TestAReleaseRemovesTheVoidAnnotation(t *testing.T) {
	after := Edit{ChangeCause: "x"}.annotations(map[string]string{workload.AnnotationVoided: "then", "a": "b"})
	if _, kept := after[workload.AnnotationVoided]; kept || after["a"] != "b" {
		t.Errorf("got %v", after)
	}
}

// Whether a write without an answer was made is not known, and that is what is said of it.
func TestPauseAndRestoreWithoutAnAnswer(t *testing.T) {
	for name, write := range map[string]func(context.Context, *Cluster, Object) error{
		"pause": func(ctx context.Context, c *Cluster, o Object) error {
			_, err := c.SetPaused(ctx, o, true, WriteOptions{})
			return err
		},
		"restore": func(ctx context.Context, c *Cluster, o Object) error {
			before := o.Copy()
			before.SetPaused(true)
			_, err := c.Restore(ctx, Written{Object: o, before: before}, WriteOptions{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := deploymentOf(captured(t, webDeployment).Object)
				now.TypeMeta = metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}
				client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://api.example", Transport: &lateServer{now: now}})
				if err != nil {
					t.Fatal(err)
				}
				c := &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				err = write(ctx, c, objectOf(now))
				if err == nil || !strings.HasPrefix(err.Error(), "it is not known whether deployment/web was changed") || !errors.As(err, new(*LostError)) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}
