package app

import (
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindService = "Service"
	kindPod     = "Pod"
)

// Selected tells whether a Service selects one of the apps.
func Selected(apps []Observed, around *Around) bool {
	return slices.ContainsFunc(apps, func(o Observed) bool {
		l := &look{Observed: o, around: around, w: o.Object.Workload(), app: &App{}}
		return len(l.services()) > 0
	})
}

// services are those whose selector matches the labels of the template or of a pod.
func (l *look) services() []Service {
	var all []Service
	current := workload.Current(l.w, l.Revisions)
	for i := range l.around.Services {
		s := &l.around.Services[i]
		if len(s.Spec.Selector) == 0 || s.Spec.Type == corev1.ServiceTypeExternalName {
			continue // its endpoints are made by hand, or it has none
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		template := selector.Matches(labels.Set(l.w.Template.Labels))
		// Controllers label pods beyond the template: a Service of one pod of a StatefulSet, or of a leader.
		present := slices.ContainsFunc(l.Pods, func(p *corev1.Pod) bool {
			return current != nil && current.Owns(p) && selector.Matches(labels.Set(p.Labels))
		})
		if !template && !slices.ContainsFunc(l.Pods, func(p *corev1.Pod) bool { return selector.Matches(labels.Set(p.Labels)) }) {
			continue
		}
		found := Service{Object: l.ref(kindService, s.Name), Type: string(s.Spec.Type)}
		if s.Spec.ClusterIP == corev1.ClusterIPNone {
			found.Type = "headless"
		}
		for _, p := range s.Spec.Ports {
			found.Ports = append(found.Ports, portText(p))
		}
		for _, in := range s.Status.LoadBalancer.Ingress {
			found.Addresses = append(found.Addresses, firstOf(in.IP, in.Hostname))
		}
		found.EndpointCount = l.count(s)
		found.Problems = l.serviceProblems(&found, s, template || present)
		all = append(all, found)
	}
	return all
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// portText is a port as "80 -> 8080", "53/UDP" or "80 -> http".
func portText(p corev1.ServicePort) string {
	text := strconv.Itoa(int(p.Port))
	if p.Protocol != "" && p.Protocol != corev1.ProtocolTCP {
		text += "/" + string(p.Protocol)
	}
	if target := p.TargetPort.String(); target != "0" && target != "" && target != strconv.Itoa(int(p.Port)) {
		text += " -> " + target
	}
	return text
}

// count counts the endpoints of a Service. A dual-stack one has a slice for each family: a pod counts once.
func (l *look) count(s *corev1.Service) *EndpointCount {
	if l.around.Unread("endpointslices") {
		return nil
	}
	var found EndpointCount
	mine := map[string]bool{}
	blind := slices.ContainsFunc(l.Why.NotSeen, func(n chain.NotSeen) bool { return n.Resource == "pods" })
	for _, p := range l.Pods {
		mine[p.Name] = true
	}
	ready := map[string]bool{}
	for i := range l.around.Slices {
		slice := &l.around.Slices[i]
		if slice.Labels[discoveryv1.LabelServiceName] != s.Name {
			continue
		}
		for _, e := range slice.Endpoints {
			name := ""
			switch {
			case e.TargetRef != nil && e.TargetRef.Kind == kindPod:
				name = e.TargetRef.Name
			case len(e.Addresses) > 0:
				name = " " + e.Addresses[0]
			}
			ready[name] = ready[name] || (e.Conditions.Ready == nil || *e.Conditions.Ready)
		}
	}
	for name, is := range ready {
		switch {
		case !mine[name] && !blind:
			found.Others++
			continue
		case is:
			found.Ready++
		}
		found.Endpoints++
	}
	return &found
}

func (l *look) serviceProblems(found *Service, s *corev1.Service, isNew bool) []Problem {
	var all []Problem
	if !isNew {
		all = append(all, severe(SelectsOnlyOld, "selects old pods only: the labels of the pod template do not match its selector"))
	}
	for _, p := range s.Spec.Ports {
		if p.TargetPort.Type == intstr.String && !l.hasPort(p.TargetPort.StrVal, p.Protocol) {
			all = append(all, severe(PortNotFound, fmt.Sprintf("no container of the template has a port named %q", p.TargetPort.StrVal)))
		}
	}
	if found.EndpointCount == nil {
		return all
	}
	if l.w.Desired > 0 && found.Ready == 0 && !s.Spec.PublishNotReadyAddresses && found.Others == 0 {
		problem := severe(NoReadyEndpoint, "no endpoint is ready: it answers nothing")
		if n := l.readyPods(s); n > 0 && len(all) == 0 { // pods that became ready just now may have no endpoint yet
			problem = soon(NoReadyEndpoint, fmt.Sprintf("no endpoint is ready, though %d of its pods are", n))
		}
		all = append(all, problem)
	}
	if found.Others > 0 && found.Ready > 0 && len(s.Spec.Selector) > 0 {
		all = append(all, soon(SelectsOthers, workload.Plural(found.Others, "endpoint is a pod", "endpoints are pods")+" of another workload"))
	}
	return all
}

// hasPort tells whether a container of the template declares a port of that name.
func (l *look) hasPort(name string, protocol corev1.Protocol) bool {
	for _, c := range slices.Concat(l.w.Template.Spec.Containers, l.w.Template.Spec.InitContainers) {
		for _, p := range c.Ports {
			if p.Name == name && (protocol == "" || p.Protocol == "" || p.Protocol == protocol) {
				return true
			}
		}
	}
	return false
}

func (l *look) readyPods(s *corev1.Service) (n int) {
	selector := labels.SelectorFromSet(s.Spec.Selector)
	for _, p := range l.Pods {
		if selector.Matches(labels.Set(p.Labels)) && diagnosis.IsReady(p) && p.DeletionTimestamp == nil {
			n++
		}
	}
	return n
}
