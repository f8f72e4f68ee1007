package main

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// observation waits for one state of the server's, by a watch that is independent of what is measured.
type observation struct {
	what  string
	found chan time.Time // closed when the watch ends without it
}

func observe(ctx context.Context, what string, w watch.Interface, decisive func(watch.Event) bool) *observation {
	o := &observation{what: what, found: make(chan time.Time, 1)}
	go func() {
		defer close(o.found)
		defer w.Stop()
		for {
			select {
			case event, open := <-w.ResultChan():
				if !open {
					return
				}
				at := time.Now()
				if decisive(event) {
					o.found <- at
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return o
}

// wait returns the moment at which the state was seen.
func (o *observation) wait(ctx context.Context) (time.Time, error) {
	at, seen := <-o.found
	if !seen {
		if ctx.Err() != nil {
			return at, ctx.Err()
		}
		return at, fmt.Errorf("the watch of %s ended before what it waited for", o.what)
	}
	return at, nil
}

// observeDeployment waits for a state that comes after the one that is known.
func (s *stage) observeDeployment(ctx context.Context, d *appsv1.Deployment, wanted func(*appsv1.Deployment) bool) (*observation, error) {
	w, err := s.client.AppsV1().Deployments(namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector: "metadata.name=" + d.Name, ResourceVersion: d.ResourceVersion,
	})
	if err != nil {
		return nil, fmt.Errorf("observing deployment/%s: %w", d.Name, err)
	}
	return observe(ctx, "deployment/"+d.Name, w, func(e watch.Event) bool {
		now, ok := e.Object.(*appsv1.Deployment)
		return ok && e.Type != watch.Deleted && wanted(now)
	}), nil
}

// observePods waits until one pod of a Deployment is as wanted.
func (s *stage) observePods(ctx context.Context, name string, wanted func(*corev1.Pod) bool) (*observation, error) {
	w, err := s.client.CoreV1().Pods(namespace).Watch(ctx, metav1.ListOptions{LabelSelector: "app=" + name})
	if err != nil {
		return nil, fmt.Errorf("observing the pods of deployment/%s: %w", name, err)
	}
	return observe(ctx, "the pods of deployment/"+name, w, func(e watch.Event) bool {
		now, ok := e.Object.(*corev1.Pod)
		return ok && e.Type != watch.Deleted && wanted(now)
	}), nil
}
