package expose

import (
	"errors"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

func ingress(t *testing.T, text string) *networkingv1.Ingress {
	t.Helper()
	if text == "" {
		return nil
	}
	in := &networkingv1.Ingress{}
	if err := yaml.UnmarshalStrict([]byte(text), in); err != nil {
		t.Fatal(err)
	}
	return in
}

const shop = `{metadata: {name: shop}, spec: {ingressClassName: nginx, tls: [{hosts: [shop.example.org, www.example.org], secretName: old}], rules: [
  {host: shop.example.org, http: {paths: [{path: /catalog, pathType: Prefix, backend: {service: {name: catalog, port: {number: 5000}}}}]}},
  {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: www, port: {name: http}}}}]}}]}}`

// all serves every host with one certificate.
const all = `{metadata: {name: shop}, spec: {tls: [{secretName: all}], rules: [
  {host: shop.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: orders, port: {number: 5000}}}}]}},
  {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: www, port: {name: http}}}}]}}]}}`

// split has two rules of one host: a path that each controller reads in its own way, and one that leads to no Service.
const split = `{metadata: {name: shop}, spec: {tls: [{hosts: [shop.example.org], secretName: old}], rules: [
  {host: shop.example.org, http: {paths: [{path: /, pathType: ImplementationSpecific, backend: {service: {name: shop, port: {number: 80}}}}]}},
  {host: shop.example.org, http: {paths: [{path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}, {path: /files, pathType: Prefix, backend: {resource: {kind: Bucket, name: files}}}]}}]}}`

func TestPlanIngress(t *testing.T) {
	for name, test := range map[string]struct {
		now   string
		route Route
		want  string
		fault string
	}{
		"a new one":                           {route: Route{Path: "/orders", Class: "nginx"}, want: "ingressClassName >nginx; path shop.example.org/orders >service/orders:5000"},
		"another path":                        {now: shop, route: Route{Path: "/orders"}, want: "path shop.example.org/orders >service/orders:5000"},
		"another host":                        {now: shop, route: Route{Host: "api.example.org", Path: "/"}, want: "path api.example.org/ >service/orders:5000"},
		"exact beside prefix":                 {now: shop, route: Route{Path: "/catalog", Type: networkingv1.PathTypeExact}, want: "path shop.example.org/catalog service/catalog:5000>"},
		"the same again":                      {now: shop, route: Route{Path: "/catalog", Service: "catalog"}},
		"the same with a slash":               {now: shop, route: Route{Path: "/catalog/", Service: "catalog"}},
		"another port":                        {now: shop, route: Route{Path: "/catalog", Service: "catalog", Port: networkingv1.ServiceBackendPort{Number: 80}}, want: "path shop.example.org/catalog service/catalog:5000>service/catalog:80"},
		"a path of another service":           {now: shop, route: Route{Path: "/catalog"}, fault: "shop.example.org/catalog leads to service/catalog:5000 already (ingress/shop): choose another --path, or take it over with --force"},
		"taken over":                          {now: shop, route: Route{Path: "/catalog", Force: true}, want: "path shop.example.org/catalog service/catalog:5000>service/orders:5000"},
		"a path as the controller reads it":   {now: split, route: Route{Path: "/"}, fault: "shop.example.org/ leads to service/shop:80 already"},
		"its own, as the controller reads it": {now: split, route: Route{Path: "/", Service: "shop", Port: networkingv1.ServiceBackendPort{Number: 80}}},
		"a path in another rule of the host":  {now: split, route: Route{Path: "/api"}, fault: "shop.example.org/api leads to service/api:80 already"},
		"a resource":                          {now: split, route: Route{Path: "/files"}, fault: "shop.example.org/files leads to a resource already"},
		"a resource, taken over":              {now: split, route: Route{Path: "/files", Force: true}, want: "path shop.example.org/files a resource>service/orders:5000"},
		"the class of all its paths":          {now: shop, route: Route{Path: "/orders", Class: "traefik"}, fault: "ingress/shop has the class nginx, and all its paths would get traefik"},
		"its own class":                       {now: shop, route: Route{Path: "/orders", Class: "nginx"}, want: "path shop.example.org/orders >service/orders:5000"},
		"the certificate that it has":         {now: shop, route: Route{Path: "/catalog", Service: "catalog", TLS: "old"}},
		"another certificate": {
			now: shop, route: Route{Path: "/catalog", Service: "catalog", TLS: "new"},
			want: "tls shop.example.org,www.example.org by secret/old>www.example.org by secret/old; shop.example.org by secret/new",
		},
		"a certificate of all hosts":   {now: all, route: Route{Path: "/", TLS: "all"}},
		"one beside that of all hosts": {now: all, route: Route{Path: "/", TLS: "new"}, want: "tls  by secret/all> by secret/all; shop.example.org by secret/new"},
		"a certificate for a new host": {now: shop, route: Route{Host: "api.example.org", Path: "/", TLS: "old"}, want: "path api.example.org/ >service/orders:5000; tls shop.example.org,www.example.org by secret/old>shop.example.org,www.example.org,api.example.org by secret/old"},
	} {
		t.Run(name, func(t *testing.T) {
			now, r := ingress(t, test.now), test.route
			if r.Host == "" {
				r.Host = "shop.example.org"
			}
			if r.Type == "" {
				r.Type = networkingv1.PathTypePrefix
			}
			if r.Service == "" {
				r.Service = "orders"
			}
			if r.Port.Number == 0 {
				r.Port.Number = 5000
			}
			in, err := PlanIngress(now, "shop", &r)
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Fatalf("error %v, want %q", err, test.fault)
			}
			if err != nil {
				return
			}
			if now == nil {
				now = &networkingv1.Ingress{}
			} else if again := ingress(t, test.now); len(IngressChanges(again, now)) > 0 {
				t.Error("the Ingress that was read is changed")
			}
			var got []string
			for _, c := range IngressChanges(now, in) {
				got = append(got, c.Field+" "+c.From+">"+c.To)
			}
			if name == "exact beside prefix" { // one path of two types
				if n := len(in.Spec.Rules[0].HTTP.Paths); n != 2 {
					t.Errorf("%d paths", n)
				}
				return
			}
			if strings.Join(got, "; ") != test.want {
				t.Errorf("changes %q, want %q", got, test.want)
			}
		})
	}
}

