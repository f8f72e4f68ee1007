package door

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func shop(class string, age time.Duration) *networkingv1.Ingress {
	i := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop", CreationTimestamp: metav1.NewTime(noon.Add(-age))}}
	if class != "" {
		i.Spec.IngressClassName = &class
	}
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "orders", Port: networkingv1.ServiceBackendPort{Number: 5000}}}
	i.Spec.Rules = []networkingv1.IngressRule{{Host: "shop.example.org", IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
		Paths: []networkingv1.HTTPIngressPath{{Path: "/orders", Backend: backend}},
	}}}}
	return i
}

func TestClass(t *testing.T) {
	lab := networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: "lab"}, Spec: networkingv1.IngressClassSpec{Controller: "example.org/lab"}}
	served := shop("lab", time.Hour)
	served.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "127.0.0.1"}}
	annotated := shop("", time.Hour)
	annotated.Annotations = map[string]string{"kubernetes.io/ingress.class": "nginx"}
	for _, test := range []struct {
		ingress *networkingv1.Ingress
		classes []networkingv1.IngressClass
		unread  bool
		state   chain.State
		says    string
	}{
		{ingress: served, classes: []networkingv1.IngressClass{lab}},
		{ingress: served, unread: true},
		{ingress: shop("nginx", time.Second), state: chain.Failing, says: "no controller for class nginx: this class does not exist; there is no class"},
		{ingress: shop("nginx", time.Second), classes: []networkingv1.IngressClass{lab}, state: chain.Failing, says: "no controller for class nginx: this class does not exist; there are: lab"},
		{ingress: shop("lba", time.Second), classes: []networkingv1.IngressClass{lab}, state: chain.Failing, says: `did you mean "lab"?`},
		{ingress: annotated, classes: []networkingv1.IngressClass{lab}, state: chain.Failing, says: "no controller for class nginx"},
		{ingress: shop("", time.Hour), classes: []networkingv1.IngressClass{lab}, state: chain.Failing, says: "names no class"},
		{ingress: shop("lab", 10*time.Second), classes: []networkingv1.IngressClass{lab}, state: chain.Progressing, says: "has no address yet"},
		{ingress: shop("lab", time.Hour), classes: []networkingv1.IngressClass{lab}, state: chain.Failing, says: "no controller for class lab has given it an address: is example.org/lab running?"},
		{ingress: shop("lab", time.Hour), unread: true, state: chain.Failing, says: "no controller has given it an address"},
	} {
		got := Class(test.ingress, test.classes, !test.unread, noon)
		if got == nil && test.state == "" {
			continue
		}
		if got == nil || got.State != test.state || !strings.Contains(got.Step.Says, test.says) {
			t.Errorf("%+v, want %s %s", got, test.state, test.says)
		}
	}
}

func TestRules(t *testing.T) {
	i := shop("lab", time.Hour)
	i.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "web", Port: networkingv1.ServiceBackendPort{Name: "http"}}}
	rules := Rules(i)
	if len(rules) != 2 || rules[0].Service != "orders" || rules[0].Path != "/orders" || rules[1].Service != "web" || rules[1].Path != "/" {
		t.Fatalf("%+v", rules)
	}
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}, {Name: "http", Port: 8080}}}}
	if port, found := rules[1].PortOf(s); !found || port != 1 {
		t.Error(port, found)
	}
	if _, found := rules[0].PortOf(s); found {
		t.Error("port 5000 is not there")
	}
	if got := NoPort(i, rules[0], s).Step.Says; got != "shop.example.org/orders leads to port 5000 of service/orders, which has 80, 8080 (http)" {
		t.Error(got)
	}
	if got := NoService(i, rules[0], []string{"order", "web"}).Step.Says; got != `shop.example.org/orders leads to service/orders, which does not exist; did you mean "order"?` {
		t.Error(got)
	}
}
