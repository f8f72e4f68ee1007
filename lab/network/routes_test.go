package network

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func path(kind networkingv1.PathType, path, service string) networkingv1.HTTPIngressPath {
	return networkingv1.HTTPIngressPath{Path: path, PathType: &kind, Backend: to(service)}
}

func to(service string) networkingv1.IngressBackend {
	return networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: service, Port: networkingv1.ServiceBackendPort{Number: 80}}}
}

func ingress(name string, rules map[string][]networkingv1.HTTPIngressPath) *networkingv1.Ingress {
	i := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	for host, paths := range rules {
		i.Spec.Rules = append(i.Spec.Rules, networkingv1.IngressRule{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: paths},
		}})
	}
	return i
}

func TestRoutes(t *testing.T) {
	const prefix, exact = networkingv1.PathTypePrefix, networkingv1.PathTypeExact
	other := ingress("other", map[string][]networkingv1.HTTPIngressPath{"": {path(prefix, "/anywhere", "anywhere")}})
	other.Spec.DefaultBackend = new(to("default"))
	all := newRoutes([]*networkingv1.Ingress{other, ingress("shop", map[string][]networkingv1.HTTPIngressPath{
		"shop.example.org": {
			path(prefix, "/", "root"), path(prefix, "/orders", "orders"), path(prefix, "/orders/old/", "old"), path(exact, "/orders", "exact"),
			path(networkingv1.PathTypeImplementationSpecific, "/catalog", "catalog"),
		},
		"*.example.org": {path(prefix, "/", "wild")},
	})})
	for _, test := range []struct{ host, path, want string }{
		{"shop.example.org", "/", "root"},
		{"shop.example.org", "/other", "root"},
		{"shop.example.org:8080", "/catalog/7", "catalog"},
		{"Shop.Example.Org", "/catalog", "catalog"},
		{"shop.example.org", "/orders", "exact"},
		{"shop.example.org", "/orders/", "orders"},
		{"shop.example.org", "/orders/7", "orders"},
		{"shop.example.org", "/orders/old", "old"},
		{"shop.example.org", "/orders/older", "orders"},
		{"shop.example.org", "/ordersx", "root"},
		{"blog.example.org", "/orders", "wild"},
		{"a.b.example.org", "/orders", "default"},
		{"example.org", "/anywhere/x", "anywhere"},
		{"127.0.0.1:24000", "/", "default"},
	} {
		got, _ := all.find(test.host, test.path)
		if got.service != test.want || got.namespace != "shop" {
			t.Errorf("%s%s: %+v, want %s", test.host, test.path, got, test.want)
		}
	}
	if got, found := all[:1].find("127.0.0.1", "/"); found {
		t.Errorf("no rule, but %+v", got)
	}
}
