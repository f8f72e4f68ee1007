package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// town is a namespace of as many workloads as the crowd, with more pods, of which some do not work.
const town = "town"

// status lists the workloads of a namespace.
func (b *bench) status(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	b.say("making %d workloads", b.workloads)
	pods, err := s.fillTown(ctx, b.workloads)
	if err != nil {
		return nil, err
	}
	return b.compare(s, comparison{
		what:    phrase("status of %d workloads with %d pods: ", b.workloads, pods),
		kubectl: func(kubectl program) (cost, error) { return kubectl.run(ctx, "get", "all", "-n", town) },
		app:     func(app program) (cost, error) { return app.run(ctx, "status", "-n", town) },
		time:    below(3), memory: below(120e6),
	})
}

// fillTown makes n workloads, and returns how many pods they have when all of them run but those that never do: of a
// hundred workloads one crashes, and one lacks a Secret.
func (s *stage) fillTown(ctx context.Context, n int) (pods int, err error) {
	if err := s.makeNamespace(ctx, town); err != nil {
		return 0, err
	}
	waiting := 0
	for i := range n {
		if of := replicasInTown(i); i%100 == 1 {
			pods, waiting = pods+of, waiting+of
		} else if i%5 != 4 {
			pods += of
		}
	}
	err = s.makeCrowd(ctx, town, n, func(i int, d *appsv1.Deployment) {
		*d.Spec.Replicas = int32(replicasInTown(i))
		container := &d.Spec.Template.Spec.Containers[0]
		switch i % 100 {
		case 0:
			container.Image = "web:1.0-crash"
		case 1:
			container.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "absent"}}}}
		}
	})
	if err != nil {
		return 0, err
	}
	return pods, s.awaitPods(ctx, town, pods-waiting)
}

// replicasInTown makes 6,000 pods of 2,000 workloads: a StatefulSet has three, a Deployment four.
func replicasInTown(i int) int {
	if i%5 == 3 {
		return 3
	}
	return 4
}
