package expose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// setPorts sets the ports of a Service: those that the options name, or of a new one those that containers declare.
func (o *Options) setPorts(t *Target, s *corev1.Service, isNew bool) error {
	var target intstr.IntOrString
	if o.Target != "" {
		var err error
		if target, err = ParseTarget("--target-port="+o.Target, o.Target); err != nil {
			return err
		}
	}
	ports := s.Spec.Ports
	if isNew {
		ports = t.inferred()
	}
	for i := range ports {
		if o.Target != "" {
			ports[i].TargetPort = target
		}
		ports[i].Protocol = cmp.Or(o.Protocol, ports[i].Protocol)
	}
	if len(o.Ports) > 0 {
		ports = nil
		for _, p := range o.Ports {
			if !p.hasTarget() {
				p.Target = target
			}
			p.Protocol = cmp.Or(p.Protocol, o.Protocol)
			ports = append(ports, t.asked(s, p)...)
		}
	}
	if len(ports) == 0 && o.ClusterIP != corev1.ClusterIPNone {
		return noPorts(t)
	}
	s.Spec.Ports = ports
	return namePorts(t, ports)
}

func noPorts(t *Target) error {
	if len(t.Ports) > 0 {
		return &RefusedError{Message: fmt.Sprintf("only sidecars of %s declare a port: say which port to expose with --port", t)}
	}
	return &RefusedError{Message: fmt.Sprintf("no container of %s declares a port: say which port to expose with --port=PORT or --port=PORT:TARGET", t)}
}

// asked is a port as --port names it. Of a Service that is there, it keeps what the command line does not say. Without a
// target, it leads to the container's port of the same number, as with kubectl. A number that containers declare for two
// protocols makes two ports, as with kubectl, and a number that the Service has for two stays so.
func (t *Target) asked(s *corev1.Service, p Port) (all []corev1.ServicePort) {
	port := corev1.ServicePort{Name: p.Name, Port: p.Number, Protocol: p.Protocol, TargetPort: p.Target}
	for _, now := range s.Spec.Ports {
		if now.Port == p.Number && (p.Protocol == "" || now.Protocol == p.Protocol) {
			one := port
			one.NodePort, one.AppProtocol, one.Protocol = now.NodePort, now.AppProtocol, now.Protocol
			one.Name = cmp.Or(p.Name, now.Name)
			if !p.hasTarget() {
				one.TargetPort = now.TargetPort
			}
			all = append(all, one)
		}
	}
	if len(all) > 0 {
		return p.nameEach(all)
	}
	if !p.hasTarget() {
		port.TargetPort = t.target(p.Number)
	}
	protocols := t.protocols(port.TargetPort)
	if port.Protocol != "" || len(protocols) < 2 {
		port.Protocol = cmp.Or(port.Protocol, first(protocols), corev1.ProtocolTCP)
		return []corev1.ServicePort{port}
	}
	for _, protocol := range protocols {
		port.Protocol = protocol
		all = append(all, port)
	}
	return p.nameEach(all)
}

// nameEach gives several ports of one name each a name of its own: NAME-tcp, NAME-udp.
func (p Port) nameEach(all []corev1.ServicePort) []corev1.ServicePort {
	for i := range all {
		if len(all) > 1 && p.Name != "" {
			all[i].Name = p.Name + "-" + strings.ToLower(string(all[i].Protocol))
		}
	}
	return all
}

func first[T any](all []T) (none T) {
	if len(all) == 0 {
		return none
	}
	return all[0]
}

// target is where a Service leads that is exposed once more.
func (t *Target) target(port int32) intstr.IntOrString {
	for _, d := range t.Ports {
		if d.Port == port && d.Target != "" {
			return intstr.Parse(d.Target)
		}
	}
	return intstr.FromInt32(port)
}

// protocols are those for which containers declare a port.
func (t *Target) protocols(target intstr.IntOrString) (all []corev1.Protocol) {
	for _, d := range t.Ports {
		if d.is(target) && !slices.Contains(all, d.Protocol) {
			all = append(all, d.Protocol)
		}
	}
	return all
}

// is tells whether a port of a Service leads to this one. Those of a Service lead to where it leads itself.
func (d Declared) is(target intstr.IntOrString) bool {
	if d.Target != "" {
		return d.Target == target.String()
	}
	if target.Type == intstr.String {
		return d.Name == target.StrVal
	}
	return d.Port == target.IntVal
}

// inferred are the ports of all containers but sidecars.
func (t *Target) inferred() (ports []corev1.ServicePort) {
	for _, d := range t.Ports {
		p := corev1.ServicePort{Port: d.Port, Protocol: d.Protocol, TargetPort: intstr.FromInt32(d.Port)}
		if d.Target != "" && d.Target != "0" {
			p.TargetPort = intstr.Parse(d.Target)
		}
		twice := slices.ContainsFunc(ports, func(q corev1.ServicePort) bool { return q.Port == p.Port && q.Protocol == p.Protocol })
		if !d.Aside && !twice {
			ports = append(ports, p)
		}
	}
	return ports
}

// namePorts names several ports: as the containers do, or port-1, port-2 as kubectl does. A single one keeps what it has.
func namePorts(t *Target, ports []corev1.ServicePort) error {
	if len(ports) < 2 {
		return nil
	}
	used := map[string]bool{}
	for _, p := range ports {
		if p.Name != "" && used[p.Name] {
			return inputf("--port: the name %s is given twice", p.Name)
		}
		used[p.Name] = true
	}
	for i := range ports {
		p := &ports[i]
		if p.Name != "" {
			continue
		}
		name := t.nameOf(p)
		if name == "" || used[name] {
			name = "port-" + strconv.Itoa(i+1)
		}
		p.Name, used[name] = name, true
	}
	return nil
}

// nameOf is the name of the container's port that a port leads to.
func (t *Target) nameOf(p *corev1.ServicePort) string {
	for _, d := range t.Ports {
		if d.is(p.TargetPort) && d.Protocol == p.Protocol && d.Name != "" {
			return d.Name
		}
	}
	return ""
}
