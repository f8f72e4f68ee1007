package door

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Finding is the first door that does not open, and why. Unknown names what may be the reason.
type Finding struct {
	State chain.State
	Step  chain.Step
	Next  []string
}

// Walk is what is known of the way to one port of a Service.
type Walk struct {
	Service *corev1.Service
	// Port is the index of the port of the Service.
	Port int
	// Pod is the ready pod that was asked, on port Target.
	Pod    *corev1.Pod
	Target int
	// Listens are other ports of this pod that accept a connection.
	Listens []int
	// Policies are NetworkPolicies that select the pod and limit who may connect to it.
	Policies []string
	// PoliciesUnread: it is not known which there are.
	PoliciesUnread bool
	// Answers are those of the doors, from the inside out.
	Answers []Answer
}

// Find returns the first door that answers differently from the one inside of it, or nil if all that were asked answer.
func (w *Walk) Find() *Finding {
	for _, rule := range []func(*Walk) *Finding{
		(*Walk).closed, (*Walk).loopbackOnly, (*Walk).silent, (*Walk).kept, (*Walk).failing, (*Walk).service, (*Walk).outside, (*Walk).route, (*Walk).unasked,
	} {
		if f := rule(w); f != nil {
			return f
		}
	}
	return nil
}

func (w *Walk) of(kind Kind) Answer {
	for _, a := range w.Answers {
		if a.Door == kind {
			return a
		}
	}
	return Answer{Door: kind}
}

func (w *Walk) pod() workload.Ref {
	return workload.Ref{Kind: "Pod", Namespace: w.Pod.Namespace, Name: w.Pod.Name}
}

func (w *Walk) ref() workload.Ref {
	return workload.Ref{Kind: "Service", Namespace: w.Service.Namespace, Name: w.Service.Name}
}

func (w *Walk) inNamespace() string { return " -n " + w.Service.Namespace }

func (w *Walk) logs() string { return "kubectl logs " + w.Pod.Name + w.inNamespace() }

func (w *Walk) failed(at workload.Ref, says string, next ...string) *Finding {
	return &Finding{State: chain.Failing, Step: chain.Step{Object: at, Says: says}, Next: next}
}

func (w *Walk) unknown(at workload.Ref, says string, next ...string) *Finding {
	return &Finding{State: chain.Unknown, Step: chain.Step{Object: at, Says: says}, Next: next}
}

// closed: nothing listens on the target port.
func (w *Walk) closed() *Finding {
	loopback, pod := w.of(Loopback), w.of(Pod)
	refused := loopback.Result == Refused && !pod.opens()
	if !refused && (loopback.Result == Refused || loopback.opens() || pod.Result != Refused) {
		return nil
	}
	var f *Finding
	switch {
	case len(w.Listens) > 0:
		f = w.failed(w.ref(), fmt.Sprintf("targetPort %s, but the process in pod/%s listens on %s", w.targetPort(), w.Pod.Name, ports(w.Listens)), w.retarget(), w.logs())
		f.Step.Field = fmt.Sprintf("spec.ports[%d].targetPort", w.Port)
	case refused:
		f = w.failed(w.pod(), fmt.Sprintf("nothing listens on port %d", w.Target), w.logs(), w.describe())
	case w.limited():
		return w.unknown(w.pod(), fmt.Sprintf("refuses connections to port %d of its address: nothing listens there, the process listens on 127.0.0.1 only, or %s keeps the API server out",
			w.Target, w.policies()), w.describePolicy(), w.logs())
	default: // the loopback could not be asked
		f = w.failed(w.pod(), fmt.Sprintf("nothing listens on port %d of its address; whether it is open on 127.0.0.1 is not known (%s)", w.Target, loopback.Says()),
			w.logs(), workload.CanI("create", "pods/portforward", w.Service.Namespace))
	}
	f.Step.Message = firstOf(loopback, pod)
	return f
}

// loopbackOnly: the process listens, but not on the pod's address.
func (w *Walk) loopbackOnly() *Finding {
	loopback, pod := w.of(Loopback), w.of(Pod)
	if pod.Result != Refused || !loopback.opens() {
		return nil
	}
	only := fmt.Sprintf("listens on 127.0.0.1:%d only", w.Target)
	var f *Finding
	if w.limited() {
		f = w.unknown(w.pod(), fmt.Sprintf("refuses connections to port %d of its address: it %s, or %s keeps the API server out", w.Target, only, w.policies()), w.describePolicy(), w.logs())
	} else {
		f = w.failed(w.pod(), only+": make it listen on all addresses (0.0.0.0)", w.logs(), w.describe())
	}
	f.Step.Message = pod.Message
	return f
}

// silent: the process accepts a connection and gives no answer.
func (w *Walk) silent() *Finding {
	if w.of(Loopback).Result != TimedOut {
		return nil
	}
	return w.failed(w.pod(), fmt.Sprintf("accepts connections to port %d, and does not answer in time", w.Target), w.logs())
}

// kept: the API server does not reach the pod. That is no fault if others reach it.
func (w *Walk) kept() *Finding {
	pod := w.of(Pod)
	if pod.Result != TimedOut && pod.Result != Failed || slices.ContainsFunc(w.Answers, func(a Answer) bool { return a.Door != Loopback && a.works() }) {
		return nil
	}
	reason := "a firewall or the network of the nodes may be the reason"
	next := []string{w.describe()}
	if w.limited() {
		reason, next = w.policies()+" may be the reason", []string{w.describePolicy()}
	}
	f := w.unknown(w.pod(), fmt.Sprintf("the API server does not reach port %d of its address: %s", w.Target, reason), next...)
	f.Step.Message = pod.Message
	return f
}

