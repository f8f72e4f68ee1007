package expose

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// CheckTargets compares where the ports of a Service lead with what containers declare. A name that no container has leads
// nowhere: that is a *RefusedError. A number that none declares may still be listened on: that is a warning.
func CheckTargets(t *Target, s *corev1.Service) (warnings []string, err error) {
	if t.Kind == kindService {
		return nil, nil
	}
	for _, p := range s.Spec.Ports {
		target := p.TargetPort
		if target == (intstr.IntOrString{}) || target.String() == "0" {
			target = intstr.FromInt32(p.Port)
		}
		if t.declares(target, p.Protocol) {
			continue
		}
		switch {
		case target.Type == intstr.String:
			return nil, &RefusedError{Message: fmt.Sprintf("no container of %s has a port named %s%s", t, target.StrVal, t.nearestName(target.StrVal))}
		case len(t.Ports) == 0:
			warnings = append(warnings, fmt.Sprintf("no container of %s declares a port: it can't be checked whether one listens on %s", t, target.String()))
		default:
			warnings = append(warnings, fmt.Sprintf("no container of %s declares port %s, where port %d of the Service leads%s", t, numbered(target, p.Protocol), p.Port, t.nearestNumber(&p)))
		}
	}
	return warnings, nil
}

func numbered(target intstr.IntOrString, protocol corev1.Protocol) string {
	if protocol == "" || protocol == corev1.ProtocolTCP {
		return target.String()
	}
	return target.String() + "/" + string(protocol)
}

func (t *Target) declares(target intstr.IntOrString, protocol corev1.Protocol) bool {
	for _, d := range t.Ports {
		if d.is(target) && (protocol == "" || d.Protocol == protocol) {
			return true
		}
	}
	return false
}

func (t *Target) nearestName(name string) string {
	var names, shown []string
	for _, d := range t.Ports {
		if d.Name != "" {
			names = append(names, d.Name)
		}
		shown = append(shown, d.String())
	}
	switch near := workload.Nearest(name, names); {
	case near != "":
		return "; did you mean " + near + "?"
	case len(shown) > 0:
		return "; it declares " + strings.Join(shown, ", ")
	}
	return ": no container declares a port"
}

// nearestNumber offers the one port that the app declares, or lists them.
func (t *Target) nearestNumber(p *corev1.ServicePort) string {
	var own []Declared
	var shown []string
	for _, d := range t.Ports {
		if !d.Aside {
			own = append(own, d)
			shown = append(shown, d.String())
		}
	}
	if len(own) == 1 && own[0].Protocol == p.Protocol {
		return fmt.Sprintf("; it declares %s: did you mean --port=%d:%d?", own[0], p.Port, own[0].Port)
	}
	if len(shown) == 0 {
		return ""
	}
	return "; it declares " + strings.Join(shown, ", ")
}
