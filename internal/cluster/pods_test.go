package cluster

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// A pod counts as deleted only if our request deleted it.
func TestDeletePod(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	conflict, absent := apierrors.NewConflict(pods, "web-0", nil), apierrors.NewNotFound(pods, "web-0")
	busy := apierrors.NewTooManyRequests("busy", 0)
	there := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-0", UID: "a"}}
	leaving, next := there.DeepCopy(), there.DeepCopy()
	leaving.DeletionTimestamp, next.UID = new(metav1.Now()), "b"
	for name, test := range map[string]struct {
		answers []*apierrors.StatusError // to deletions; nil closes the connection
		now     *corev1.Pod              // nil: it is gone
		want    bool
	}{
		"at once":                                   {want: true},
		"it has changed":                            {answers: []*apierrors.StatusError{conflict}, now: there},
		"it is gone":                                {answers: []*apierrors.StatusError{absent}},
		"overloaded, and it has changed":            {answers: []*apierrors.StatusError{busy, conflict}, now: there},
		"overloaded, and it is gone":                {answers: []*apierrors.StatusError{busy, absent}},
		"the answer is lost, and it is gone":        {answers: []*apierrors.StatusError{nil, absent}, want: true},
		"the answer is lost, and it is going":       {answers: []*apierrors.StatusError{nil, conflict}, now: leaving, want: true},
		"the answer is lost, and it is another one": {answers: []*apierrors.StatusError{nil, conflict}, now: next, want: true},
		"the answer is lost, and it has changed":    {answers: []*apierrors.StatusError{nil, conflict}, now: there},
		"the answer is lost, and it goes meanwhile": {answers: []*apierrors.StatusError{nil, conflict}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				refusal := absent
				switch {
				case r.Method == http.MethodDelete && len(test.answers) > 0:
					refusal, test.answers = test.answers[0], test.answers[1:]
				case r.Method == http.MethodDelete || test.now != nil:
					_ = json.NewEncoder(w).Encode(test.now)
					return
				}
				if refusal == nil {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(int(refusal.ErrStatus.Code))
				_ = json.NewEncoder(w).Encode(refusal.ErrStatus)
			}))
			defer server.Close()
			client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			c := &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
			deleted, err := c.DeletePod(t.Context(), rollout.PodRef{Namespace: "shop", Name: "web-0", UID: "a", ResourceVersion: "1"})
			if err != nil || deleted != test.want {
				t.Errorf("deleted %v, %v", deleted, err)
			}
		})
	}
}
