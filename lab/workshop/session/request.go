package session

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

const (
	// answerTime is how long an app may take to answer.
	answerTime = 3 * time.Second
	// mostBody is how much of an answer is read.
	mostBody = 16 << 10
)

// request sends a request through a door. Nothing behind the door is an answer, too: its status is 0.
func (s *Session) request(ctx context.Context, f *check.Facts, r check.Request) check.Answer {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if r.To == check.Service {
		return s.throughProxy(ctx, f, r)
	}
	address, ok := addressOf(f, r)
	if !ok {
		return check.Answer{}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+r.Path, nil)
	if err != nil {
		return check.Answer{}
	}
	if r.To == check.Ingress {
		request.Host = r.Name
	}
	// No connection is kept: the next request may be for another pod.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return check.Answer{}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBody))
	if err != nil {
		return check.Answer{}
	}
	return check.Answer{Status: response.StatusCode, Body: decodeBody(body)}
}

func (s *Session) throughProxy(ctx context.Context, f *check.Facts, r check.Request) check.Answer {
	service, found := named[corev1.Service](f, "services", r.Name)
	if !found {
		return check.Answer{}
	}
	port, found := portOf(service, r.Port)
	if !found {
		return check.Answer{}
	}
	name := utilnet.JoinSchemeNamePort("", r.Name, strconv.Itoa(int(port.Port)))
	result := s.client.CoreV1().RESTClient().Get().Namespace(f.Namespace).Resource("services").Name(name).
		SubResource("proxy").Suffix(r.Path).MaxRetries(0).Do(ctx)
	var status int
	result.StatusCode(&status)
	body, _ := result.Raw() // a status other than 200 is an error there
	return check.Answer{Status: status, Body: decodeBody(body)}
}

// addressOf is where a door is on the network of this machine.
func addressOf(f *check.Facts, r check.Request) (string, bool) {
	if r.To == check.Ingress {
		return ingressOf(f, r.Name)
	}
	service, found := named[corev1.Service](f, "services", r.Name)
	if !found {
		return "", false
	}
	port, found := portOf(service, r.Port)
	if !found {
		return "", false
	}
	if r.To == check.NodePort {
		return join(nodeAddress(f), port.NodePort), port.NodePort != 0
	}
	for _, i := range service.Status.LoadBalancer.Ingress {
		return join(i.IP+i.Hostname, port.Port), true
	}
	return "", false
}

// nodeAddress is that of a node on which a pod of the namespace runs.
func nodeAddress(f *check.Facts) string {
	for _, pod := range f.Objects["pods"] {
		if ip, _, _ := unstructured.NestedString(pod.Object, "status", "hostIP"); ip != "" {
			return ip
		}
	}
	return "127.0.0.1"
}

func ingressOf(f *check.Facts, host string) (string, bool) {
	for _, o := range f.Objects["ingresses"] {
		var ingress networkingv1.Ingress
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &ingress); err != nil {
			continue
		}
		for _, rule := range ingress.Spec.Rules {
			for _, i := range ingress.Status.LoadBalancer.Ingress {
				port := int32(80)
				if len(i.Ports) > 0 {
					port = i.Ports[0].Port
				}
				if rule.Host == host {
					return join(i.IP+i.Hostname, port), true
				}
			}
		}
	}
	return "", false
}

func join(host string, port int32) string { return net.JoinHostPort(host, strconv.Itoa(int(port))) }

// portOf is the port of a number, or the first one for 0.
func portOf(service *corev1.Service, number int) (corev1.ServicePort, bool) {
	for _, port := range service.Spec.Ports {
		if number == 0 || int(port.Port) == number {
			return port, true
		}
	}
	return corev1.ServicePort{}, false
}

func named[T any](f *check.Facts, resource, name string) (*T, bool) {
	for _, o := range f.Objects[resource] {
		var object T
		if o.GetName() == name && runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &object) == nil {
			return &object, true
		}
	}
	return nil, false
}

func decodeBody(body []byte) any {
	var document any
	if err := json.Unmarshal(body, &document); err == nil {
		return document
	}
	return string(body)
}
