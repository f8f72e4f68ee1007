package cluster

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaleServer has one Deployment. It takes scales whose resourceVersion is the present one, and no other write. before is
// done when a write comes, lost makes it close the connection after it.
type scaleServer struct {
	*Cluster
	stored *appsv1.Deployment
	before func()
	lost   bool
	gaveUp bool  // a proxy, after the write
	most   int32 // that a webhook lets pass; 0 is no limit
	sent   []string
}

func newScaleServer(t *testing.T) *scaleServer {
	t.Helper()
	s := &scaleServer{stored: deploymentOf(captured(t, webDeployment).Object).DeepCopy()}
	s.set(3)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body any = s.stored
		if r.Method == http.MethodPatch {
			body = s.patch(r)
		}
		if body == nil && s.gaveUp {
			s.gaveUp = false
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("<html>"))
			return
		}
		if body == nil {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		if status, ok := body.(metav1.Status); ok {
			w.WriteHeader(int(status.Code))
		}
		_ = json.NewEncoder(w).Encode(body)
	}))
	t.Cleanup(server.Close)
	config := &rest.Config{Host: server.URL}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return single{next} })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Cluster = &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
	return s
}

// set is a write of the replicas by anyone.
func (s *scaleServer) set(n int32) {
	s.stored = s.stored.DeepCopy()
	s.stored.Generation++
	s.stored.ResourceVersion += "1"
	s.stored.Spec.Replicas = &n
}

