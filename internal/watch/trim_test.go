package watch

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestTrimmedPodKeepsWhatADiagnosisNeeds(t *testing.T) {
	p := newApp("web", 1).pods[0]
	fatten(p, 0)
	p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", Message: "no database"}
	before := p.DeepCopy()
	trimPod(p)

	if p.ManagedFields != nil || p.Annotations != nil || p.Spec.Containers[0].Env != nil || p.Spec.Volumes != nil {
		t.Errorf("not trimmed: %+v", p)
	}
	same := map[string][2]any{
		"name":        {before.Name, p.Name},
		"labels":      {before.Labels, p.Labels},
		"owner":       {before.OwnerReferences, p.OwnerReferences},
		"created":     {before.CreationTimestamp, p.CreationTimestamp},
		"image":       {before.Spec.Containers[0].Image, p.Spec.Containers[0].Image},
		"probe":       {before.Spec.Containers[0].ReadinessProbe, p.Spec.Containers[0].ReadinessProbe},
		"resources":   {before.Spec.Containers[0].Resources, p.Spec.Containers[0].Resources},
		"node":        {before.Spec.NodeName, p.Spec.NodeName},
		"phase":       {before.Status.Phase, p.Status.Phase},
		"state":       {before.Status.ContainerStatuses[0].State, p.Status.ContainerStatuses[0].State},
		"termination": {before.Status.ContainerStatuses[0].LastTerminationState, p.Status.ContainerStatuses[0].LastTerminationState},
	}
	for what, pair := range same {
		if !equality.Semantic.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: %v, was %v", what, pair[1], pair[0])
		}
	}
}

func TestTrimmedConditions(t *testing.T) {
	conditions := func(ready corev1.ConditionStatus) []corev1.PodCondition {
		return []corev1.PodCondition{
			{Type: corev1.PodScheduled, Status: "True"},
			{Type: corev1.PodInitialized, Status: "True"},
			{Type: corev1.PodReadyToStartContainers, Status: "True"},
			{Type: corev1.ContainersReady, Status: ready},
			{Type: corev1.PodReady, Status: ready},
			{Type: corev1.DisruptionTarget, Status: "True"},
		}
	}
	if kept := trimConditions(conditions("False")); len(kept) != 4 || kept[1].Type != corev1.PodReadyToStartContainers {
		t.Errorf("a pod that is not ready keeps %+v", kept)
	}
	if kept := trimConditions(conditions("True")); len(kept) != 3 || kept[1].Type != corev1.PodReady || kept[2].Type != corev1.DisruptionTarget {
		t.Errorf("a ready pod keeps %+v", kept)
	}
}

func TestTrimmedDeploymentKeepsItsTemplate(t *testing.T) {
	d := newApp("web", 1).deployment
	d.ManagedFields = append(d.ManagedFields, metav1.ManagedFieldsEntry{
		Manager: "kubectl-set", Time: &metav1.Time{Time: time.Unix(1, 0)},
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:template":{"f:spec":{"f:containers":{}}}}}`),
	})
	before := d.DeepCopy()
	trimWorkload(d)
	if len(d.ManagedFields) != 1 || d.ManagedFields[0].Manager != "kubectl-set" || len(d.ManagedFields[0].FieldsV1.GetRawBytes()) > 30 || d.Annotations[workload.AnnotationLastApplied] != "" {
		t.Errorf("not trimmed: %+v", d.ObjectMeta)
	}
	if !equality.Semantic.DeepEqual(before.Spec, d.Spec) || d.Annotations[workload.AnnotationRevision] != "1" {
		t.Errorf("trimmed too much: %+v", d)
	}
}

func TestSiblingsShareWhatIsEqual(t *testing.T) {
	a := newApp("web", 3)
	kin := siblings{}
	for i, p := range a.pods {
		a.pods[i] = p.DeepCopy()
	}
	a.pods[2].Spec.Containers[0].Image = "injected:1.0"
	for _, p := range a.pods {
		kin.share(p)
	}
	first, second := &a.pods[0].Spec.Containers[0], &a.pods[1].Spec.Containers[0]
	if first != second {
		t.Error("equal containers are not shared")
	}
	if image := a.pods[2].Spec.Containers[0].Image; image != "injected:1.0" {
		t.Error("different containers are shared")
	}
}