// failing: the app itself answers with an error.
func (w *Walk) failing() *Finding {
	for _, kind := range []Kind{Loopback, Pod} {
		if a := w.of(kind); a.Result == Answered && a.Status >= 500 {
			return w.failed(w.pod(), fmt.Sprintf("answers %s on port %d", a.Says(), w.Target), w.logs())
		}
	}
	return nil
}

// service: the Service answers differently from its pod.
func (w *Walk) service() *Finding {
	pod, service := w.of(Pod), w.of(Service)
	if !pod.works() || !service.asked() || service.works() {
		return nil
	}
	f := w.failed(w.ref(), fmt.Sprintf("port %d %s, although pod/%s answers: another pod of it may fail", w.Service.Spec.Ports[w.Port].Port, verb(service), w.Pod.Name),
		"kubectl describe service "+w.Service.Name+w.inNamespace(), "kubectl get endpointslices -l kubernetes.io/service-name="+w.Service.Name+w.inNamespace())
	f.Step.Message = service.Message
	return f
}

// outside: a node port or a load balancer that this machine does not reach, although the Service answers.
func (w *Walk) outside() *Finding {
	for _, kind := range []Kind{LoadBalancer, NodePort} {
		a := w.of(kind)
		if !a.asked() || a.works() {
			continue
		}
		if a.Result == Answered {
			return w.failed(w.ref(), fmt.Sprintf("%s at %s, although the Service answers inside the cluster", verb(a), a.Address), "kubectl describe service "+w.Service.Name+w.inNamespace())
		}
		f := w.unknown(w.ref(), fmt.Sprintf("answers inside the cluster, but %s %s from this machine: a firewall, or this machine's own network, may be the reason", a.Address, verb(a)),
			"kubectl describe service "+w.Service.Name+w.inNamespace())
		f.Step.Message = a.Message
		return f
	}
	return nil
}

// route: the router answers differently from the Service.
func (w *Walk) route() *Finding {
	a := w.of(Route)
	if !a.asked() {
		return nil
	}
	inside := w.of(Service)
	if !inside.asked() {
		inside = w.of(Pod)
	}
	describe := "kubectl describe " + strings.ToLower(a.Object.Kind) + " " + a.Object.Name + " -n " + a.Object.Namespace
	switch {
	case a.Result == Answered && a.Status == 404 && (inside.Result != Answered || inside.Status != 404):
		return w.failed(a.Object, "the route answers 404: no rule for this path", describe)
	case a.Result == Answered && a.Status >= 500:
		return w.failed(a.Object, "the route answers "+a.Says()+", although service/"+w.Service.Name+" answers inside the cluster", describe)
	case a.Result != Answered && a.Result != Open:
		f := w.unknown(a.Object, a.Address+" "+verb(a)+" from this machine: a firewall, or this machine's own network, may be the reason", describe)
		f.Step.Message = a.Message
		return f
	}
	return nil
}

// unasked: nothing is known.
func (w *Walk) unasked() *Finding {
	if slices.ContainsFunc(w.Answers, Answer.asked) {
		return nil
	}
	return w.unknown(w.ref(), "no door could be asked", "kubectl describe service "+w.Service.Name+w.inNamespace())
}

func (w *Walk) targetPort() string {
	p := w.Service.Spec.Ports[w.Port].TargetPort
	if p.StrVal != "" {
		return fmt.Sprintf("%q (%d)", p.StrVal, w.Target)
	}
	return fmt.Sprint(w.Target)
}

func (w *Walk) retarget() string {
	return fmt.Sprintf(`kubectl patch service %s%s --type=json -p '[{"op":"replace","path":"/spec/ports/%d/targetPort","value":%d}]'`,
		w.Service.Name, w.inNamespace(), w.Port, w.Listens[0])
}

func (w *Walk) describe() string { return "kubectl describe pod " + w.Pod.Name + w.inNamespace() }

// limited: a NetworkPolicy may keep the API server out.
func (w *Walk) limited() bool { return len(w.Policies) > 0 || w.PoliciesUnread }

func (w *Walk) describePolicy() string {
	if w.PoliciesUnread {
		return workload.CanI("list", "networkpolicies", w.Service.Namespace)
	}
	return "kubectl describe networkpolicy " + w.Policies[0] + w.inNamespace()
}

func (w *Walk) policies() string {
	if w.PoliciesUnread {
		return "a NetworkPolicy (they can't be read)"
	}
	return "networkpolicy/" + strings.Join(w.Policies, ", networkpolicy/")
}

// verb is an answer as the end of a sentence.
func verb(a Answer) string {
	if a.Result == Answered {
		return "answers " + a.Says()
	}
	if a.Result == Failed {
		return "does not answer"
	}
	return a.Says()
}

func ports(all []int) string {
	var texts []string
	for _, p := range all {
		texts = append(texts, fmt.Sprint(p))
	}
	return strings.Join(texts, ", ")
}

func firstOf(answers ...Answer) string {
	for _, a := range answers {
		if a.Message != "" && a.asked() {
			return a.Message
		}
	}
	return ""
}
