package podtemplate

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Handler is what a probe asks. Port is zero where it is the one that the container declares.
type Handler struct {
	kind    string // http, tcp, grpc or exec
	port    intstr.IntOrString
	scheme  corev1.URIScheme
	host    string
	path    string
	service string
	command []string
}

// The kinds of handlers.
const (
	httpHandler = "http"
	tcpHandler  = "tcp"
	grpcHandler = "grpc"
	execHandler = "exec"
)

// ParseURL reads the URL of an HTTP probe: http://:8080/healthz, or the path alone.
func ParseURL(text string) (*Handler, error) {
	h := &Handler{kind: httpHandler, scheme: corev1.URISchemeHTTP}
	rest := text
	switch scheme, after, found := strings.Cut(text, "://"); {
	case !found && !strings.HasPrefix(text, "/"):
		return nil, fmt.Errorf("%s is not a URL of a probe: write http://:8080/healthz, or /healthz for the port that the container declares", quoted(text))
	case found && strings.EqualFold(scheme, "https"):
		h.scheme, rest = corev1.URISchemeHTTPS, after
	case found && strings.EqualFold(scheme, "http"):
		rest = after
	case found:
		return nil, errors.New("a probe asks by http or https")
	}
	address, path, hasPath := strings.Cut(rest, "/")
	if hasPath {
		h.path = "/" + path
	}
	if _, err := url.Parse(h.path); err != nil || strings.ContainsAny(h.path, " \t\n") {
		return nil, errors.New("the path of the URL is not valid")
	}
	host, port, hasPort := address, "", false
	if i := strings.LastIndex(address, ":"); i >= 0 && !strings.HasSuffix(address, "]") {
		host, port, hasPort = address[:i], address[i+1:], true
	}
	h.host = strings.Trim(host, "[]")
	switch _, err := strconv.Atoi(host); {
	case strings.Contains(address, "@"):
		return nil, errors.New("the URL of a probe holds no login")
	case err == nil && !hasPort:
		return nil, fmt.Errorf("the port goes after a colon: http://:%s/", host)
	case strings.Contains(host, ":") && !strings.HasPrefix(host, "["):
		return nil, errors.New("the URL of a probe is http://:PORT/PATH")
	}
	if !hasPort || port == "" {
		return h, nil
	}
	var err error
	h.port, err = parsePort(port)
	return h, err
}

// ParseTCP reads the port of a TCP probe, by number or name; "" is the port that the container declares.
func ParseTCP(text string) (h *Handler, err error) {
	h = &Handler{kind: tcpHandler}
	if text != "" {
		h.port, err = parsePort(text)
	}
	return h, err
}

// ParseGRPC reads PORT or PORT/SERVICE.
func ParseGRPC(text string) (*Handler, error) {
	h := &Handler{kind: grpcHandler}
	port, service, _ := strings.Cut(text, "/")
	h.service = service
	if port == "" {
		return h, nil
	}
	number, err := parsePort(port)
	if err == nil && number.Type == intstr.String {
		err = fmt.Errorf("%s is not a number: a gRPC probe takes no name of a port", quoted(port))
	}
	h.port = number
	return h, err
}

// Exec runs a command in the container.
func Exec(command []string) *Handler { return &Handler{kind: execHandler, command: command} }

// ParseHandler reads the words of --probe: tcp, tcp:8080, http/healthz, http:8080/healthz, grpc:9000. none is nil.
func ParseHandler(text string) (*Handler, error) {
	kind, rest := text, ""
	if i := strings.IndexAny(text, ":/"); i >= 0 {
		kind, rest = text[:i], text[i:]
	}
	switch kind {
	case "none":
		return nil, nil
	case tcpHandler:
		return ParseTCP(strings.TrimPrefix(rest, ":"))
	case httpHandler:
		if rest == "" {
			rest = "/"
		}
		return ParseURL("http://" + rest)
	case grpcHandler:
		if rest == "" || strings.HasPrefix(rest, ":") {
			return ParseGRPC(strings.TrimPrefix(rest, ":"))
		}
	}
	return nil, fmt.Errorf("%s is not a probe: write tcp, tcp:8080, http/healthz, http:8080/healthz, grpc:9000 or none", quoted(text))
}

