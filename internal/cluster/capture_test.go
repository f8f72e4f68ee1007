package cluster

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// served is a server with one ReplicaSet and one ready pod for each of the Deployments. asked are its requests.
type served struct {
	deployments []*appsv1.Deployment
	forbidden   string // the resource that may not be listed

	mu    sync.Mutex
	asked []string
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resource := path.Base(r.URL.Path)
	s.mu.Lock()
	s.asked = append(s.asked, resource+"?"+r.URL.Query().Get("labelSelector"))
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if resource == s.forbidden {
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Reason: metav1.StatusReasonForbidden, Code: http.StatusForbidden})
		return
	}
	var body any
	if resource == "pods" {
		body = &corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}}
	} else {
		body = &appsv1.ReplicaSetList{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ReplicaSetList"}}
	}
	for _, d := range s.deployments {
		if selector, err := labels.Parse(r.URL.Query().Get("labelSelector")); err != nil || !selector.Matches(labels.Set(d.Spec.Selector.MatchLabels)) {
			continue
		}
		switch list := body.(type) {
		case *corev1.PodList:
			list.Items = append(list.Items, podOf(d))
		case *appsv1.ReplicaSetList:
			list.Items = append(list.Items, replicaSetOf(d))
		}
	}
	_ = json.NewEncoder(w).Encode(body)
}

func replicaSetOf(d *appsv1.Deployment) appsv1.ReplicaSet {
	return appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{
			Name: d.Name + "-1", UID: "set-" + d.UID, Annotations: map[string]string{workload.AnnotationRevision: "1"},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(d, appsv1.SchemeGroupVersion.WithKind("Deployment"))},
		},
		Spec:   appsv1.ReplicaSetSpec{Replicas: new(int32(1)), Template: d.Spec.Template},
		Status: appsv1.ReplicaSetStatus{Replicas: 1, ReadyReplicas: 1, AvailableReplicas: 1},
	}
}

func podOf(d *appsv1.Deployment) corev1.Pod {
	set := replicaSetOf(d)
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: d.Name + "-1-x", OwnerReferences: []metav1.OwnerReference{
			*metav1.NewControllerRef(&set, appsv1.SchemeGroupVersion.WithKind("ReplicaSet")),
		}},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}},
	}
}

func deployments(n int) []*appsv1.Deployment {
	all := make([]*appsv1.Deployment, n)
	for i := range all {
		name := fmt.Sprintf("shop-%03d", i)
		own := map[string]string{"app": name}
		all[i] = &appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID(name)},
			Spec: appsv1.DeploymentSpec{
				Replicas: new(int32(1)), Selector: &metav1.LabelSelector{MatchLabels: own},
				Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: own}},
			},
		}
	}
	return all
}

func TestManyWorkloadsAreCapturedTogether(t *testing.T) {
	for name, test := range map[string]struct {
		n         int
		forbidden string
		requests  int
		revisions int
		serving   bool
	}{
		"one by one":            {n: 3, requests: 6, revisions: 1, serving: true},
		"many":                  {n: 200, requests: 2, revisions: 1, serving: true},
		"many without the pods": {n: 200, forbidden: "pods", requests: 2, revisions: 1, serving: true},
		"many without history":  {n: 200, forbidden: "replicasets", requests: 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := &served{deployments: deployments(test.n), forbidden: test.forbidden}
			server := httptest.NewServer(s)
			defer server.Close()
			client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, QPS: -1})
			if err != nil {
				t.Fatal(err)
			}
			c := &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
			var objects []Object
			for _, d := range slices.Backward(s.deployments) {
				objects = append(objects, Object{API: d, Kind: workload.KindNamed("Deployment")})
			}
			captured, err := c.Capture(t.Context(), objects)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range captured {
				d := s.deployments[test.n-1-i]
				if got.GetName() != d.Name || len(got.Revisions) != test.revisions || got.Before.Serving != test.serving {
					t.Fatalf("%d: %s with %d revisions, serving %v", i, got.GetName(), len(got.Revisions), got.Before.Serving)
				}
				if test.revisions > 0 && got.Revisions[0].Name != d.Name+"-1" {
					t.Errorf("%s has revision %s", d.Name, got.Revisions[0].Name)
				}
				if (got.RevisionsErr != nil) != (test.forbidden == "replicasets") {
					t.Errorf("%s: %v", d.Name, got.RevisionsErr)
				}
			}
			if len(s.asked) != test.requests {
				t.Errorf("%d requests, want %d: %.200q", len(s.asked), test.requests, strings.Join(s.asked, " "))
			}
		})
	}
}
