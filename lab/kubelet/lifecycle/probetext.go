package lifecycle

import (
	"fmt"
	"net"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// probeError is what a probe that fails now says, or nil.
func (m *Machine) probeError(u *unit, kind probeKind, spec *corev1.Probe) *string {
	i := m.runtime.latest(u.Name)
	if i == nil || i.state != stateRunning || !i.program.serves || m.now.Sub(i.started) < u.behavior.Boot || !listens(u, spec) {
		return m.refused(u, spec)
	}
	code := m.answer(u, kind, i)
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

// answer is the HTTP status that the program gives, or 0 for all's well.
func (m *Machine) answer(u *unit, kind probeKind, i *instance) int {
	b, age := u.behavior, m.now.Sub(i.started)
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
	return u.behavior.Listen == 0 || spec.Exec != nil || portOfProbe(u, spec) == u.behavior.Listen
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
	address := net.JoinHostPort(m.settings.PodIP, strconv.Itoa(portOfProbe(u, spec)))
	text := fmt.Sprintf("dial tcp %s: connect: connection refused", address)
	switch {
	case spec.Exec != nil:
		text = "not ready\n"
	case spec.GRPC != nil:
		text = fmt.Sprintf("timeout: failed to connect service %q within %ds: context deadline exceeded", address, spec.TimeoutSeconds)
	case spec.HTTPGet != nil:
		scheme := "http"
		if spec.HTTPGet.Scheme == corev1.URISchemeHTTPS {
			scheme = "https"
		}
		path := spec.HTTPGet.Path
		if path == "" || path[0] != '/' {
			path = "/" + path
		}
		text = fmt.Sprintf("Get %q: %s", scheme+"://"+address+path, text)
	}
	return &text
}
