package kubelet

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// get asks a pod's address for a path.
func get(t *testing.T, n *node, ip string, port int, path string) (int, reply) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return n.dial(netip.MustParseAddr(ip), port)
	}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://shop.example.org"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var said reply
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, said
}

func TestPodsAnswer(t *testing.T) {
	running(t, podOf("web:1.0"), 3*time.Second, func(t *testing.T, n *node, _ *fake.Clientset) {
		status, said := get(t, n, "10.88.0.1", 8080, "/orders?id=7")
		want := reply{
			Pod: "web-1", Namespace: "shop", Image: "web:1.0", Port: 8080,
			Method: http.MethodGet, Host: "shop.example.org", Path: "/orders?id=7", Status: 200,
		}
		if status != http.StatusOK || said != want {
			t.Errorf("%d %+v", status, said)
		}
		for address, want := range map[string]error{"10.88.0.1:80": syscall.ECONNREFUSED, "10.88.0.9:8080": syscall.EHOSTUNREACH} {
			at := netip.MustParseAddrPort(address)
			if _, err := n.dial(at.Addr(), int(at.Port())); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", address, err, want)
			}
		}
	})
}

// A slow answer takes its time, and one that comes too late is none.
func TestPodsAnswerLate(t *testing.T) {
	running(t, podOf("web:1.0-delay-5s-crash-after-10s", func(pod *corev1.Pod) { pod.Spec.Containers[0].ReadinessProbe = nil }), 3*time.Second,
		func(t *testing.T, n *node, _ *fake.Clientset) {
			asked := time.Now()
			if status, _ := get(t, n, "10.88.0.1", 8080, "/"); status != http.StatusOK || time.Since(asked) != 5*time.Second {
				t.Errorf("%d after %v", status, time.Since(asked))
			}
			conn, err := n.dial(netip.MustParseAddr("10.88.0.1"), 8080)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			if said, err := io.ReadAll(conn); err != nil || len(said) > 0 {
				t.Errorf("the program has ended, and says %q, %v", said, err)
			}
		})
}

func TestPodsOfAStoppedNode(t *testing.T) {
	running(t, podOf("web:1.0"), 3*time.Second, func(t *testing.T, n *node, client *fake.Clientset) {
		stopped := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "lab-1", Annotations: map[string]string{lifecycle.AnnotationBehavior: wordStopped}}}
		if _, err := client.CoreV1().Nodes().Create(t.Context(), stopped, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if _, err := n.dial(netip.MustParseAddr("10.88.0.1"), 8080); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Error(err)
		}
	})
}

func TestForwarding(t *testing.T) {
	running(t, podOf("web:1.0-localhost"), 3*time.Second, func(t *testing.T, n *node, _ *fake.Clientset) {
		if _, err := n.dial(netip.MustParseAddr("10.88.0.1"), 8080); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the pod's address: %v", err)
		}
		p, err := n.named("shop", "web-1")
		if err != nil {
			t.Fatal(err)
		}
		here, stream := net.Pipe()
		done := make(chan error)
		go func() {
			done <- errors.Join(forwarder{n, p}.PortForward(t.Context(), p.machine.SandboxID(), "", 8080, stream), stream.Close())
		}()
		if _, err := io.WriteString(here, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(here)
		if err := errors.Join(err, <-done, here.Close()); err != nil || len(said) < 9 || string(said[9:12]) != "200" {
			t.Errorf("%v: %q", err, said)
		}
		err = forwarder{n, p}.PortForward(t.Context(), p.machine.SandboxID(), "", 80, stream)
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a closed port: %v", err)
		}
	})
}

func TestAddresses(t *testing.T) {
	var a addresses
	if first, second := a.next(), a.next(); first != "10.88.0.1" || second != "10.88.0.2" {
		t.Error(first, second)
	}
	for _, taken := range []string{"", "127.0.0.1", "10.88.1.254", "10.88.0.7"} {
		a.skip(taken)
	}
	if next := a.next(); next != "10.88.2.1" {
		t.Error(next)
	}
}
