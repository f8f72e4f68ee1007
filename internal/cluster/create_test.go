package cluster

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// oneDeployment is a cluster with one Deployment, or none. answer decides on a POST or DELETE before it is carried out: a
// code above 0 is the answer.
type oneDeployment struct {
	stored *appsv1.Deployment
	answer func(method string, s *oneDeployment) (code int)
	calls  []string
	query  string
	body   metav1.DeleteOptions
}

func (s *oneDeployment) connect(t *testing.T) *Cluster {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls = append(s.calls, r.Method)
		w.Header().Set("Content-Type", "application/json")
		code := 0
		if s.answer != nil {
			code = s.answer(r.Method, s)
		}
		switch {
		case code > 0:
		case r.Method == http.MethodPost && s.stored != nil:
			code = http.StatusConflict
		case r.Method == http.MethodPost:
			s.query = r.URL.RawQuery
			s.stored = &appsv1.Deployment{}
			_ = json.NewDecoder(r.Body).Decode(s.stored)
			s.stored.UID, s.stored.ResourceVersion = "made", "1"
		case s.stored == nil:
			code = http.StatusNotFound
		case r.Method == http.MethodDelete:
			_ = json.NewDecoder(r.Body).Decode(&s.body)
			s.stored = nil
			code = http.StatusOK
		}
		if code == 0 {
			_ = json.NewEncoder(w).Encode(s.stored)
			return
		}
		reason := map[int]metav1.StatusReason{404: metav1.StatusReasonNotFound, 409: metav1.StatusReasonAlreadyExists, 504: metav1.StatusReasonTimeout}[code]
		status := metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Code: int32(code), Reason: reason, Status: "Failure"}
		if code == http.StatusOK {
			status.Status = "Success"
		}
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(status)
	}))
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}})
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
}

func creation(image string) Change {
	o := workload.NewDeployment("shop", "web", 1, map[string]string{"app": "web"})
	edit := Edit{ChangeCause: "first"}
	edit.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: image}}
	return Change{Captured: NewWorkload(o), Edit: edit}
}

func TestCreate(t *testing.T) {
	change := creation("web:1")
	theirs := deploymentOf(creation("web:2").Edited())
	theirs.UID = "theirs"
	first := true
	lost := func(then func(*oneDeployment)) func(string, *oneDeployment) int {
		first = true
		return func(method string, s *oneDeployment) int {
			if method != http.MethodPost || !first {
				return 0
			}
			first = false
			then(s)
			return http.StatusGatewayTimeout
		}
	}
	for name, test := range map[string]struct {
		cluster oneDeployment
		calls   string
		err     string
	}{
		"it is made":                          {oneDeployment{}, "POST", ""},
		"someone else was faster":             {oneDeployment{stored: theirs}, "POST GET", "deployment/web was not changed: someone else created it at the same time"},
		"the answer was lost, and it is made": {oneDeployment{answer: lost(func(s *oneDeployment) { s.stored = deploymentOf(change.Edited()) })}, "POST GET", ""},
		"the answer was lost, and it is not":  {oneDeployment{answer: lost(func(*oneDeployment) {})}, "POST GET POST", ""},
		"it was lost, and theirs is there":    {oneDeployment{answer: lost(func(s *oneDeployment) { s.stored = theirs })}, "POST GET", "someone else created it at the same time"},
	} {
		first = true
		written, err := test.cluster.connect(t).Apply(t.Context(), []Change{change}, WriteOptions{FieldManager: "me"})
		if calls := strings.Join(test.cluster.calls, " "); calls != test.calls {
			t.Errorf("%s: %s, want %s", name, calls, test.calls)
		}
		switch {
		case test.err == "" && (err != nil || len(written) != 1 || !written[0].New || written[0].Kind == nil):
			t.Errorf("%s: %+v, %v", name, written, err)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("%s: %v, want %s", name, err, test.err)
		}
		if name == "it is made" && (test.cluster.query != "fieldManager=me" || test.cluster.stored.Annotations[workload.AnnotationChangeCause] != "first") {
			t.Errorf("%s: %s, %+v", name, test.cluster.query, test.cluster.stored)
		}
	}
}

func TestDeleteNew(t *testing.T) {
	written := func(t *testing.T, s *oneDeployment) (*Cluster, Written) {
		c := s.connect(t)
		all, err := c.Apply(t.Context(), []Change{creation("web:1")}, WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s.calls = nil
		return c, all[0]
	}
	t.Run("as it was made", func(t *testing.T) {
		s := &oneDeployment{}
		c, w := written(t, s)
		s.stored.ResourceVersion = "7" // a new status
		if err := c.DeleteNew(t.Context(), w, WriteOptions{}); err != nil || s.stored != nil {
			t.Errorf("%v, left: %v", err, s.stored)
		}
		if p := s.body; *p.PropagationPolicy != metav1.DeletePropagationForeground || *p.Preconditions.UID != "made" || *p.Preconditions.ResourceVersion != "7" {
			t.Errorf("options %+v", p)
		}
	})
	t.Run("it is gone", func(t *testing.T) {
		s := &oneDeployment{}
		c, w := written(t, s)
		s.stored = nil
		if err := c.DeleteNew(t.Context(), w, WriteOptions{}); err != nil || strings.Join(s.calls, " ") != "GET" {
			t.Errorf("%v, %v", err, s.calls)
		}
	})
	for name, change := range map[string]func(*appsv1.Deployment){
		"its template was changed":         func(d *appsv1.Deployment) { d.Spec.Template.Spec.Containers[0].Image = "web:2" },
		"it was deleted and created again": func(d *appsv1.Deployment) { d.UID = "another" },
		"its spec was changed":             func(d *appsv1.Deployment) { d.Spec.MinReadySeconds = 5 },
	} {
		t.Run(name, func(t *testing.T) {
			s := &oneDeployment{}
			c, w := written(t, s)
			s.stored = s.stored.DeepCopy()
			change(s.stored)
			err := c.DeleteNew(t.Context(), w, WriteOptions{})
			if superseded := (*SupersededError)(nil); !errors.As(err, &superseded) || superseded.What != name || s.stored == nil {
				t.Errorf("%v, left: %v", err, s.stored)
			}
		})
	}
}
