package expose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Entry is one way into a namespace.
type Entry struct {
	Object workload.Ref
	Way    Way
	// To is where an Ingress leads; "" for a Service.
	To string
	// Ready counts the ready endpoints of the Service; nil where that is not known.
	Ready *int
	// Problem is why nothing answers; "" if nothing is known.
	Problem string
}

// List are the ways into a namespace: those of Services, then those of Ingresses. Without permission for EndpointSlices,
// slices is nil.
func List(services []corev1.Service, all []discoveryv1.EndpointSlice, ingresses []networkingv1.Ingress, nodes []string) []Entry {
	bySlice := map[string][]discoveryv1.EndpointSlice{}
	for i := range all {
		name := all[i].Labels[discoveryv1.LabelServiceName]
		bySlice[name] = append(bySlice[name], all[i])
	}
	byName := map[string]*corev1.Service{}
	var entries []Entry
	for i := range services {
		s := &services[i]
		byName[s.Name] = s
		e := Entry{Object: workload.Ref{Kind: kindService, Namespace: s.Namespace, Name: s.Name}}
		e.Ready, e.Problem = answers(s, bySlice[s.Name], all != nil)
		for _, w := range ServiceWays(s, nodes[:min(1, len(nodes))]) {
			e.Way = w
			entries = append(entries, e)
		}
	}
	for i := range ingresses {
		entries = append(entries, ingressEntries(&ingresses[i], byName, bySlice, all != nil)...)
	}
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(-cmp.Compare(a.Object.Kind, b.Object.Kind), cmp.Compare(a.Object.Name, b.Object.Name))
	})
	return entries
}

// answers counts the ready endpoints of a Service, and says what is wrong with it.
func answers(s *corev1.Service, own []discoveryv1.EndpointSlice, read bool) (ready *int, problem string) {
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		return nil, ""
	case s.Spec.Type == corev1.ServiceTypeLoadBalancer && len(s.Status.LoadBalancer.Ingress) == 0:
		problem = "the load balancer has no address"
	}
	if !read {
		return nil, problem
	}
	e := CountEndpoints(s, own)
	switch {
	case len(e.Without) > 0:
		problem = "no pod has the port that " + e.Without[0] + " leads to"
	case e.Ready == 0 && e.NotReady == 0:
		problem = "it has no endpoint"
	case e.Ready == 0:
		problem = "no endpoint is ready"
	}
	return &e.Ready, problem
}

func ingressEntries(in *networkingv1.Ingress, services map[string]*corev1.Service, own map[string][]discoveryv1.EndpointSlice, read bool) (entries []Entry) {
	add := func(host, path string, backend *networkingv1.IngressBackend) {
		r := Route{Host: cmp.Or(host, "*"), Path: cmp.Or(path, "/")}
		e := Entry{Object: workload.Ref{Kind: kindIngress, Namespace: in.Namespace, Name: in.Name}, Way: RouteWay(&r, in), To: backendText(backend)}
		if len(in.Status.LoadBalancer.Ingress) == 0 {
			e.Problem = "the ingress has no address"
		}
		if b := backend.Service; b != nil {
			switch s := services[b.Name]; {
			case s == nil:
				e.Problem = "there is no service/" + b.Name
			case !hasBackendPort(s, b.Port):
				e.Problem = fmt.Sprintf("service/%s has no port %s", b.Name, strings.TrimPrefix(e.To, "service/"+b.Name+":"))
			default:
				var problem string
				e.Ready, problem = answers(s, own[s.Name], read)
				e.Problem = cmp.Or(e.Problem, problem)
			}
		}
		entries = append(entries, e)
	}
	if in.Spec.DefaultBackend != nil {
		add("", "", in.Spec.DefaultBackend)
	}
	for _, rule := range in.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for i := range rule.HTTP.Paths {
			add(rule.Host, rule.HTTP.Paths[i].Path, &rule.HTTP.Paths[i].Backend)
		}
	}
	return entries
}

func hasBackendPort(s *corev1.Service, port networkingv1.ServiceBackendPort) bool {
	return slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool {
		return port.Name != "" && p.Name == port.Name || port.Name == "" && p.Port == port.Number
	})
}
