package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	watchtools "k8s.io/client-go/tools/watch"
)

// variables of a container: as many as an ordinary app has.
const variables = 20

// makeCrowd makes n workloads in a namespace: of five, three are Deployments, one is a StatefulSet and one a CronJob. change
// adapts each.
func (s *stage) makeCrowd(ctx context.Context, home string, n int, change func(i int, d *appsv1.Deployment)) error {
	making, failed := errgroup.WithContext(ctx)
	making.SetLimit(10)
	for i := range n {
		making.Go(func() error {
			d := deployment(fmt.Sprintf("crowd-%04d", i), nil, 1)
			d.Spec.Template.Spec.Containers[0].Env = environmentOf(i)
			change(i, d)
			return s.makeOne(failed, home, i, d)
		})
	}
	if err := making.Wait(); err != nil {
		return fmt.Errorf("making the workloads: %w", err)
	}
	return nil
}

// makeOne makes a Deployment, or what has its place among five.
func (s *stage) makeOne(ctx context.Context, home string, i int, d *appsv1.Deployment) error {
	options := metav1.CreateOptions{}
	switch i % 5 {
	case 3:
		set := &appsv1.StatefulSet{ObjectMeta: d.ObjectMeta, Spec: appsv1.StatefulSetSpec{
			ServiceName: d.Name, Replicas: d.Spec.Replicas, Selector: d.Spec.Selector, Template: d.Spec.Template,
			PodManagementPolicy: appsv1.ParallelPodManagement,
		}}
		_, err := s.client.AppsV1().StatefulSets(home).Create(ctx, set, options)
		return err
	case 4:
		pod := d.Spec.Template
		pod.Spec.RestartPolicy = corev1.RestartPolicyNever
		job := &batchv1.CronJob{ObjectMeta: d.ObjectMeta, Spec: batchv1.CronJobSpec{
			Schedule:    "0 0 31 2 *", // no such day
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: pod}},
		}}
		_, err := s.client.BatchV1().CronJobs(home).Create(ctx, job, options)
		return err
	}
	_, err := s.client.AppsV1().Deployments(home).Create(ctx, d, options)
	return err
}

// podsOfCrowd is how many pods there will be: a CronJob has none.
func podsOfCrowd(n int) int {
	pods := 0
	for i := range n {
		if i%5 != 4 {
			pods++
		}
	}
	return pods
}

func environmentOf(i int) []corev1.EnvVar {
	env := make([]corev1.EnvVar, 0, variables+1)
	for v := range variables {
		env = append(env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%02d", v), Value: "an ordinary value of some length"})
	}
	secret := "db-of-its-own"
	if i%10 == 0 || i%10 == 3 {
		secret = "db"
	}
	return append(env, corev1.EnvVar{Name: "DATABASE_URI", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: "url", Optional: new(true),
	}}})
}

// countRunning is satisfied by n pods that run.
func countRunning(n int) watchtools.ConditionFunc {
	running := map[string]bool{}
	return func(e watch.Event) (bool, error) {
		if pod, ok := e.Object.(*corev1.Pod); ok && pod.Status.Phase == corev1.PodRunning {
			running[pod.Name] = true
		}
		return len(running) == n, nil
	}
}
