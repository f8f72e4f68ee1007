package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// deployment is an ordinary one: the container of each is called web.
func deployment(name string, labels map[string]string, replicas int) *appsv1.Deployment {
	pods := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(replicas)),
			Selector: &metav1.LabelSelector{MatchLabels: pods},
			// A busy machine must not fail a large rollout.
			ProgressDeadlineSeconds: new(int32(3600)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: pods},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1.0"}}},
			},
		},
	}
}

// complete tells whether a rollout is, by the status alone.
func complete(d *appsv1.Deployment) bool {
	s, want := &d.Status, *d.Spec.Replicas
	return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == want && s.Replicas == want && s.AvailableReplicas == want
}

// deploy makes a Deployment and returns when all of it serves.
func (s *stage) deploy(ctx context.Context, name string, replicas int) error {
	d, err := s.client.AppsV1().Deployments(namespace).Create(ctx, deployment(name, nil, replicas), metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("making deployment/%s: %w", name, err)
	}
	done, err := s.observeDeployment(ctx, d, complete)
	if err != nil {
		return err
	}
	_, err = done.wait(ctx)
	return err
}

func (s *stage) get(ctx context.Context, name string) (*appsv1.Deployment, error) {
	return s.client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
}

// restore gives a Deployment an image that works, and returns when all of it serves again.
func (s *stage) restore(ctx context.Context, name, image string) error {
	patch := fmt.Sprintf(`{"spec":{"template":{"spec":{"containers":[{"name":"web","image":%q}]}}}}`, image)
	d, err := s.client.AppsV1().Deployments(namespace).Patch(ctx, name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		return fmt.Errorf("restoring deployment/%s: %w", name, err)
	}
	done, err := s.observeDeployment(ctx, d, complete)
	if err != nil {
		return err
	}
	_, err = done.wait(ctx)
	return err
}
