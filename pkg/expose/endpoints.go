package expose

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Endpoints are those of a Service.
type Endpoints struct {
	// Ready can be reached on every port of the Service.
	Ready int `json:"ready"`
	// NotReady are pods that the Service selects, and that get no requests.
	NotReady int `json:"notReady"`
	// Without are ports that no pod has: the name that they lead to is not found in any. A number is never missing: a slice
	// without it is from before the last change.
	Without []string `json:"portsWithoutEndpoint,omitempty"`
	// Seen: a controller has written them, even if there are none.
	Seen bool `json:"-"`
	// Nodes are those with a ready endpoint.
	Nodes []string `json:"-"`
}

// CountEndpoints counts the endpoints of a Service. Slices with other ports than the Service has now are from before its
// last change. A dual-stack Service has a slice for each family: a pod counts once.
func CountEndpoints(s *corev1.Service, all []discoveryv1.EndpointSlice) Endpoints {
	e := Endpoints{Seen: len(all) > 0}
	seen, ready, nodes := map[string]bool{}, map[string]int{}, map[string]bool{}
	ports := s.Spec.Ports
	for i := range ports {
		for endpoint, node := range readyOn(s, &ports[i], all) {
			ready[endpoint]++
			nodes[node] = true
		}
	}
	for _, slice := range all {
		for _, endpoint := range slice.Endpoints {
			name := endpointName(&endpoint)
			seen[name] = true
			if len(ports) == 0 && endpointReady(&endpoint) { // headless
				ready[name] = 0
			}
		}
	}
	for _, n := range ready {
		if n == len(ports) {
			e.Ready++
		}
	}
	for i := range ports {
		if ports[i].TargetPort.Type == intstr.String && e.Ready == 0 && hasReady(all) && len(readyOn(s, &ports[i], all)) == 0 {
			e.Without = append(e.Without, PortText(ports[i]))
		}
	}
	e.NotReady = len(seen) - e.Ready
	for node := range nodes {
		if node != "" {
			e.Nodes = append(e.Nodes, node)
		}
	}
	slices.Sort(e.Nodes)
	return e
}

// OfPods leaves out the endpoints that are none of the pods.
func OfPods(all []discoveryv1.EndpointSlice, pods []corev1.Pod) []discoveryv1.EndpointSlice {
	known := map[types.UID]bool{}
	for i := range pods {
		known[pods[i].UID] = true
	}
	kept := make([]discoveryv1.EndpointSlice, 0, len(all))
	for _, slice := range all {
		slice.Endpoints = slices.DeleteFunc(slices.Clone(slice.Endpoints), func(e discoveryv1.Endpoint) bool { return e.TargetRef == nil || !known[e.TargetRef.UID] })
		kept = append(kept, slice)
	}
	return kept
}

// readyOn maps the ready endpoints of a port to their nodes.
func readyOn(s *corev1.Service, p *corev1.ServicePort, all []discoveryv1.EndpointSlice) map[string]string {
	found := map[string]string{}
	for _, slice := range all {
		if !slicePort(s, &slice, p) {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			if endpointReady(&endpoint) {
				node := ""
				if endpoint.NodeName != nil {
					node = *endpoint.NodeName
				}
				found[endpointName(&endpoint)] = node
			}
		}
	}
	return found
}

func slicePort(s *corev1.Service, slice *discoveryv1.EndpointSlice, p *corev1.ServicePort) bool {
	return slices.ContainsFunc(slice.Ports, func(q discoveryv1.EndpointPort) bool {
		target := p.TargetPort
		if target.String() == "0" || target.String() == "" {
			target = intstr.FromInt32(p.Port)
		}
		return q.Port != nil && (q.Name == nil && p.Name == "" || q.Name != nil && *q.Name == p.Name) &&
			(q.Protocol == nil || *q.Protocol == p.Protocol) &&
			(target.Type == intstr.String || *q.Port == target.IntVal || len(s.Spec.Selector) == 0) // endpoints made by hand have ports of their own
	})
}

func hasReady(all []discoveryv1.EndpointSlice) bool {
	return slices.ContainsFunc(all, func(s discoveryv1.EndpointSlice) bool {
		return slices.ContainsFunc(s.Endpoints, func(e discoveryv1.Endpoint) bool { return endpointReady(&e) })
	})
}

// endpointReady tells whether a pod is ready itself: with publishNotReadyAddresses, every endpoint is called ready.
func endpointReady(e *discoveryv1.Endpoint) bool {
	return (e.Conditions.Ready == nil || *e.Conditions.Ready) && (e.Conditions.Serving == nil || *e.Conditions.Serving)
}

func endpointName(e *discoveryv1.Endpoint) string {
	switch {
	case e.TargetRef != nil:
		return e.TargetRef.Name
	case len(e.Addresses) > 0:
		return " " + e.Addresses[0]
	}
	return ""
}
