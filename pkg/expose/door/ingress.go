package door

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Rule is one path of an Ingress, with what it leads to.
type Rule struct {
	Host, Path string
	Service    string
	Port       networkingv1.ServiceBackendPort
}

// Rules are those of an Ingress, the default backend last.
func Rules(i *networkingv1.Ingress) []Rule {
	var all []Rule
	add := func(host, path string, b *networkingv1.IngressServiceBackend) {
		if b != nil {
			all = append(all, Rule{Host: host, Path: path, Service: b.Name, Port: b.Port})
		}
	}
	for _, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, p := range rule.HTTP.Paths {
			add(rule.Host, p.Path, p.Backend.Service)
		}
	}
	if i.Spec.DefaultBackend != nil {
		add("", "/", i.Spec.DefaultBackend.Service)
	}
	return all
}

// PortOf is the index of the port that a rule leads to.
func (r Rule) PortOf(s *corev1.Service) (int, bool) {
	for i, p := range s.Spec.Ports {
		if r.Port.Name != "" && p.Name == r.Port.Name || r.Port.Name == "" && p.Port == r.Port.Number {
			return i, true
		}
	}
	return 0, false
}

func (r Rule) port() string {
	if r.Port.Name != "" {
		return fmt.Sprintf("%q", r.Port.Name)
	}
	return fmt.Sprint(r.Port.Number)
}

func refOf(i *networkingv1.Ingress) workload.Ref {
	return workload.Ref{Kind: "Ingress", Namespace: i.Namespace, Name: i.Name}
}

func ingressFinding(i *networkingv1.Ingress, says, field string, next ...string) *Finding {
	return &Finding{
		State: chain.Failing, Step: chain.Step{Object: refOf(i), Says: says, Field: field},
		Next: append(next, "kubectl describe ingress "+i.Name+" -n "+i.Namespace),
	}
}

// addressWait is how long a controller may take to give an Ingress an address.
const addressWait = time.Minute

// Class is the finding that nobody serves an Ingress, or nil. known tells whether the classes could be read.
func Class(i *networkingv1.Ingress, classes []networkingv1.IngressClass, known bool, now time.Time) *Finding {
	name := i.Annotations["kubernetes.io/ingress.class"]
	field := "metadata.annotations[kubernetes.io/ingress.class]"
	if i.Spec.IngressClassName != nil {
		name, field = *i.Spec.IngressClassName, "spec.ingressClassName"
	}
	served := len(i.Status.LoadBalancer.Ingress) > 0
	if served {
		return nil
	}
	var names []string
	controller := ""
	for _, c := range classes {
		names = append(names, c.Name)
		if c.Name == name {
			controller = c.Spec.Controller
		}
	}
	there := "there is no class"
	if len(names) > 0 {
		there = "there are: " + strings.Join(names, ", ")
	}
	switch {
	case name == "" && known:
		return ingressFinding(i, "names no class, and the cluster had no default class when it was created; "+there, "spec.ingressClassName", "kubectl get ingressclasses")
	case known && !slices.Contains(names, name):
		says := fmt.Sprintf("no controller for class %s: this class does not exist; %s", name, there)
		if nearest := workload.Nearest(name, names); nearest != "" {
			says = fmt.Sprintf("no controller for class %s: this class does not exist; did you mean %q?", name, nearest)
		}
		return ingressFinding(i, says, field, "kubectl get ingressclasses")
	case now.Sub(i.CreationTimestamp.Time) < addressWait:
		f := ingressFinding(i, "has no address yet", "status.loadBalancer")
		f.State = chain.Progressing
		return f
	case controller != "":
		return ingressFinding(i, fmt.Sprintf("no controller for class %s has given it an address: is %s running?", name, controller), "status.loadBalancer", "kubectl get pods -A")
	}
	return ingressFinding(i, "no controller has given it an address", "status.loadBalancer", "kubectl get ingressclasses")
}

// NoService is the finding that a rule leads to a Service that is not there.
func NoService(i *networkingv1.Ingress, r Rule, names []string) *Finding {
	says := fmt.Sprintf("%s%s leads to service/%s, which does not exist", r.Host, r.Path, r.Service)
	if nearest := workload.Nearest(r.Service, names); nearest != "" {
		says += fmt.Sprintf("; did you mean %q?", nearest)
	}
	return ingressFinding(i, says, "spec.rules", "kubectl get services -n "+i.Namespace)
}

// NoPort is the finding that a rule leads to a port that its Service does not have.
func NoPort(i *networkingv1.Ingress, r Rule, s *corev1.Service) *Finding {
	var has []string
	for _, p := range s.Spec.Ports {
		text := fmt.Sprint(p.Port)
		if p.Name != "" {
			text += " (" + p.Name + ")"
		}
		has = append(has, text)
	}
	says := fmt.Sprintf("%s%s leads to port %s of service/%s, which has %s", r.Host, r.Path, r.port(), r.Service, strings.Join(has, ", "))
	return ingressFinding(i, says, "spec.rules", "kubectl get service "+s.Name+" -n "+s.Namespace)
}
