package inspect

import (
	"context"
	"errors"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
)

// eventsRead reads the events of one object.
type eventsRead struct {
	uid  types.UID // "" for that of a claim
	read func(context.Context) error
}

// starts tells whether an object is a pod of which nothing is known but that its containers are not started yet.
func (w *wanting) starts(uid types.UID) bool {
	return slices.ContainsFunc(w.Objects, func(o metav1.Object) bool {
		pod, ok := o.(*corev1.Pod)
		if !ok || pod.UID != uid || pod.Status.Phase != corev1.PodPending || pod.Spec.NodeName == "" {
			return false
		}
		return !slices.ContainsFunc(slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses), func(c corev1.ContainerStatus) bool {
			waits := c.State.Waiting
			return waits != nil && waits.Reason != "" && waits.Reason != "ContainerCreating" && waits.Reason != "PodInitializing"
		})
	})
}

// eventsOf tells whether events about an entry were found.
func (r *evidenceReads) eventsOf(w *wanting) bool {
	return slices.ContainsFunc(r.in(w.Ref.Namespace).seen.Events, func(e *corev1.Event) bool { return w.uids[e.InvolvedObject.UID] })
}

// ordinary are the reasons of most events, which are about pods that are well. The API server looks at all events for each
// list, whatever it selects.
var ordinary = []string{
	"Scheduled", "Pulling", "Pulled", "Created", "Started", "SuccessfulCreate", "SuccessfulDelete", "ScalingReplicaSet", "Completed", "SawCompletedJob",
}

// listEvents lists events, and keeps those of interesting objects.
func (r *evidenceReads) listEvents(ctx context.Context) error {
	client, err := r.cluster.Typed()
	if err != nil {
		return err
	}
	pages := 0
	err = cluster.Pages(ctx, metav1.ListOptions{FieldSelector: "reason!=" + strings.Join(ordinary, ",reason!=")},
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return client.CoreV1().Events(r.namespace).List(ctx, o)
		},
		func(page runtime.Object) error {
			list, ok := page.(*corev1.EventList)
			if !ok {
				return nil
			}
			var found []*corev1.Event
			for k := range list.Items {
				if e := &list.Items[k]; r.interesting[e.InvolvedObject.UID] {
					e.ManagedFields = nil
					found = append(found, e)
				}
			}
			r.cluster.Redactor().Events(found...)
			for _, e := range found {
				i := r.in(e.Namespace)
				i.mu.Lock()
				i.seen.Events = append(i.seen.Events, e)
				i.mu.Unlock()
			}
			if pages++; pages == mostEvents && list.Continue != "" {
				return errEnough
			}
			return nil
		})
	if errors.Is(err, errEnough) {
		r.bounds.reached("only %d pages of events were read: kubectl app why TYPE/NAME reads those of one workload", mostEvents)
		return together(ctx, r.unlisted()...)
	}
	for _, i := range r.namespaces() {
		i.unread(err, "list", "events", r.namespace)
	}
	return nil
}

// unlisted reads the events of a few objects of which the list had none before it was cut.
func (r *evidenceReads) unlisted() []func(context.Context) error {
	listed := map[types.UID]bool{}
	for _, i := range r.namespaces() {
		i.mu.Lock()
		for _, e := range i.seen.Events {
			listed[e.InvolvedObject.UID] = true
		}
		i.mu.Unlock()
	}
	var work []func(context.Context) error
	for _, o := range r.byObject {
		if !listed[o.uid] && len(work) < mostUnlisted {
			work = append(work, o.read)
		}
	}
	return work
}
