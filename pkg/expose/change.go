package expose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Change is one field of an object before and after; From is "" where it is added, To where it is removed.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// ServiceChanges compares a Service before and after, in the terms of its spec.
func ServiceChanges(before, after *corev1.Service) []Change {
	var all []Change
	add := func(field, from, to string) {
		if from != to {
			all = append(all, Change{field, from, to})
		}
	}
	add("type", string(before.Spec.Type), string(after.Spec.Type))
	add("selector", SelectorText(before.Spec.Selector), SelectorText(after.Spec.Selector))
	all = append(all, portChanges(before.Spec.Ports, after.Spec.Ports)...)
	add("sessionAffinity", string(before.Spec.SessionAffinity), string(after.Spec.SessionAffinity))
	add("externalIPs", strings.Join(before.Spec.ExternalIPs, ", "), strings.Join(after.Spec.ExternalIPs, ", "))
	add("loadBalancerIP", before.Spec.LoadBalancerIP, after.Spec.LoadBalancerIP)
	if before.Spec.ExternalTrafficPolicy != "" && after.Spec.ExternalTrafficPolicy != "" { // else it came or went with the type
		add("externalTrafficPolicy", string(before.Spec.ExternalTrafficPolicy), string(after.Spec.ExternalTrafficPolicy))
	}
	add("internalTrafficPolicy", text(before.Spec.InternalTrafficPolicy), text(after.Spec.InternalTrafficPolicy))
	add("ipFamilyPolicy", text(before.Spec.IPFamilyPolicy), text(after.Spec.IPFamilyPolicy))
	add("ipFamilies", joined(before.Spec.IPFamilies), joined(after.Spec.IPFamilies))
	add("labels", SelectorText(before.Labels), SelectorText(after.Labels))
	return all
}

func text[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}

func joined[T ~string](values []T) string {
	all := make([]string, 0, len(values))
	for _, v := range values {
		all = append(all, string(v))
	}
	return strings.Join(all, ", ")
}

// portChanges compares ports by number and protocol.
func portChanges(before, after []corev1.ServicePort) (all []Change) {
	find := func(in []corev1.ServicePort, p corev1.ServicePort) string {
		i := slices.IndexFunc(in, func(q corev1.ServicePort) bool { return q.Port == p.Port && q.Protocol == p.Protocol })
		if i < 0 {
			return ""
		}
		return PortText(in[i])
	}
	for _, p := range before {
		if from, to := PortText(p), find(after, p); from != to {
			all = append(all, Change{"port", from, to})
		}
	}
	for _, p := range after {
		if find(before, p) == "" {
			all = append(all, Change{"port", "", PortText(p)})
		}
	}
	return all
}

// PortText is a port as --port takes it, with its node port: "http=80:8080/UDP (node port 30080)".
func PortText(p corev1.ServicePort) string {
	text := strconv.Itoa(int(p.Port))
	if p.Name != "" {
		text = p.Name + "=" + text
	}
	if target := p.TargetPort.String(); target != "" && target != "0" && target != strconv.Itoa(int(p.Port)) {
		text += ":" + target
	}
	if p.Protocol != "" && p.Protocol != corev1.ProtocolTCP {
		text += "/" + string(p.Protocol)
	}
	if p.NodePort != 0 {
		text += fmt.Sprintf(" (node port %d)", p.NodePort)
	}
	return text
}
