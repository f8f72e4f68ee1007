package check

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// Endpoints are the ready pods that each Service sends requests to, by the name of the Service.
func (f Facts) Endpoints() map[string][]string {
	ready := map[string][]string{}
	for _, service := range Decode[corev1.Service](f, "services") {
		ready[service.Name] = []string{}
	}
	for _, slice := range Decode[discoveryv1.EndpointSlice](f, "endpointslices") {
		service := slice.Labels[discoveryv1.LabelServiceName]
		for _, endpoint := range slice.Endpoints {
			isReady := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready
			if isReady && endpoint.TargetRef != nil && !slices.Contains(ready[service], endpoint.TargetRef.Name) {
				ready[service] = append(ready[service], endpoint.TargetRef.Name)
			}
		}
	}
	return ready
}
