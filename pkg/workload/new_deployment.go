package workload

import (
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// labelApp is the label by which kubectl create deployment selects pods.
const labelApp = "app"

// AppLabels are the labels of a new app: that of kubectl and, if recommended, those that Kubernetes recommends. A version is
// left out: set image would not change it.
func AppLabels(name string, recommended bool) map[string]string {
	labels := map[string]string{labelApp: name}
	if recommended {
		labels["app.kubernetes.io/name"], labels["app.kubernetes.io/instance"] = name, name
	}
	return labels
}

// NewDeployment is a Deployment as kubectl create deployment makes it, without its template.
func NewDeployment(namespace, name string, replicas int32, labels map[string]string) Object {
	return Object{Kind: deploymentKind, API: &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: deploymentKind.GroupVersion().String(), Kind: deploymentKind.Kind},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{labelApp: name}},
		},
	}}
}

// Recreate lets the old pods of a Deployment end before new ones start: they can't share what one pod has.
func Recreate(o Object) {
	if d, ok := o.API.(*appsv1.Deployment); ok {
		d.Spec.Strategy = appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}
	}
}

// DeploymentRef names a Deployment.
func DeploymentRef(namespace, name string) Ref {
	return Ref{Kind: deploymentKind.Kind, Namespace: namespace, Name: name}
}
