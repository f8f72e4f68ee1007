package network

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
)

func service(name string, serviceType corev1.ServiceType) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Spec: corev1.ServiceSpec{
			Type: serviceType, ClusterIP: "10.96.1.2",
			Ports: []corev1.ServicePort{{Name: "http", Port: 80, NodePort: 0, Protocol: corev1.ProtocolTCP}},
		},
	}
}

func slice(name string, ready bool, ip string) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Namespace: "shop", Name: name + "-1", Labels: map[string]string{discoveryv1.LabelServiceName: name}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: new("http"), Port: new(int32(8080))}},
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{ip}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}}},
	}
}

// follow returns a network that knows these objects, with one pod, 10.88.0.1, that answers hello.
func follow(t *testing.T, objects ...runtime.Object) *Network {
	t.Helper()
	hello := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	t.Cleanup(hello.Close)
	n, err := New(fake.NewClientset(objects...), Options{
		DialPod: func(ip netip.Addr, port int) (net.Conn, error) {
			if ip.String() != "10.88.0.1" || port != 8080 {
				return nil, refused(netip.AddrPortFrom(ip, uint16(port)))
			}
			return (&net.Dialer{}).DialContext(context.Background(), "tcp", hello.Listener.Addr().String())
		},
		PodCIDR: netip.MustParsePrefix("10.88.0.0/16"), ServiceCIDR: netip.MustParsePrefix("10.96.0.0/16"),
		Router: "127.0.0.1:24000", LoadBalancer: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	n.informers.Start(ctx.Done())
	n.informers.WaitForCacheSync(ctx.Done())
	t.Cleanup(func() {
		stop()
		n.closeAll()
		n.informers.Shutdown()
	})
	n.reconcile(ctx)
	return n
}

func TestRouter(t *testing.T) {
	class := &networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: "lab"}, Spec: networkingv1.IngressClassSpec{Controller: Controller}}
	rules := ingress("shop", map[string][]networkingv1.HTTPIngressPath{"": {
		path(networkingv1.PathTypePrefix, "/web", "web"), path(networkingv1.PathTypePrefix, "/gone", "gone"),
		path(networkingv1.PathTypePrefix, "/closed", "closed"), path(networkingv1.PathTypePrefix, "/unready", "unready"),
	}})
	rules.Spec.IngressClassName = new("lab")
	others := ingress("others", map[string][]networkingv1.HTTPIngressPath{"": {path(networkingv1.PathTypePrefix, "/others", "web")}})
	others.Spec.IngressClassName = new("nginx")
	n := follow(t, class, rules, others, service("web", corev1.ServiceTypeClusterIP), slice("web", true, "10.88.0.1"),
		service("closed", corev1.ServiceTypeClusterIP), slice("closed", true, "10.88.0.2"),
		service("unready", corev1.ServiceTypeClusterIP), slice("unready", false, "10.88.0.1"))
	for path, want := range map[string]string{
		"/web/1":   "200 hello",
		"/others":  "404 404 Not Found: no Ingress has a rule for example.com/others",
		"/gone":    "503 503 Service Unavailable: no Service shop/gone",
		"/unready": "503 503 Service Unavailable: the Service shop/unready has no ready endpoint",
		"/closed":  "502 502 Bad Gateway: dial tcp 10.88.0.2:8080: connect: connection refused",
	} {
		got := httptest.NewRecorder()
		n.router().ServeHTTP(got, httptest.NewRequest(http.MethodGet, path, nil))
		if said := http.StatusText(got.Code); said == "" || got.Result().Status[:4]+strings.TrimSpace(got.Body.String()) != want {
			t.Errorf("%s: %d %s, want %s", path, got.Code, got.Body, want)
		}
	}
	told, err := n.client.NetworkingV1().Ingresses("shop").Get(t.Context(), "shop", metav1.GetOptions{})
	if err != nil || len(told.Status.LoadBalancer.Ingress) != 1 || told.Status.LoadBalancer.Ingress[0].Ports[0].Port != 24000 {
		t.Errorf("%v: %+v", err, told.Status)
	}
	if told, err = n.client.NetworkingV1().Ingresses("shop").Get(t.Context(), "others", metav1.GetOptions{}); err != nil || len(told.Status.LoadBalancer.Ingress) > 0 {
		t.Errorf("%v: %+v", err, told.Status)
	}
}

func TestNodePort(t *testing.T) {
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	s := service("web", corev1.ServiceTypeNodePort)
	s.Spec.Ports[0].NodePort = int32(netip.MustParseAddrPort(address).Port())
	n := follow(t, s, slice("web", true, "10.88.0.1"))
	events, err := n.client.CoreV1().Events("shop").List(t.Context(), metav1.ListOptions{})
	if err != nil || len(events.Items) != 1 || !strings.Contains(events.Items[0].Message, "This machine can't open "+address) {
		t.Errorf("the port is taken: %v %+v", err, events.Items)
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	n.reconcile(t.Context())
	if got := getFrom(t, address); got != "hello" {
		t.Error(got)
	}
	if err := n.slices.Replace(nil, ""); err != nil {
		t.Fatal(err)
	}
	n.reconcile(t.Context())
	if got := getFrom(t, address); !strings.Contains(got, "refused") {
		t.Error("without a ready endpoint:", got)
	}
}

func getFrom(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestDialClusterIP(t *testing.T) {
	n := follow(t, service("web", corev1.ServiceTypeClusterIP), slice("web", true, "10.88.0.1"))
	conn, err := n.Dial(t.Context(), "10.96.1.2:80")
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if _, err := n.Dial(t.Context(), "10.96.1.2:81"); err == nil || !strings.Contains(err.Error(), "dial tcp 10.96.1.2:81: connect: connection refused") {
		t.Error(err)
	}
}
