package cluster

import (
	"errors"
	"io"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

func anAutoscaler(most int32) *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", UID: "u", ResourceVersion: "1"},
		Spec:       autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: most},
	}
}

// serverWith answers the first request of a verb as first says, and the others as usual. It counts them.
func serverWith(t *testing.T, verb string, first func(react clienttesting.ReactionFunc, action clienttesting.Action) error, objects ...runtime.Object) (*Cluster, *fake.Clientset, *int) {
	t.Helper()
	set, sent := fake.NewClientset(objects...), 0
	react := clienttesting.ObjectReaction(set.Tracker())
	set.PrependReactor(verb, "horizontalpodautoscalers", func(action clienttesting.Action) (bool, runtime.Object, error) {
		if sent++; sent == 1 && first != nil {
			return true, nil, first(react, action)
		}
		return false, nil, nil
	})
	return &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return set, nil }}, set, &sent
}

func TestCreateAutoscaler(t *testing.T) {
	stored := func(react clienttesting.ReactionFunc, action clienttesting.Action) error {
		_, _, err := react(action)
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	lost := func(clienttesting.ReactionFunc, clienttesting.Action) error { return io.ErrUnexpectedEOF }
	for name, test := range map[string]struct {
		there      []runtime.Object
		first      func(clienttesting.ReactionFunc, clienttesting.Action) error
		sent       int
		superseded bool
	}{
		"it is created":                               {sent: 1},
		"the answer is lost, and it is stored":        {first: stored, sent: 1},
		"the request is lost":                         {first: lost, sent: 2},
		"someone else has created it":                 {there: []runtime.Object{anAutoscaler(5)}, sent: 1, superseded: true},
		"someone else has created it, and it is lost": {there: []runtime.Object{anAutoscaler(9)}, first: lost, sent: 1, superseded: true},
	} {
		t.Run(name, func(t *testing.T) {
			c, set, sent := serverWith(t, "create", test.first, test.there...)
			_, err := c.CreateAutoscaler(t.Context(), anAutoscaler(5), WriteOptions{})
			if got := errors.As(err, new(*SupersededError)); got != test.superseded || !got && err != nil || *sent != test.sent {
				t.Errorf("%v after %d requests", err, *sent)
			}
			now, err := set.AutoscalingV2().HorizontalPodAutoscalers("shop").Get(t.Context(), "web", metav1.GetOptions{})
			if err != nil || !test.superseded && now.Spec.MaxReplicas != 5 {
				t.Errorf("%+v, %v", now, err)
			}
		})
	}
}

func TestDeleteAutoscaler(t *testing.T) {
	another := anAutoscaler(5)
	another.Spec.ScaleTargetRef.Name = "db"
	conflict := func(clienttesting.ReactionFunc, clienttesting.Action) error {
		return &Error{Reason: Conflict, Message: "the resourceVersion is another one"}
	}
	lost := func(react clienttesting.ReactionFunc, action clienttesting.Action) error {
		_, _, err := react(action)
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	for name, test := range map[string]struct {
		there      []runtime.Object
		first      func(clienttesting.ReactionFunc, clienttesting.Action) error
		superseded bool
	}{
		"it is deleted":               {there: []runtime.Object{anAutoscaler(5)}},
		"the answer is lost":          {there: []runtime.Object{anAutoscaler(5)}, first: lost},
		"it is gone already":          {},
		"its spec has changed":        {there: []runtime.Object{anAutoscaler(9)}, superseded: true, first: conflict},
		"it scales another one since": {there: []runtime.Object{another}, superseded: true, first: conflict},
	} {
		t.Run(name, func(t *testing.T) {
			c, set, _ := serverWith(t, "delete", test.first, test.there...)
			err := c.DeleteAutoscaler(t.Context(), anAutoscaler(5), WriteOptions{})
			if got := errors.As(err, new(*SupersededError)); got != test.superseded || !got && err != nil {
				t.Error(err)
			}
			if _, err := set.AutoscalingV2().HorizontalPodAutoscalers("shop").Get(t.Context(), "web", metav1.GetOptions{}); (err == nil) != test.superseded {
				t.Errorf("still there: %v", err)
			}
		})
	}
}