func parsePort(text string) (intstr.IntOrString, error) {
	n, err := strconv.Atoi(text)
	switch {
	case err == nil && n >= 1 && n <= 65535:
		return intstr.FromInt32(int32(n)), nil
	case err == nil:
		return intstr.IntOrString{}, fmt.Errorf("%d is no port: ports go from 1 to 65535", n)
	case len(validation.IsValidPortName(text)) > 0:
		return intstr.IntOrString{}, fmt.Errorf("%s is neither the number nor the name of a port", quoted(text))
	}
	return intstr.FromString(text), nil
}

// noPort tells whether the port is the one that the container declares.
func (h *Handler) noPort() bool { return h.kind != execHandler && h.port == intstr.IntOrString{} }

// For completes the handler for a container. The notes warn of what is likely wrong.
func (h *Handler) For(ref workload.Ref, c *corev1.Container) (made corev1.ProbeHandler, notes []string, err error) {
	port := h.port
	if h.noPort() {
		if port, err = onlyPort(ref, c); err != nil {
			return made, nil, err
		}
	} else if h.kind != execHandler {
		if notes, err = checkPort(ref, c, port); err != nil {
			return made, nil, err
		}
	}
	switch h.kind {
	case httpHandler:
		made.HTTPGet = &corev1.HTTPGetAction{Path: h.path, Port: port, Scheme: h.scheme, Host: h.host}
		if made.HTTPGet.Path == "" {
			made.HTTPGet.Path = "/"
		}
		if h.host != "" {
			notes = append(notes, fmt.Sprintf("the kubelet asks %s, and not the pod: leave the host out to ask the pod: --get-url=%s://:%s%s",
				h.host, strings.ToLower(string(h.scheme)), port.String(), made.HTTPGet.Path))
		}
	case tcpHandler:
		made.TCPSocket = &corev1.TCPSocketAction{Port: port}
	case grpcHandler:
		made.GRPC = &corev1.GRPCAction{Port: port.IntVal, Service: &h.service}
	default:
		made.Exec = &corev1.ExecAction{Command: h.command}
	}
	return made, notes, nil
}

// onlyPort is the port that a container declares.
func onlyPort(ref workload.Ref, c *corev1.Container) (intstr.IntOrString, error) {
	ports := tcpPorts(c)
	switch len(ports) {
	case 0:
		return intstr.IntOrString{}, refuse(ref, "container %s of %s declares no port: write the port of the probe", c.Name, ref)
	case 1:
		return intstr.FromInt32(ports[0].ContainerPort), nil
	}
	return intstr.IntOrString{}, refuse(ref, "container %s of %s declares the ports %s: write the port of the probe", c.Name, ref, declared(c))
}

// checkPort compares the port of a probe with those that a container declares. A name has to be one of them. A number need
// not: a process may listen on a port that is not declared.
func checkPort(ref workload.Ref, c *corev1.Container, port intstr.IntOrString) (notes []string, err error) {
	names := portNames(c)
	if declares(c, port) || port.Type == intstr.Int && len(names) == 0 {
		return nil, nil
	}
	message := fmt.Sprintf("container %s of %s declares no port %s", c.Name, ref, port.String())
	if near := workload.Nearest(port.String(), names); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	} else if len(names) > 0 {
		message += "; it has " + declared(c)
	}
	if port.Type == intstr.String {
		return nil, refuse(ref, "%s", message)
	}
	return []string{message}, nil
}

func declares(c *corev1.Container, port intstr.IntOrString) bool {
	for _, p := range tcpPorts(c) {
		if port.Type == intstr.Int && p.ContainerPort == port.IntVal || port.Type == intstr.String && p.Name == port.StrVal {
			return true
		}
	}
	return false
}

// tcpPorts are the ports that a probe can ask.
func tcpPorts(c *corev1.Container) (ports []corev1.ContainerPort) {
	for _, p := range c.Ports {
		if p.Protocol == "" || p.Protocol == corev1.ProtocolTCP {
			ports = append(ports, p)
		}
	}
	return ports
}

// portNames are the declared ports by number and, where they have one, by name.
func portNames(c *corev1.Container) (names []string) {
	for _, p := range tcpPorts(c) {
		names = append(names, strconv.Itoa(int(p.ContainerPort)))
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	return names
}

// declared lists the ports that a probe can ask: "80 (http) and 9090".
func declared(c *corev1.Container) string {
	var all []string
	for _, p := range tcpPorts(c) {
		text := strconv.Itoa(int(p.ContainerPort))
		if p.Name != "" {
			text += " (" + p.Name + ")"
		}
		all = append(all, text)
	}
	return list(all, "and")
}

// quoted is what was typed: people put values where names belong.
func quoted(text string) string { return redact.ArgumentOr(text, "the value") }
