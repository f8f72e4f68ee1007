package main

import (
	"context"
	"errors"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// outage is the time in which nothing serves: all new pods crash after they were ready, when the old ones
// are gone, until the write that brings those back.
func (b *bench) outage(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name = "falling"
	if err := s.deploy(ctx, name, 2); err != nil {
		return nil, err
	}
	_, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	r := row{what: "from the last serving pod to the write of the rollback", unit: seconds, goal: below(3)}
	for i := range b.rollouts {
		took, err := s.fall(ctx, app, name, phrase("web:2.%d-crash-2s", i))
		if err != nil {
			return nil, err
		}
		r.app.add(took.Seconds())
	}
	return []row{r}, nil
}

// fall releases an image whose pods all crash, and returns how long it took from there to the way back.
func (s *stage) fall(ctx context.Context, app program, name, image string) (time.Duration, error) {
	before, err := s.get(ctx, name)
	if err != nil {
		return 0, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	serving := map[types.UID]bool{}
	begun := false
	gone, err := s.observePods(watching, name, func(p *corev1.Pod) bool {
		delete(serving, p.UID)
		if serves(p) {
			serving[p.UID] = true
			begun = begun || p.Spec.Containers[0].Image == image
		}
		return begun && len(serving) == 0
	})
	if err != nil {
		return 0, err
	}
	released := false
	back, err := s.observeDeployment(watching, before, func(d *appsv1.Deployment) bool {
		now := d.Spec.Template.Spec.Containers[0].Image
		released = released || now == image
		return released && now != image
	})
	if err != nil {
		return 0, err
	}
	release, err := app.start(ctx, nil, "set", "image", "deployment/"+name, "web="+image, "--soak=4s")
	if err != nil {
		return 0, err
	}
	const rolledBack = 5
	if _, err := release.wait(rolledBack); err != nil {
		return 0, err
	}
	from, errGone := gone.wait(ctx)
	to, errBack := back.wait(ctx)
	return to.Sub(from), errors.Join(errGone, errBack)
}

// serves: ready, meant to stay, and not the next run of a container that has crashed.
func serves(p *corev1.Pod) bool {
	if p.DeletionTimestamp != nil {
		return false
	}
	for _, c := range p.Status.ContainerStatuses {
		if c.RestartCount > 0 {
			return false
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