func TestChooseIngress(t *testing.T) {
	const named = `{metadata: {name: %s}, spec: {rules: [{host: %s, http: {paths: [{path: %s, pathType: Prefix, backend: {service: {name: a}}}]}}]}}`
	of := func(name, host, path string) string {
		return strings.Replace(strings.Replace(strings.Replace(named, "%s", name, 1), "%s", `"`+host+`"`, 1), "%s", path, 1)
	}
	solver := func(text string) string {
		return strings.Replace(text, "metadata: {", "metadata: {ownerReferences: [{apiVersion: v1, kind: Challenge, name: c, uid: c, controller: true}], ", 1)
	}
	for name, test := range map[string]struct {
		host string
		all  []string
		want string
		new  bool
	}{
		"none":                  {host: "shop.example.org", want: "shop.example.org", new: true},
		"a wildcard":            {host: "*.example.org", want: "wildcard.example.org", new: true},
		"that of the host":      {host: "shop.example.org", all: []string{of("a", "api.example.org", "/"), of("b", "shop.example.org", "/")}, want: "b"},
		"that with the path":    {host: "shop.example.org", all: []string{of("a", "shop.example.org", "/"), of("b", "shop.example.org", "/orders")}, want: "b"},
		"that of the same name": {host: "shop.example.org", all: []string{of("a", "shop.example.org", "/"), of("shop.example.org", "shop.example.org", "/x")}, want: "shop.example.org"},
		"two":                   {host: "shop.example.org", all: []string{of("a", "shop.example.org", "/"), of("b", "shop.example.org", "/x")}, want: "ingress/a and ingress/b have rules for the host shop.example.org"},
		"that of a controller":  {host: "shop.example.org", all: []string{solver(of("a", "shop.example.org", "/orders")), of("b", "shop.example.org", "/")}, want: "b"},
		"its name is taken":     {host: "shop.example.org", all: []string{solver(of("shop.example.org", "shop.example.org", "/"))}, want: "ingress/shop.example.org belongs to Challenge c"},
		"the name is taken":     {host: "shop.example.org", all: []string{of("shop.example.org", "x.example.org", "/")}, want: "ingress/shop.example.org exists and has no rule for the host shop.example.org"},
	} {
		t.Run(name, func(t *testing.T) {
			var all []networkingv1.Ingress
			for _, text := range test.all {
				all = append(all, *ingress(t, text))
			}
			got, now, err := ChooseIngress(all, &Route{Host: test.host, Path: "/orders", Type: networkingv1.PathTypePrefix})
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, test.want) || err == nil && (now == nil) != test.new {
				t.Errorf("%s (new %t), want %s (%t)", got, now == nil, test.want, test.new)
			}
		})
	}
}

