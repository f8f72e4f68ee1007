package cluster

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// hpaServer has one autoscaler. It refuses a patch whose resourceVersion is not the present one.
type hpaServer struct {
	*Cluster
	*fake.Clientset
	patches int
	// before is done when the first patch comes. lost: it is stored, and its answer does not come.
	before func()
	lost   bool
}

func newHPAServer(a *autoscalingv2.HorizontalPodAutoscaler) *hpaServer {
	s := &hpaServer{Clientset: fake.NewClientset(a)}
	s.Cluster = &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return s.Clientset, nil }}
	react := clienttesting.ObjectReaction(s.Tracker())
	s.PrependReactor("patch", "horizontalpodautoscalers", func(action clienttesting.Action) (bool, runtime.Object, error) {
		s.patches++
		if first := s.before; first != nil {
			s.before = nil
			first()
		}
		stored := s.get()
		sent, err := guardOf(action)
		if err != nil || sent != stored.ResourceVersion {
			return true, nil, apierrors.NewConflict(autoscalingv2.Resource("horizontalpodautoscalers"), "web", err)
		}
		done, object, err := react(action)
		s.touch(func(*autoscalingv2.HorizontalPodAutoscaler) {})
		if s.lost && err == nil {
			s.lost = false
			return true, nil, io.ErrUnexpectedEOF
		}
		return done, object, err
	})
	return s
}

func (s *hpaServer) get() *autoscalingv2.HorizontalPodAutoscaler {
	o, err := s.Tracker().Get(autoscalingv2.SchemeGroupVersion.WithResource("horizontalpodautoscalers"), "shop", "web")
	if err != nil {
		panic(err)
	}
	return o.(*autoscalingv2.HorizontalPodAutoscaler).DeepCopy()
}

// touch is a write of anyone.
func (s *hpaServer) touch(change func(*autoscalingv2.HorizontalPodAutoscaler)) {
	a := s.get()
	version, _ := strconv.Atoi(a.ResourceVersion)
	a.ResourceVersion = strconv.Itoa(version + 1)
	change(a)
	if err := s.Tracker().Update(autoscalingv2.SchemeGroupVersion.WithResource("horizontalpodautoscalers"), a, "shop"); err != nil {
		panic(err)
	}
}

// guardOf is the resourceVersion that a patch asks for.
func guardOf(action clienttesting.Action) (string, error) {
	patch, ok := action.(clienttesting.PatchAction)
	if !ok {
		return "", errors.New("no patch")
	}
	var operations []struct {
		Path  string
		Value any
	}
	err := json.Unmarshal(patch.GetPatch(), &operations)
	for _, o := range operations {
		if version, ok := o.Value.(string); ok && o.Path == "/metadata/resourceVersion" {
			return version, err
		}
	}
	return "", errors.Join(err, errors.New("not guarded"))
}

// A pause and its way back are guarded: what someone else changes meanwhile is not written over.
func TestChangeAutoscaler(t *testing.T) {
	newBounds := func(a *autoscalingv2.HorizontalPodAutoscaler) { a.Spec.MaxReplicas = 7 }
	newTarget := func(a *autoscalingv2.HorizontalPodAutoscaler) { a.Spec.ScaleTargetRef.Name = "db" }
	newStatus := func(a *autoscalingv2.HorizontalPodAutoscaler) { a.Status.CurrentReplicas = 4 }
	for name, test := range map[string]struct {
		meanwhile  func(*autoscalingv2.HorizontalPodAutoscaler)
		lost       bool
		patches    int
		superseded bool
	}{
		"as planned":                            {patches: 1},
		"its status was written meanwhile":      {meanwhile: newStatus, patches: 2},
		"its bounds were changed meanwhile":     {meanwhile: newBounds, patches: 1, superseded: true},
		"it scales another one since":           {meanwhile: newTarget, patches: 1, superseded: true},
		"the answer is lost, and it is stored":  {lost: true, patches: 1},
		"the answer is lost after a new status": {meanwhile: newStatus, lost: true, patches: 2},
	} {
		t.Run(name, func(t *testing.T) {
			was := &autoscalingv2.HorizontalPodAutoscaler{
				ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", UID: "u", ResourceVersion: "1", Annotations: map[string]string{"team": "shop"}},
				Spec:       autoscalingv2.HorizontalPodAutoscalerSpec{MinReplicas: new(int32(2)), MaxReplicas: 6},
			}
			s := newHPAServer(was)
			paused, err := autoscale.Pause(was, 9)
			if err != nil {
				t.Fatal(err)
			}
			meanwhile := func() {
				if test.meanwhile != nil {
					s.before = func() { s.touch(test.meanwhile) }
				}
				s.lost, s.patches = test.lost, 0
			}
			check := func(what string, from, to *autoscalingv2.HorizontalPodAutoscaler, restores bool) *autoscalingv2.HorizontalPodAutoscaler {
				t.Helper()
				meanwhile()
				stored, err := s.ChangeAutoscaler(t.Context(), from, to, restores, WriteOptions{})
				if got := errors.As(err, new(*SupersededError)); got != test.superseded || !got && err != nil || s.patches != test.patches {
					t.Fatalf("%s: %v after %d patches", what, err, s.patches)
				}
				if now := s.get(); autoscale.Disabled(now) != (!restores && !test.superseded) || now.Annotations["team"] != "shop" {
					t.Errorf("%s: %+v", what, now)
				}
				return stored
			}
			stored := check("pause", was, paused, false)
			if test.superseded {
				return
			}
			if stored.Spec.MaxReplicas != 9 || stored.Kind == "" {
				t.Errorf("stored %+v", stored)
			}
			check("back", s.get(), was, true)
			if now := s.get(); now.Spec.MaxReplicas != 6 || now.Spec.Behavior != nil || paused.Annotations[autoscale.AnnotationPaused] == now.Annotations[autoscale.AnnotationPaused] {
				t.Errorf("back: %+v", now)
			}
		})
	}
}
