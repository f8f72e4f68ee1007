package door

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func webService() *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "web"}, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(8080)}}},
	}
}

func webPod(edits ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web"}}},
	}
	for _, edit := range edits {
		edit(pod)
	}
	return pod
}

// says reads what each door answered: "loopback 200, pod refused: dial tcp, route timeout".
func says(text string) []Answer {
	results := map[string]Result{"refused": Refused, "timeout": TimedOut, "failed": Failed, "open": Open, "forbidden": Forbidden, "unasked": NotAsked}
	var all []Answer
	for part := range strings.SplitSeq(text, ", ") {
		said, message, _ := strings.Cut(part, ": ")
		kind, word, _ := strings.Cut(said, " ")
		a := Answer{Door: Kind(kind), Address: kind + ":1", Message: message, Result: Answered, Object: workload.Ref{Kind: "Ingress", Namespace: "shop", Name: "shop"}}
		if r, known := results[word]; known {
			a.Result = r
		} else {
			for _, digit := range word {
				a.Status = a.Status*10 + int(digit-'0')
			}
		}
		all = append(all, a)
	}
	return all
}

func TestFind(t *testing.T) {
	const failing, unknown = chain.Failing, chain.Unknown
	for _, test := range []struct {
		answers  string
		listens  []int
		policies []string
		state    chain.State // "" is nothing
		object   string
		says     string
		unread   bool
	}{
		{answers: "loopback 200, pod 200, service 200, nodePort 200, route 200"},
		{answers: "loopback 404, pod 404, service 404, route 404"}, // the app has no such path
		{answers: "loopback 200, pod 200, service 200, route 301"},
		{answers: "loopback open, pod open, service open"},
		{answers: "loopback forbidden, pod forbidden, service forbidden", state: unknown, object: "Service", says: "no door could be asked"},
		{answers: "loopback forbidden, pod 200, service 200"},
		{answers: "loopback refused, pod 200, service 200"}, // it listens on the pod's address only

		{answers: "loopback refused: no, pod refused, service refused", state: failing, object: "Pod", says: "nothing listens on port 8080"},
		{answers: "loopback refused, pod forbidden", state: failing, object: "Pod", says: "nothing listens on port 8080"},
		{answers: "loopback refused, pod refused", listens: []int{5000}, state: failing, object: "Service", says: "targetPort 8080, but the process in pod/web-1 listens on 5000"},
		{answers: "loopback forbidden, pod refused", state: failing, object: "Pod", says: "whether it is open on 127.0.0.1 is not known (not asked: no permission)"},
		{answers: "loopback forbidden, pod refused", policies: []string{"deny"}, state: unknown, object: "Pod", says: "networkpolicy/deny keeps the API server out"},

		{answers: "loopback failed: lost connection, pod refused", state: failing, object: "Pod", says: "whether it is open on 127.0.0.1 is not known (lost connection)"},

		{answers: "loopback 200, pod refused, service refused", state: failing, object: "Pod", says: "listens on 127.0.0.1:8080 only"},
		{answers: "loopback open, pod refused, service refused", state: failing, object: "Pod", says: "listens on 127.0.0.1:8080 only"},
		{answers: "loopback 200, pod refused, service refused", policies: []string{"deny"}, state: unknown, object: "Pod", says: "it listens on 127.0.0.1:8080 only, or networkpolicy/deny keeps the API server out"},

		{answers: "loopback 200, pod refused, service refused", unread: true, state: unknown, object: "Pod", says: "only, or a NetworkPolicy (they can't be read) keeps the API server out"},

		{answers: "loopback timeout, pod timeout", state: failing, object: "Pod", says: "does not answer in time"},
		{answers: "loopback 200, pod timeout, service timeout", policies: []string{"a", "b"}, state: unknown, object: "Pod", says: "networkpolicy/a, networkpolicy/b may be the reason"},
		{answers: "loopback 200, pod timeout, service timeout", state: unknown, object: "Pod", says: "a firewall or the network of the nodes may be the reason"},
		{answers: "loopback 200, pod timeout, service timeout, nodePort 200"}, // others reach it

		{answers: "loopback 500, pod 500, service 500", state: failing, object: "Pod", says: "answers 500 Internal Server Error on port 8080"},
		{answers: "loopback forbidden, pod 503", state: failing, object: "Pod", says: "answers 503"},
		{answers: "loopback 200, pod 200, service 503", state: failing, object: "Service", says: "port 80 answers 503 Service Unavailable, although pod/web-1 answers"},
		{answers: "loopback 200, pod 200, service refused", state: failing, object: "Service", says: "port 80 refuses the connection"},

		{answers: "pod 200, service 200, nodePort timeout", state: unknown, object: "Service", says: "nodePort:1 does not answer in time from this machine: a firewall"},
		{answers: "pod 200, service 200, nodePort unasked: no node"},
		{answers: "pod 200, service 200, loadBalancer 502", state: failing, object: "Service", says: "answers 502 Bad Gateway at loadBalancer:1"},
		{answers: "pod 200, service 200, nodePort 200, loadBalancer refused", state: unknown, object: "Service", says: "loadBalancer:1 refuses the connection from this machine"},

		{answers: "pod 200, service 200, route 404", state: failing, object: "Ingress", says: "the route answers 404: no rule for this path"},
		{answers: "service forbidden, route 404", state: failing, object: "Ingress", says: "no rule for this path"},
		{answers: "pod 200, service 200, route 503", state: failing, object: "Ingress", says: "the route answers 503 Service Unavailable, although service/web answers"},
		{answers: "pod 200, service 200, route refused", state: unknown, object: "Ingress", says: "this machine's own network"},
	} {
		w := Walk{Service: webService(), Pod: webPod(), Target: 8080, Listens: test.listens, Policies: test.policies, PoliciesUnread: test.unread, Answers: says(test.answers)}
		got := w.Find()
		switch {
		case got == nil && test.state == "":
		case got == nil || test.state == "":
			t.Errorf("%s: %+v, want %s %s", test.answers, got, test.state, test.says)
		case got.State != test.state || got.Step.Object.Kind != test.object || !strings.Contains(got.Step.Says, test.says) || len(got.Next) == 0:
			t.Errorf("%s: %+v, want %s %s %s", test.answers, got, test.state, test.object, test.says)
		}
	}
}

// The command that mends a targetPort changes this port alone.
func TestRetarget(t *testing.T) {
	w := Walk{Service: webService(), Pod: webPod(), Target: 8080, Listens: []int{5000}, Answers: says("loopback refused, pod refused")}
	w.Service.Spec.Ports = append([]corev1.ServicePort{{Name: "metrics", Port: 9090}}, w.Service.Spec.Ports...)
	w.Port = 1
	want := `kubectl patch service web -n shop --type=json -p '[{"op":"replace","path":"/spec/ports/1/targetPort","value":5000}]'`
	if got := w.Find(); got.Next[0] != want || got.Step.Field != "spec.ports[1].targetPort" {
		t.Errorf("%+v", got)
	}
}
