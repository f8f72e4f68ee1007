package expose

import (
	"cmp"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
)

func TestRemovePath(t *testing.T) {
	for name, test := range map[string]struct {
		now   string
		route Route
		want  string
		fault string
	}{
		"the only path of a host":    {"", Route{Host: "www.example.org", Path: "/", Service: "www"}, "path www.example.org/ service/www:http>; tls shop.example.org,www.example.org by secret/old>shop.example.org by secret/old", ""},
		"a path of another service":  {"", Route{Host: "shop.example.org", Path: "/catalog", Service: "orders"}, "", "shop.example.org/catalog leads to service/catalog:5000, not to service/orders"},
		"a certificate of all hosts": {all, Route{Host: "www.example.org", Path: "/", Service: "www"}, "path www.example.org/ service/www:http>", ""},
		"one of two rules":           {split, Route{Host: "shop.example.org", Path: "/", Service: "shop"}, "path shop.example.org/ service/shop:80>", ""},
		"a path in the second rule":  {split, Route{Host: "shop.example.org", Path: "/api", Service: "api"}, "path shop.example.org/api service/api:80>", ""},
		"by force":                   {"", Route{Host: "shop.example.org", Path: "/catalog", Service: "orders", Force: true}, "path shop.example.org/catalog service/catalog:5000>; tls shop.example.org,www.example.org by secret/old>www.example.org by secret/old", ""},
		"a path that is not there":   {"", Route{Host: "shop.example.org", Path: "/orders", Service: "orders"}, "", "no Ingress leads from shop.example.org/orders: nothing to remove"},
		"a host that is not there":   {"", Route{Host: "x.example.org", Path: "/", Service: "orders"}, "", "no Ingress leads from x.example.org/"},
	} {
		t.Run(name, func(t *testing.T) {
			now, r := ingress(t, cmp.Or(test.now, shop)), test.route
			r.Type = networkingv1.PathTypePrefix
			in, err := RemovePath(now, &r)
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Fatalf("error %v, want %q", err, test.fault)
			}
			if err != nil {
				return
			}
			var got []string
			for _, c := range IngressChanges(now, in) {
				got = append(got, c.Field+" "+c.From+">"+c.To)
			}
			if strings.Join(got, "; ") != test.want {
				t.Errorf("changes %q, want %q", got, test.want)
			}
		})
	}
	last := ingress(t, `{metadata: {name: a}, spec: {rules: [{host: a.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}`)
	if in, err := RemovePath(last, &Route{Host: "a.example.org", Path: "/", Type: networkingv1.PathTypePrefix, Service: "web"}); in != nil || err != nil {
		t.Errorf("nothing is left, but %v %v", in, err)
	}
}

func TestCheckRemove(t *testing.T) {
	target := app(t, one)
	own := service(t, `{metadata: {name: web}, spec: {selector: {app: web}}}`)
	led := []networkingv1.Ingress{*ingress(t, `{metadata: {name: a}, spec: {rules: [{host: a.example.org, http: {paths: [{path: /x, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}`)}
	if err := CheckRemove(&target, "web", own, nil, false); err != nil {
		t.Error(err)
	}
	if err := CheckRemove(&target, "web", nil, nil, false); err == nil || !strings.Contains(err.Error(), "there is no service/web: nothing to remove") {
		t.Error(err)
	}
	if err := CheckRemove(&target, "web", service(t, `{spec: {selector: {app: api}}}`), nil, false); err == nil || !strings.Contains(err.Error(), "does not select the pods of deployment/web") {
		t.Error(err)
	}
	if err := CheckRemove(&target, "web", own, led, false); err == nil || !strings.Contains(err.Error(), "a.example.org/x leads to service/web: remove that first") {
		t.Error(err)
	}
	if err := CheckRemove(&target, "web", own, led, true); err != nil {
		t.Error(err)
	}
}
