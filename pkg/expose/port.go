package expose

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// Port is a port as the command line asks for it. What is empty is not said.
type Port struct {
	Name     string
	Number   int32
	Target   intstr.IntOrString
	Protocol corev1.Protocol
}

// hasTarget tells whether the command line says where the port leads.
func (p Port) hasTarget() bool { return p.Target != intstr.IntOrString{} }

// ParsePorts reads the values of --port: [NAME=]PORT[:TARGET][/PROTOCOL]. The error is an *InputError.
func ParsePorts(values []string) ([]Port, error) {
	var all []Port
	for _, value := range values {
		for _, text := range strings.Split(value, ",") {
			p, err := parsePort(strings.TrimSpace(text))
			if err != nil {
				return nil, err
			}
			for _, other := range all {
				if other.Number == p.Number && (other.Protocol == p.Protocol || other.Protocol == "" || p.Protocol == "") {
					return nil, inputf("--port: %d is given twice", p.Number)
				}
				if p.Name != "" && other.Name == p.Name {
					return nil, inputf("--port: the name %s is given twice", p.Name)
				}
			}
			all = append(all, p)
		}
	}
	return all, nil
}

const portGrammar = "write PORT, PORT:TARGET or NAME=PORT:TARGET, for example http=80:8080; /UDP at the end is the protocol"

func parsePort(text string) (p Port, err error) {
	rest := text
	if name, after, named := strings.Cut(rest, "="); named {
		p.Name, rest = name, after
		if faults := validation.IsDNS1123Label(name); len(faults) > 0 {
			return p, inputf("--port=%s: %s is not a valid name of a port: use lower-case letters, digits and '-'%s", redact.Argument(text), redact.Argument(name), suggest(name, Label(name)))
		}
	}
	if before, protocol, given := strings.Cut(rest, "/"); given {
		rest = before
		if p.Protocol, err = ParseProtocol(protocol); err != nil {
			return p, err
		}
	}
	number, target, given := strings.Cut(rest, ":")
	if p.Number, err = parseNumber("--port="+redact.Argument(text), number, portGrammar); err != nil {
		return p, err
	}
	if given {
		p.Target, err = ParseTarget("--port="+redact.Argument(text), target)
	}
	return p, err
}

// ParseTarget reads the number or the name of a container's port.
func ParseTarget(flag, text string) (intstr.IntOrString, error) {
	if _, err := strconv.Atoi(text); err == nil || text == "" {
		n, err := parseNumber(flag, text, "give the number or the name of a container's port")
		return intstr.FromInt32(n), err
	}
	if faults := validation.IsValidPortName(text); len(faults) > 0 {
		return intstr.IntOrString{}, inputf("%s: %s is neither a number nor a name of a container's port", flag, redact.Argument(text))
	}
	return intstr.FromString(text), nil
}

// ParseProtocol reads the name of a protocol.
func ParseProtocol(text string) (corev1.Protocol, error) {
	switch p := corev1.Protocol(strings.ToUpper(text)); p {
	case corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP:
		return p, nil
	}
	return "", inputf("%s is not a protocol of a Service: it takes TCP, UDP, SCTP", redact.Argument(text))
}

func parseNumber(flag, text, grammar string) (int32, error) {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, inputf("%s: %q is not a number; %s", flag, redact.Argument(text), grammar)
	case n < 1 || n > 65535:
		return 0, inputf("%s: %d is no port: ports go from 1 to 65535", flag, n)
	}
	return int32(n), nil
}

// Label is the nearest text that may be a DNS label; "" if nothing is left.
func Label(text string) string {
	text = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(text))
	text = strings.Trim(text, "-")
	if len(text) > validation.DNS1123LabelMaxLength {
		text = strings.Trim(text[:validation.DNS1123LabelMaxLength], "-")
	}
	return text
}

func suggest(given, near string) string {
	if near == "" || near == given {
		return ""
	}
	return "; did you mean " + near + "?"
}

// CheckName refuses a name that no Service can have.
func CheckName(name string, given bool) error {
	if len(validation.IsDNS1123Label(name)) == 0 {
		return nil
	}
	rule := ": use at most 63 lower-case letters, digits and '-'; begin and end with a letter or a digit"
	if near := Label(name); given {
		return inputf("--name: %s is not a valid name of a Service%s%s", redact.Argument(name), rule, suggest(name, near))
	} else if near != "" {
		return inputf("%s is not a valid name of a Service%s: give --name=%s", name, rule, near)
	}
	return inputf("%s is not a valid name of a Service%s: give --name", name, rule)
}
