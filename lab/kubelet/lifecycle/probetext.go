package lifecycle

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// probeError is what a probe that fails now says, or nil.
func (m *Machine) probeError(u *unit, kind probeKind, spec *corev1.Probe) *string {
	i := m.runtime.latest(u.Name)
	if !serves(u, i, m.now) || !listens(u, spec) {
		return m.refused(u, spec)
	}
	if spec.HTTPGet != nil && u.behavior.Delay >= timeoutOf(spec) {
		return m.timedOut(u, spec)
	}
	code := u.answer(kind, m.now.Sub(i.started))
	if code == 0 && spec.HTTPGet != nil {
		code = u.behavior.Status
	}
	if code == 0 {
		return nil
	}
	text := fmt.Sprintf("HTTP probe failed with statuscode: %d", code)
	switch {
	case spec.Exec != nil:
		text = "not ready\n"
	case spec.TCPSocket != nil:
		// A program that is not well has its port closed: TCP can't tell more.
		return m.refused(u, spec)
	case spec.GRPC != nil:
		text = `service unhealthy (responded with "NOT_SERVING")`
	}
	return &text
}

// answer is the HTTP status that a program of this age gives to a probe, or 0 for all's well.
func (u *unit) answer(kind probeKind, age time.Duration) int {
	b := u.behavior
	switch {
	case kind == livenessProbe && b.Liveness || kind == startupProbe && b.Startup:
		return 500
	case kind == livenessProbe || kind == startupProbe && b.Ready != wordUnready && b.Ready != wordSlow:
		return 0
	case b.Ready == wordUnready:
		return 500
	case b.Ready == wordSlow && age < b.ReadyTime:
		return 503
	case b.Ready == wordFlaky && age/flapTime(u)%2 == 1:
		return 503
	}
	return 0
}

// flapTime is how long a flaky program stays well, and ill: long enough for its
// probe to notice.
func flapTime(u *unit) time.Duration {
	shortest := 12 * time.Second
	if p := u.ReadinessProbe; p != nil {
		shortest = max(shortest, time.Duration(p.PeriodSeconds*(p.FailureThreshold+1))*time.Second)
	}
	return orDefault(u.behavior.ReadyTime, shortest)
}

// listens tells whether the program has the probe's port open.
func listens(u *unit, spec *corev1.Probe) bool {
	return spec.Exec != nil || !u.behavior.Localhost && (u.behavior.Listen == 0 || portOfProbe(u, spec) == u.behavior.Listen)
}

func portOfProbe(u *unit, spec *corev1.Probe) int {
	var name string
	switch {
	case spec.GRPC != nil:
		return int(spec.GRPC.Port)
	case spec.HTTPGet != nil:
		if n := spec.HTTPGet.Port.IntValue(); n > 0 {
			return n
		}
		name = spec.HTTPGet.Port.StrVal
	case spec.TCPSocket != nil:
		if n := spec.TCPSocket.Port.IntValue(); n > 0 {
			return n
		}
		name = spec.TCPSocket.Port.StrVal
	}
	for _, port := range u.Ports {
		if port.Name == name {
			return int(port.ContainerPort)
		}
	}
	return portOf(u.Container)
}

// refused is what a probe says when nobody listens.
func (m *Machine) refused(u *unit, spec *corev1.Probe) *string {
	address := m.addressOfProbe(u, spec)
	text := fmt.Sprintf("dial tcp %s: connect: connection refused", address)
	switch {
	case spec.Exec != nil:
		text = "not ready\n"
	case spec.GRPC != nil:
		text = fmt.Sprintf("timeout: failed to connect service %q within %ds: context deadline exceeded", address, spec.TimeoutSeconds)
	case spec.HTTPGet != nil:
		text = fmt.Sprintf("Get %q: %s", m.urlOfProbe(u, spec), text)
	}
	return &text
}

// timedOut is what an HTTP probe says that got no answer in time.
func (m *Machine) timedOut(u *unit, spec *corev1.Probe) *string {
	text := fmt.Sprintf("Get %q: context deadline exceeded (Client.Timeout exceeded while awaiting headers)", m.urlOfProbe(u, spec))
	return &text
}

func timeoutOf(spec *corev1.Probe) time.Duration {
	return time.Duration(max(spec.TimeoutSeconds, 1)) * time.Second
}

func (m *Machine) addressOfProbe(u *unit, spec *corev1.Probe) string {
	return net.JoinHostPort(m.settings.PodIP, strconv.Itoa(portOfProbe(u, spec)))
}

func (m *Machine) urlOfProbe(u *unit, spec *corev1.Probe) string {
	scheme := "http"
	if spec.HTTPGet.Scheme == corev1.URISchemeHTTPS {
		scheme = "https"
	}
	return scheme + "://" + m.addressOfProbe(u, spec) + pathOf(spec)
}

// pathOf is the path that an HTTP probe asks for.
func pathOf(spec *corev1.Probe) string {
	if path := spec.HTTPGet.Path; strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + spec.HTTPGet.Path
}
