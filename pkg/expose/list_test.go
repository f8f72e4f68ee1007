package expose

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

func TestList(t *testing.T) {
	services := []corev1.Service{
		*service(t, `{metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, type: NodePort, ports: [{port: 80, protocol: TCP, targetPort: 8080, nodePort: 30080}]}}`),
		*service(t, `{metadata: {name: api, namespace: shop}, spec: {selector: {app: api}, ports: [{name: grpc, port: 90, protocol: TCP}]}}`),
		*service(t, `{metadata: {name: hand, namespace: shop}, spec: {ports: [{port: 90, protocol: TCP}]}}`),
		*service(t, `{metadata: {name: lb, namespace: shop}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, protocol: TCP, targetPort: 8080}]}}`),
	}
	all := endpointSlices(t,
		`{metadata: {labels: {kubernetes.io/service-name: web}}, ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}}]}`,
		`{metadata: {labels: {kubernetes.io/service-name: lb}}, ports: [{name: "", port: 8080}], endpoints: [{targetRef: {name: a}}]}`,
		`{metadata: {labels: {kubernetes.io/service-name: api}}, ports: [{name: grpc, port: 90}], endpoints: [{targetRef: {name: b}, conditions: {ready: false}}]}`,
		`{metadata: {labels: {kubernetes.io/service-name: hand}}, ports: [{name: "", port: 6443}], endpoints: [{addresses: [192.0.2.1]}]}`,
	)
	ingresses := []networkingv1.Ingress{*ingress(t, `{metadata: {name: shop, namespace: shop}, spec: {rules: [{host: a.example.org, http: {paths: [
      {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}},
      {path: /api, pathType: Prefix, backend: {service: {name: api, port: {name: grpc}}}},
      {path: /no, pathType: Prefix, backend: {service: {name: web, port: {number: 81}}}},
      {path: /gone, pathType: Prefix, backend: {service: {name: gone, port: {number: 80}}}}]}}]},
      status: {loadBalancer: {ingress: [{ip: 192.0.2.7}]}}}`)}
	want := `service/api api.shop.svc:90  0 no endpoint is ready
service/hand hand.shop.svc:90  1 
service/lb http://lb.shop.svc/  1 the load balancer has no address
service/web http://web.shop.svc/  1 
service/web http://192.0.2.11:30080/  1 
ingress/shop http://a.example.org/ service/web:80 1 
ingress/shop http://a.example.org/api service/api:grpc 0 no endpoint is ready
ingress/shop http://a.example.org/no service/web:81 ? service/web has no port 81
ingress/shop http://a.example.org/gone service/gone:80 ? there is no service/gone`
	var got []string
	for _, e := range List(services, all, ingresses, []string{"192.0.2.11", "192.0.2.12"}) {
		ready := "?"
		if e.Ready != nil {
			ready = fmt.Sprint(*e.Ready)
		}
		got = append(got, strings.Join([]string{e.Object.String(), URLs([]Way{e.Way})[0], e.To, ready, e.Problem}, " "))
	}
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	for _, e := range List(services, nil, ingresses, nil) { // nobody may read EndpointSlices
		if e.Ready != nil || strings.Contains(e.Problem, "endpoint") {
			t.Errorf("%+v", e)
		}
	}
}
