package session

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

const doors = `
pods:
- {metadata: {name: new}}
- {metadata: {name: web}, status: {hostIP: 192.168.49.2}}
services:
- {metadata: {name: inside}, spec: {ports: [{port: 80}]}}
- {metadata: {name: node}, spec: {ports: [{port: 80, nodePort: 30001}, {port: 81, nodePort: 30002}]}}
- {metadata: {name: waiting}, spec: {ports: [{port: 80, nodePort: 30003}]}}
- {metadata: {name: outside}, spec: {ports: [{port: 80}]}, status: {loadBalancer: {ingress: [{ip: 127.96.0.1}]}}}
- {metadata: {name: named}, spec: {ports: [{port: 80}]}, status: {loadBalancer: {ingress: [{hostname: lb.example}]}}}
ingresses:
- {metadata: {name: new}, spec: {rules: [{host: new.localhost}]}}
- {metadata: {name: shop}, spec: {rules: [{host: a.localhost}, {host: b.localhost}]}, status: {loadBalancer: {ingress: [{ip: 127.0.0.1, ports: [{port: 8081}]}]}}}
- {metadata: {name: real}, spec: {rules: [{host: c.localhost}]}, status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}}
`

func TestAddressOf(t *testing.T) {
	var objects map[string][]map[string]any
	if err := yaml.Unmarshal([]byte(doors), &objects); err != nil {
		t.Fatal(err)
	}
	f := &check.Facts{Objects: map[string][]unstructured.Unstructured{}}
	for resource, list := range objects {
		for _, o := range list {
			f.Objects[resource] = append(f.Objects[resource], unstructured.Unstructured{Object: o})
		}
	}
	for _, test := range []struct {
		request check.Request
		want    string
	}{
		{check.Request{To: check.NodePort, Name: "node"}, "192.168.49.2:30001"},
		{check.Request{To: check.NodePort, Name: "node", Port: 81}, "192.168.49.2:30002"},
		{check.Request{To: check.NodePort, Name: "node", Port: 82}, ""},
		{check.Request{To: check.NodePort, Name: "inside"}, ""},
		{check.Request{To: check.NodePort, Name: "none"}, ""},
		{check.Request{To: check.LoadBalancer, Name: "outside"}, "127.96.0.1:80"},
		{check.Request{To: check.LoadBalancer, Name: "named"}, "lb.example:80"},
		{check.Request{To: check.LoadBalancer, Name: "waiting"}, ""},
		{check.Request{To: check.Ingress, Name: "b.localhost"}, "127.0.0.1:8081"},
		{check.Request{To: check.Ingress, Name: "c.localhost"}, "10.0.0.1:80"},
		{check.Request{To: check.Ingress, Name: "new.localhost"}, ""},
		{check.Request{To: check.Ingress, Name: "none.localhost"}, ""},
	} {
		got, ok := addressOf(f, test.request)
		if ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%+v: %q, %t; want %q", test.request, got, ok, test.want)
		}
	}
}
