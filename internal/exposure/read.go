package exposure

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
)

// Pods reads the pods that a selector selects.
func (c Client) Pods(ctx context.Context, namespace string, selector map[string]string) ([]corev1.Pod, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return list(ctx, "pods", namespace, metav1.ListOptions{LabelSelector: expose.SelectorText(selector)}, client.CoreV1().Pods(namespace).List,
		func(l *corev1.PodList) []corev1.Pod { return l.Items })
}

// Nodes reads all nodes.
func (c Client) Nodes(ctx context.Context) ([]corev1.Node, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return list(ctx, "nodes", "", metav1.ListOptions{}, client.CoreV1().Nodes().List, func(l *corev1.NodeList) []corev1.Node { return l.Items })
}

// ServicesOf reads the Services of a namespace; of "" those of all.
func (c Client) ServicesOf(ctx context.Context, namespace string) ([]corev1.Service, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return list(ctx, "services", namespace, metav1.ListOptions{}, client.CoreV1().Services(namespace).List, func(l *corev1.ServiceList) []corev1.Service { return l.Items })
}

// list reads all pages of a list.
func list[L runtime.Object, T any](ctx context.Context, resource, namespace string, options metav1.ListOptions, read func(context.Context, metav1.ListOptions) (L, error), items func(L) []T) (all []T, err error) {
	err = cluster.Pages(ctx, options, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return read(ctx, o) },
		func(page runtime.Object) error {
			if l, ok := page.(L); ok {
				all = append(all, items(l)...)
			}
			return nil
		})
	return all, cluster.APIError(cluster.Call{Verb: "list", Resource: resource, Namespace: namespace, Object: resource}, err)
}

// IngressesOf reads the Ingresses of a namespace.
func (c Client) IngressesOf(ctx context.Context, namespace string) ([]networkingv1.Ingress, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return list(ctx, "ingresses", namespace, metav1.ListOptions{}, client.NetworkingV1().Ingresses(namespace).List, func(l *networkingv1.IngressList) []networkingv1.Ingress { return l.Items })
}

// Classes reads the IngressClasses of the cluster.
func (c Client) Classes(ctx context.Context) ([]networkingv1.IngressClass, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return list(ctx, "ingressclasses", "", metav1.ListOptions{}, client.NetworkingV1().IngressClasses().List, func(l *networkingv1.IngressClassList) []networkingv1.IngressClass { return l.Items })
}

// SlicesOf reads the EndpointSlices of a namespace.
func (c Client) SlicesOf(ctx context.Context, namespace string) ([]discoveryv1.EndpointSlice, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return list(ctx, "endpointslices", namespace, metav1.ListOptions{}, client.DiscoveryV1().EndpointSlices(namespace).List, func(l *discoveryv1.EndpointSliceList) []discoveryv1.EndpointSlice { return l.Items })
}