func (s *scaleServer) patch(r *http.Request) any {
	if first := s.before; first != nil {
		s.before = nil
		first()
	}
	var scale autoscalingv1.Scale
	_ = json.NewDecoder(r.Body).Decode(&scale)
	s.sent = append(s.sent, r.URL.Path)
	if !strings.HasSuffix(r.URL.Path, "/deployments/web/scale") || scale.ResourceVersion != s.stored.ResourceVersion {
		status := apierrors.NewConflict(deploymentResource, "web", nil).Status()
		status.APIVersion, status.Kind = "v1", "Status"
		return status
	}
	if s.most > 0 {
		scale.Spec.Replicas = min(scale.Spec.Replicas, s.most)
	}
	if *s.stored.Spec.Replicas != scale.Spec.Replicas {
		s.set(scale.Spec.Replicas)
	}
	if s.lost || s.gaveUp {
		s.lost = false
		return nil
	}
	answer := autoscalingv1.Scale{TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v1", Kind: "Scale"}, Spec: scale.Spec}
	answer.Name, answer.ResourceVersion = "web", s.stored.ResourceVersion
	return answer
}

// plus is a scale by --replicas.
func (s *scaleServer) plus(t *testing.T, text string) Change {
	t.Helper()
	wanted, err := rollout.ParseReplicas(text)
	if err != nil {
		t.Fatal(err)
	}
	o, _ := workload.ObjectOf(s.stored.DeepCopy())
	changes, err := PlanAll(CaptureReplicas([]Object{o}), func(c Captured) (Edit, error) {
		n, err := wanted.Of(c.Ref(), c.Replicas())
		return Edit{Template: *c.Template(), Replicas: &n}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return changes[0]
}

// Replicas are written through the subresource, with what was read as the precondition.
func TestScaleIsGuarded(t *testing.T) {
	for name, test := range map[string]struct {
		replicas string
		given    func(*scaleServer)
		want     int32 // that is stored
		sent     int
	}{
		"as planned":                           {replicas: "5", want: 5, sent: 1},
		"relative, planned anew":               {replicas: "+2", given: func(s *scaleServer) { s.before = func() { s.set(6) } }, want: 8, sent: 2},
		"another change in between":            {replicas: "5", given: func(s *scaleServer) { s.before = func() { s.stored.ResourceVersion = "9" } }, want: 5, sent: 2},
		"relative, someone else sets the same": {replicas: "+2", given: func(s *scaleServer) { s.before = func() { s.set(5) } }, want: 7, sent: 2},
		"someone else sets the same":           {replicas: "5", given: func(s *scaleServer) { s.before = func() { s.set(5) } }, want: 5, sent: 2},
		"relative, and the answer is lost":     {replicas: "+2", given: func(s *scaleServer) { s.lost = true }, want: 5, sent: 1},
		"relative, and a proxy gives up on it": {replicas: "+2", given: func(s *scaleServer) { s.gaveUp = true }, want: 5, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScaleServer(t)
			change := s.plus(t, test.replicas)
			if test.given != nil {
				test.given(s)
			}
			written, err := s.Apply(t.Context(), []Change{change}, WriteOptions{})
			if err != nil || len(written) != 1 {
				t.Fatal(written, err)
			}
			if got := *s.stored.Spec.Replicas; got != test.want || len(s.sent) != test.sent {
				t.Errorf("%d replicas after %d requests, want %d after %d", got, len(s.sent), test.want, test.sent)
			}
			target := written[0].Target()
			if target.Replicas == nil || *target.Replicas != test.want || target.Generation != s.stored.Generation || target.Template != nil {
				t.Errorf("target %+v, stored generation %d", target, s.stored.Generation)
			}
		})
	}
}

// What a webhook has made of a number goes back with the numbers of the other workloads.
func TestANumberThatAWebhookChangedIsRestored(t *testing.T) {
	s := newScaleServer(t)
	s.most = 5
	change := s.plus(t, "10")
	if _, err := s.Apply(t.Context(), []Change{change}, WriteOptions{}); err == nil || errors.As(err, new(*PartialError)) {
		t.Errorf("a single one: %v", err)
	}
	s.set(3)
	var partial *PartialError
	_, err := s.Apply(t.Context(), []Change{s.plus(t, "10")}, WriteOptions{Joint: true})
	if !errors.As(err, &partial) || len(partial.Altered) != 1 || partial.Altered[0].Replicas() != 5 {
		t.Fatalf("%v", err)
	}
	if _, err := s.Restore(t.Context(), partial.Altered[0], WriteOptions{}); err != nil || *s.stored.Spec.Replicas != 3 {
		t.Errorf("%d replicas, %v", *s.stored.Spec.Replicas, err)
	}
}

// Only the number that we wrote is taken back; a new template is no obstacle.
func TestScaleIsRestored(t *testing.T) {
	for name, test := range map[string]struct {
		given func(*scaleServer)
		want  int32
		says  string
	}{
		"as we left it":       {want: 3},
		"another template":    {given: func(s *scaleServer) { s.stored.Spec.Template.Spec.Containers[0].Image = "web:9"; s.set(5) }, want: 3},
		"another number":      {given: func(s *scaleServer) { s.set(7) }, want: 7, says: "its replicas were set to 7"},
		"created again":       {given: func(s *scaleServer) { s.stored.UID = "other" }, want: 5, says: "created again"},
		"it is back already":  {given: func(s *scaleServer) { s.set(3) }, want: 3, says: "its replicas were set to 3"},
		"the answer was lost": {given: func(s *scaleServer) { s.lost = true }, want: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScaleServer(t)
			written, err := s.Apply(t.Context(), []Change{s.plus(t, "5")}, WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if test.given != nil {
				test.given(s)
			}
			back, err := s.Restore(t.Context(), written[0], WriteOptions{})
			if got := *s.stored.Spec.Replicas; got != test.want {
				t.Errorf("%d replicas, want %d", got, test.want)
			}
			var superseded *SupersededError
			if test.says != "" && (!errors.As(err, &superseded) || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("error %v, want %q", err, test.says)
			}
			if target := back.Target; test.says == "" && (err != nil || *target().Replicas != 3 || target().Baseline.Workload.Desired != 5) {
				t.Errorf("%v", err)
			}
		})
	}
}

// An autoscaler that is resumed on the way back may be faster than the way back: its number is no foreign change.
func TestForeignReplicas(t *testing.T) {
	managed := func(n int32, manager string) Object {
		d := deploymentOf(captured(t, webDeployment).Object).DeepCopy()
		d.Spec.Replicas = &n
		d.ManagedFields = []metav1.ManagedFieldsEntry{{
			Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, Subresource: "scale",
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:replicas":{}}}`),
		}}
		o, _ := workload.ObjectOf(d)
		return o
	}
	for name, test := range map[string]struct {
		takenOver bool
		now       Object
		want      string
	}{
		"the autoscaler that was paused": {true, managed(6, "kube-controller-manager"), ""},
		"an autoscaler":                  {false, managed(6, "kube-controller-manager"), "its replicas were set to 6 by the HorizontalPodAutoscaler"},
		"a person":                       {true, managed(6, "kubectl"), "its replicas were set to 6 by kubectl scale"},
		"nobody":                         {true, managed(8, "kubectl-app"), ""},
	} {
		w := Written{Object: managed(8, "kubectl-app"), Scaled: true, TakenOver: test.takenOver}
		if got := w.foreign(w.Object, test.now); got != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