func TestRouteInput(t *testing.T) {
	for text, want := range map[string]string{
		"/":              "/ Prefix",
		"/orders=Exact":  "/orders Exact",
		"/orders=Prefix": "/orders Prefix",
		"orders":         "--path=orders: a path begins with /: did you mean /orders?",
		"/a//b":          "no path of an Ingress may have //",
		"/a/../b":        "no path of an Ingress may have //",
		"/a?b":           "a path has no blank, ? or #",
		"/a=Regex":       "the type of a path is Prefix or Exact, not Regex",
	} {
		path, kind, err := ParsePath(text)
		got := path + " " + string(kind)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for host, want := range map[string]string{
		"shop.example.org":          "",
		"*.example.org":             "",
		"http://shop.example.org/a": "give the name alone, without http:// or https://: --host=shop.example.org",
		"shop.example.org:8080":     "an Ingress has no ports of its own (:8080): --host=shop.example.org",
		"shop.example.org/orders":   "give the path with --path: --host=shop.example.org --path=/orders",
		"Shop_1.example.org":        "did you mean shop-1.example.org?",
		"*example.org":              "is not a name of a host",
		"-":                         "is not a name of a host",
	} {
		var input *InputError
		if err := CheckHost(host); (err == nil) != (want == "") || err != nil && (!errors.As(err, &input) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", host, err, want)
		}
	}
}

func TestChooseClass(t *testing.T) {
	class := func(name, isDefault string) networkingv1.IngressClass {
		c := networkingv1.IngressClass{}
		c.Name, c.Annotations = name, map[string]string{networkingv1.AnnotationIsDefaultIngressClass: isDefault}
		return c
	}
	for name, test := range map[string]struct {
		classes []networkingv1.IngressClass
		wanted  string
		want    string
	}{
		"the default":       {[]networkingv1.IngressClass{class("a", ""), class("nginx", "true")}, "", "nginx"},
		"the one asked for": {[]networkingv1.IngressClass{class("a", ""), class("nginx", "true")}, "a", "a"},
		"no default":        {[]networkingv1.IngressClass{class("b", ""), class("a", "false")}, "", "the cluster has no default IngressClass: choose one with --ingress-class; there are: a, b"},
		"none":              {nil, "", "there is none: a controller for Ingresses has to be installed first"},
		"a wrong one":       {[]networkingv1.IngressClass{class("nginx", "")}, "ngnix", "no ingressclass/ngnix; did you mean nginx?"},
		"two defaults":      {[]networkingv1.IngressClass{class("a", "true"), class("b", "true")}, "", "the cluster has several default IngressClasses"},
	} {
		got, err := ChooseClass(test.classes, test.wanted)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestBackendPort(t *testing.T) {
	for text, want := range map[string]int32{
		`{spec: {ports: [{port: 81}]}}`:                                        81,
		`{spec: {ports: [{port: 53, protocol: UDP}, {port: 80}]}}`:             80,
		`{spec: {ports: [{name: http, port: 443, protocol: UDP}]}}`:            0,
		`{spec: {clusterIP: None}}`:                                            0,
		`{spec: {ports: [{name: metrics, port: 90}, {name: http, port: 80}]}}`: 80,
		`{spec: {ports: [{name: a, port: 1}, {name: b, port: 2}]}}`:            1,
	} {
		if got, err := BackendPort(service(t, text)); got.Number != want || (err == nil) != (want != 0) {
			t.Errorf("%s: %d %v", text, got.Number, err)
		}
	}
}
