package network

import (
	"cmp"
	"net"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// backend is a port of a Service.
type backend struct {
	namespace, service string
	port               networkingv1.ServiceBackendPort
}

// route leads requests for a host and a path to a backend. An empty host means all of them.
type route struct {
	host, path string
	exact      bool
	backend    backend
}

// routes are those of all Ingresses, in the order in which they are tried.
type routes []route

// newRoutes reads Ingresses by the rules of networking.k8s.io/v1: an exact host goes before a wildcard, an exact path
// before a prefix, and a longer path before a shorter one; a default backend comes last.
func newRoutes(ingresses []*networkingv1.Ingress) routes {
	var all routes
	add := func(i *networkingv1.Ingress, host string, path networkingv1.HTTPIngressPath) {
		if path.Backend.Service == nil {
			return
		}
		r := route{host: strings.ToLower(host), path: path.Path, exact: path.PathType != nil && *path.PathType == networkingv1.PathTypeExact}
		r.backend = backend{namespace: i.Namespace, service: path.Backend.Service.Name, port: path.Backend.Service.Port}
		all = append(all, r)
	}
	for _, i := range ingresses {
		for _, rule := range i.Spec.Rules {
			if rule.HTTP == nil {
				continue
			}
			for _, path := range rule.HTTP.Paths {
				add(i, rule.Host, path)
			}
		}
		if i.Spec.DefaultBackend != nil {
			add(i, "", networkingv1.HTTPIngressPath{Backend: *i.Spec.DefaultBackend})
		}
	}
	slices.SortStableFunc(all, func(a, b route) int {
		return cmp.Or(
			cmp.Compare(kindOfHost(a.host), kindOfHost(b.host)),
			cmp.Compare(len(b.host), len(a.host)),
			cmp.Compare(kindOfPath(a), kindOfPath(b)),
			cmp.Compare(len(b.path), len(a.path)),
		)
	})
	return all
}

func kindOfHost(host string) int {
	switch {
	case host == "":
		return 2
	case strings.HasPrefix(host, "*."):
		return 1
	}
	return 0
}

func kindOfPath(r route) int {
	if r.exact {
		return 0
	}
	return 1
}

// find returns the backend for a request. The paths of a host that fits better hide those of the others.
func (all routes) find(hostPort, path string) (backend, bool) {
	host := strings.ToLower(hostPort)
	if name, _, err := net.SplitHostPort(hostPort); err == nil {
		host = strings.ToLower(name)
	}
	for _, r := range all {
		if r.forHost(host) && r.forPath(path) {
			return r.backend, true
		}
	}
	return backend{}, false
}

// forHost tells whether a route is for a host. A wildcard stands for one label.
func (r route) forHost(host string) bool {
	if suffix, wild := strings.CutPrefix(r.host, "*"); wild {
		label, found := strings.CutSuffix(host, suffix)
		return found && label != "" && !strings.Contains(label, ".")
	}
	return r.host == "" || r.host == host
}

// forPath tells whether a route is for a path. A prefix is one of whole elements.
func (r route) forPath(path string) bool {
	if r.exact {
		return path == r.path
	}
	prefix := strings.TrimSuffix(r.path, "/")
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}
