package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
)

// explainConnection maps what happened before the API server could answer.
func (e *Error) explainConnection(err error) {
	host := hostOf(err)
	var dns *net.DNSError
	var timeout net.Error
	e.Next = []string{"kubectl cluster-info", "kubectl config view --minify"}
	switch {
	case untrusted(err):
		e.set(Untrusted, "the certificate of the server%s is not trusted: %v", host, innermost(err))
	case withoutCredentials(err):
		e.set(Unauthorized, "the kubeconfig's credential plugin failed: %v", innermost(err))
	case errors.As(err, &dns):
		e.set(Unreachable, "the server%s can't be reached: no such host", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.set(Unreachable, "the server%s can't be reached: connection refused; is it running?", host)
	case errors.As(err, &timeout) && timeout.Timeout():
		e.set(Unreachable, "the server%s did not answer in time", host)
	case host != "":
		e.set(Unreachable, "the server%s can't be reached: %v", host, innermost(err))
	default:
		e.Next = nil
	}
}

// unanswered tells whether a request ended without a whole answer, in whatever way, and may have left.
func unanswered(err error) bool {
	var request *url.Error
	return broken(err) || timedOut(err) || errors.As(err, &request) && !unsent(err)
}

// unsent tells whether a request can't have left: there was no connection.
func unsent(err error) bool {
	var connect *net.OpError
	var dns *net.DNSError
	return untrusted(err) || withoutCredentials(err) || errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.As(err, &connect) && (connect.Op == "dial" || connect.Op == "proxyconnect")
}

// withoutCredentials: the credential plugin of the kubeconfig failed.
func withoutCredentials(err error) bool { return strings.Contains(err.Error(), "getting credentials") }

func untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid)
}

func hostOf(err error) string {
	var request *url.Error
	if !errors.As(err, &request) {
		return ""
	}
	u, parseErr := url.Parse(request.URL)
	if parseErr != nil {
		return ""
	}
	return " " + u.Host
}

// innermost leaves out the URL that net/http puts before each cause.
func innermost(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}
