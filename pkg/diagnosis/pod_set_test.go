package diagnosis

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestPodSetCountsWhatIsSettled(t *testing.T) {
	claim := corev1.Volume{Name: "data"}
	claim.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}
	for name, test := range map[string]struct {
		change func(*corev1.Pod)
		whole  bool
	}{
		"ready":         {func(*corev1.Pod) {}, false},
		"restarted":     {func(p *corev1.Pod) { p.Status.ContainerStatuses[0].RestartCount = 1 }, true},
		"not ready":     {func(p *corev1.Pod) { p.Status.Conditions[1].Status = corev1.ConditionFalse }, true},
		"ended":         {func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }, true},
		"being deleted": {func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: podtest.Epoch} }, true},
		"with a claim":  {func(p *corev1.Pod) { p.Spec.Volumes = []corev1.Volume{claim} }, true},
		"with a Secret": {func(p *corev1.Pod) { p.Spec.Volumes = []corev1.Volume{{Name: "secret"}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewPodSet(0)
			p := podtest.Ready("web-1")
			test.change(p)
			s.Put(p)
			if whole := s.Get(p.UID) == p; whole != test.whole || s.Len() != 1 || !s.Has(p.UID) || (len(s.Whole()) == 1) != test.whole {
				t.Errorf("whole: %v, want %v", whole, test.whole)
			}
			s.Delete(p.UID)
			if s.Len() != 0 || s.Has(p.UID) || len(s.Whole()) != 0 {
				t.Error("it is still there")
			}
		})
	}
}

// A pod moves between the two as it becomes ready, falls, and is deleted; the numbers stay right.
func TestPodSetFollowsChanges(t *testing.T) {
	revision := workload.Revision{Name: "web-new", Key: workload.KeyOf(podtest.Ready("web"))}
	s := NewPodSet(2)
	look := func(what string, whole, counted int32, readied time.Time) {
		t.Helper()
		o := Observe(&workload.Workload{}, []workload.Revision{revision}, s)
		of := o.SettledOf(&revision)
		if int32(len(o.Pods)) != whole || of.Count != counted || o.SettledElse(nil) != counted || o.SettledElse(&revision) != 0 || !of.Readied.Equal(readied) {
			t.Errorf("%s: %d whole, counted %+v; want %d and %d, the last one ready at %s", what, len(o.Pods), of, whole, counted, readied)
		}
	}
	pod := func(i int) *corev1.Pod {
		p := podtest.Ready(fmt.Sprint("web-", i))
		p.Status.Conditions[1].LastTransitionTime = metav1.Time{Time: podtest.Epoch.Add(time.Duration(i) * time.Second)}
		return p
	}
	for i := range 5 {
		s.Put(pod(i))
	}
	last := podtest.Epoch.Add(4 * time.Second)
	look("five are ready", 2, 3, last)
	fallen := pod(3)
	fallen.Status.Conditions[1].Status = corev1.ConditionFalse
	s.Put(fallen)
	look("one falls", 3, 2, last)
	s.Put(pod(3))
	look("and is ready again", 2, 3, last)
	s.Put(pod(0))
	look("a whole one changes", 2, 3, last)
	s.Delete(pod(0).UID)
	look("a whole one goes", 1, 3, last)
	s.Put(pod(9))
	look("the next one is whole", 2, 3, last)
	s.Delete(pod(2).UID)
	s.Delete(types.UID("of another"))
	look("a counted one goes", 2, 2, last)
	order := s.Whole()
	if len(order) != 2 || order[0].Name != "web-1" || order[1].Name != "web-9" {
		t.Errorf("not by name: %v", order)
	}
}
