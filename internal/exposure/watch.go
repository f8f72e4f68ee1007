package exposure

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Seen is what the watch of a Service has shown last.
type Seen struct {
	Slices  []discoveryv1.EndpointSlice
	Service *corev1.Service
	Ingress *networkingv1.Ingress
	// Err is why something can't be watched.
	Err error
}

// Watch follows a Service until its context ends: its EndpointSlices and, where their status matters, the Service itself
// and an Ingress.
type Watch struct {
	mu     sync.Mutex
	seen   Seen
	slices map[string]discoveryv1.EndpointSlice
	dirty  chan struct{}
}

// Changed has a value when something has changed since the last look.
func (w *Watch) Changed() <-chan struct{} { return w.dirty }

// Seen is the state now.
func (w *Watch) Seen() Seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	for _, s := range w.slices {
		seen.Slices = append(seen.Slices, s)
	}
	slices.SortFunc(seen.Slices, func(a, b discoveryv1.EndpointSlice) int { return strings.Compare(a.Name, b.Name) })
	return seen
}

func (w *Watch) update(change func()) {
	w.mu.Lock()
	change()
	w.mu.Unlock()
	select {
	case w.dirty <- struct{}{}:
	default:
	}
}

// Follow begins to watch a Service. status: its status is awaited, too. ingress is the name of one whose status is awaited.
func (c Client) Follow(ctx context.Context, service workload.Ref, status bool, ingress string) (*Watch, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	w := &Watch{slices: map[string]discoveryv1.EndpointSlice{}, dirty: make(chan struct{}, 1)}
	go w.follow(ctx, "endpointslices", service.Namespace, client.DiscoveryV1().EndpointSlices(service.Namespace).Watch,
		metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=" + service.Name},
		func() { clear(w.slices) },
		func(o runtime.Object, gone bool) {
			s, ok := o.(*discoveryv1.EndpointSlice)
			switch {
			case !ok:
			case gone:
				delete(w.slices, s.Name)
			default:
				w.slices[s.Name] = *s
			}
		})
	named := func(name string) metav1.ListOptions {
		return metav1.ListOptions{FieldSelector: "metadata.name=" + name}
	}
	if status {
		go w.follow(ctx, "services", service.Namespace, client.CoreV1().Services(service.Namespace).Watch, named(service.Name), func() {},
			func(o runtime.Object, _ bool) { w.seen.Service, _ = o.(*corev1.Service) })
	}
	if ingress != "" {
		go w.follow(ctx, "ingresses", service.Namespace, client.NetworkingV1().Ingresses(service.Namespace).Watch, named(ingress), func() {},
			func(o runtime.Object, _ bool) { w.seen.Ingress, _ = o.(*networkingv1.Ingress) })
	}
	return w, nil
}

// again is the pause before a watch that has ended is begun anew.
const again = time.Second

// follow keeps a part of the state up to date. A watch without a resourceVersion begins with the objects that are there, so
// that no list is needed.
func (w *Watch) follow(ctx context.Context, resource, namespace string, begin func(context.Context, metav1.ListOptions) (watch.Interface, error), options metav1.ListOptions, reset func(), take func(o runtime.Object, gone bool)) {
	for ctx.Err() == nil {
		stream, err := begin(ctx, options)
		if err != nil {
			err = cluster.APIError(cluster.Call{Verb: "watch", Resource: resource, Namespace: namespace, Object: resource}, err)
			w.update(func() { w.seen.Err = err })
			if cluster.Is(err, cluster.Forbidden, cluster.Unauthorized) {
				return
			}
		} else {
			w.update(func() { reset(); w.seen.Err = nil })
			for event := range stream.ResultChan() {
				if event.Type == watch.Error {
					break
				}
				w.update(func() { take(event.Object, event.Type == watch.Deleted) })
			}
			stream.Stop()
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}
