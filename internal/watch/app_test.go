package watch

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// app is a Deployment with one ReplicaSet and its pods, as the controllers make them.
type app struct {
	deployment *appsv1.Deployment
	set        *appsv1.ReplicaSet
	pods       []*corev1.Pod
}

func newApp(name string, replicas int32) app {
	match := map[string]string{"app": name}
	hashed := map[string]string{"app": name, workload.LabelPodTemplateHash: "5d4f"}
	template := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: match},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "web", Image: "web:1.0", Env: []corev1.EnvVar{{Name: "PASSWORD", Value: "hunter2"}},
		}}},
	}
	a := app{deployment: &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "shop", UID: types.UID("deployment-" + name), Generation: 1,
			Annotations:   map[string]string{workload.AnnotationRevision: "1", workload.AnnotationLastApplied: "{…}"},
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
		},
		Spec:   appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: match}, Template: template},
		Status: appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: replicas},
	}}
	a.set = &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{
			Name: name + "-5d4f", Namespace: "shop", UID: types.UID("set-" + name), Labels: hashed,
			Annotations:     map[string]string{workload.AnnotationRevision: "1"},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(a.deployment, appsv1.SchemeGroupVersion.WithKind("Deployment"))},
		},
		Spec: appsv1.ReplicaSetSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: hashed}, Template: template},
	}
	for i := range replicas {
		a.pods = append(a.pods, a.pod(fmt.Sprintf("%s-5d4f-%05d", name, i)))
	}
	return a
}

func (a app) pod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "shop", UID: types.UID("pod-" + name), Labels: a.set.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(a.set, appsv1.SchemeGroupVersion.WithKind("ReplicaSet"))},
		},
		Spec: corev1.PodSpec{NodeName: "node-1", Containers: a.set.Spec.Template.Spec.Containers},
		Status: corev1.PodStatus{
			Phase:             corev1.PodRunning,
			ContainerStatuses: []corev1.ContainerStatus{{Name: "web", Image: "web:1.0"}},
		},
	}
}

func (a app) ref() workload.Ref {
	return workload.Ref{Kind: "Deployment", Namespace: "shop", Name: a.deployment.Name}
}

func (s *apiServer) putApp(a app) {
	s.put(a.deployment, a.set)
	for _, p := range a.pods {
		s.put(p)
	}
}
