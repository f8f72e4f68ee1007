package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindIngress   = "Ingress"
	kindHTTPRoute = "HTTPRoute"
)

// routes are the Ingresses and HTTPRoutes that name one of the Services.
func (l *look) routes() []Route {
	var all []Route
	for i := range l.around.Ingresses {
		if r, ok := l.ingress(&l.around.Ingresses[i]); ok {
			all = append(all, r)
		}
	}
	for i := range l.around.HTTPRoutes {
		if r, ok := l.httpRoute(&l.around.HTTPRoutes[i]); ok {
			all = append(all, r)
		}
	}
	return all
}

// service is one of the app's own.
func (l *look) service(name string) *corev1.Service {
	if !slices.ContainsFunc(l.app.Services, func(s Service) bool { return s.Object.Name == name }) {
		return nil
	}
	for i := range l.around.Services {
		if l.around.Services[i].Name == name {
			return &l.around.Services[i]
		}
	}
	return nil
}

func (l *look) ingress(in *networkingv1.Ingress) (Route, bool) {
	r := Route{Object: l.ref(kindIngress, in.Name)}
	if class := in.Spec.IngressClassName; class != nil {
		r.Through = []string{"class " + *class}
	}
	var hosts []string
	leads := func(b *networkingv1.IngressBackend, host, path string) {
		if b == nil || b.Service == nil {
			return
		}
		s := l.service(b.Service.Name)
		if s == nil {
			return
		}
		r.URLs = appendNew(r.URLs, ingressURL(in, host, path))
		hosts = appendNew(hosts, host)
		port := cmp.Or(b.Service.Port.Name, fmt.Sprint(b.Service.Port.Number))
		r.Services = appendNew(r.Services, s.Name+":"+port)
		if !servicePort(s, b.Service.Port) {
			r.Problems = appendNew(r.Problems, severe(BackendNoPort, fmt.Sprintf("service/%s has no port %s", s.Name, port)))
		}
	}
	leads(in.Spec.DefaultBackend, "", "")
	for _, rule := range in.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for i := range rule.HTTP.Paths {
			p := &rule.HTTP.Paths[i]
			leads(&p.Backend, rule.Host, p.Path)
		}
	}
	if len(r.URLs) == 0 {
		return r, false
	}
	for _, t := range in.Spec.TLS {
		l.ingressTLS(&r, t, hosts)
	}
	if len(in.Status.LoadBalancer.Ingress) == 0 {
		r.Problems = append(r.Problems, soon(NoAddress, "it has no address: no controller serves it, or none says so"))
	}
	return r, true
}

func appendNew[T comparable](all []T, more T) []T {
	if slices.Contains(all, more) {
		return all
	}
	return append(all, more)
}

func ingressURL(in *networkingv1.Ingress, host, path string) string {
	scheme := "http"
	for _, t := range in.Spec.TLS {
		if covers(t.Hosts, host) || len(t.Hosts) == 0 {
			scheme = "https"
		}
	}
	return scheme + "://" + cmp.Or(host, "*") + cmp.Or(path, "/")
}

// covers tells whether a host is one of the TLS hosts, or one label below a wildcard of them.
func covers(hosts []string, host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(hosts, func(h string) bool {
		return strings.EqualFold(h, host) || parent != "" && strings.EqualFold(h, "*."+parent)
	})
}

func servicePort(s *corev1.Service, port networkingv1.ServiceBackendPort) bool {
	return slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool {
		return port.Name != "" && p.Name == port.Name || port.Name == "" && p.Port == port.Number
	})
}

// ingressTLS holds a certificate against those of its hosts that lead here.
func (l *look) ingressTLS(r *Route, t networkingv1.IngressTLS, hosts []string) {
	var mine []string
	for _, host := range hosts {
		if host != "" && (len(t.Hosts) == 0 || covers(t.Hosts, host)) {
			mine = append(mine, host)
		}
	}
	if len(mine) == 0 && len(t.Hosts) > 0 || t.SecretName == "" { // without a name it is the controller's own certificate
		return
	}
	certificate, problems := l.certificate(t.SecretName, mine, true)
	r.Certificates = append(r.Certificates, certificate)
	r.Problems = append(r.Problems, problems...)
}

// certificate is that of a Secret, and what is wrong with it for the hosts. wanted: the Secret has to hold one.
func (l *look) certificate(secret string, hosts []string, wanted bool) (Certificate, []Problem) {
	c := Certificate{Secret: secret}
	object := "secret/" + secret
	named := l.around.Named[l.ref(string(workload.SecretReference), secret)]
	switch {
	case named.State == RefMissing && wanted:
		return c, []Problem{severe(CertificateAbsent, object+" with the certificate does not exist")}
	case named.NotTLS && wanted: // controllers take one of any type with the right keys
		return c, []Problem{soon(NotTLS, object+" is not of the type kubernetes.io/tls: its certificate was not read")}
	case named.Broken:
		return c, []Problem{severe(CertificateBroken, object+" holds no certificate in tls.crt that can be read")}
	case named.Certificate == nil:
		return c, nil
	}
	expires := named.Certificate.NotAfter
	c.Expires = &expires
	var problems []Problem
	switch secrets.ValidityAt(expires, l.now) {
	case secrets.Expired:
		problems = append(problems, severe(CertificateOver, "the certificate in "+object+" expired on "+expires.UTC().Format(time.DateOnly)))
	case secrets.ExpiresSoon:
		problems = append(problems, soon(CertificateEnds, "the certificate in "+object+" expires on "+expires.UTC().Format(time.DateOnly)))
	case secrets.Valid:
	}
	for _, host := range hosts {
		// A wildcard host asks for a certificate of the same wildcard: any name in it stands for all.
		if err := named.Certificate.VerifyHostname(strings.Replace(host, "*.", "any.", 1)); err != nil {
			problems = append(problems, severe(CertificateHost, fmt.Sprintf("the certificate in %s is not for %s%s", object, host, namesOf(named.Certificate.DNSNames))))
		}
	}
	return c, problems
}

// namesOf lists a few names of a certificate.
func namesOf(names []string) string {
	const most = 3
	switch {
	case len(names) == 0:
		return ""
	case len(names) > most:
		return fmt.Sprintf("; it is for %s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return "; it is for " + strings.Join(names, ", ")
}

func (l *look) httpRoute(h *HTTPRoute) (Route, bool) {
	r := Route{Object: l.ref(kindHTTPRoute, h.Metadata.Name)}
	hosts := h.Spec.Hostnames
	if len(hosts) == 0 {
		hosts = []string{"*"}
	}
	for _, rule := range h.Spec.Rules {
		for _, b := range rule.BackendRefs {
			if b.Group != "" || b.Kind != "" && b.Kind != kindService || b.Namespace != "" && b.Namespace != l.w.Namespace {
				continue
			}
			s := l.service(b.Name)
			if s == nil {
				continue
			}
			target := fmt.Sprintf("%s:%d", b.Name, b.Port)
			if b.Weight != nil && len(rule.BackendRefs) > 1 {
				target += fmt.Sprintf(" (weight %d)", *b.Weight)
			}
			r.Services = appendNew(r.Services, target)
			if !servicePort(s, networkingv1.ServiceBackendPort{Number: b.Port}) {
				r.Problems = appendNew(r.Problems, severe(BackendNoPort, fmt.Sprintf("service/%s has no port %d", b.Name, b.Port)))
			}
			paths := []string{"/"}
			for i, m := range rule.Matches {
				if i == 0 {
					paths = nil
				}
				path := "/"
				if m.Path != nil {
					path = cmp.Or(m.Path.Value, "/")
				}
				paths = appendNew(paths, path)
			}
			for _, host := range hosts {
				for _, path := range paths {
					r.URLs = appendNew(r.URLs, host+path)
				}
			}
		}
	}
	for _, p := range h.Spec.ParentRefs {
		r.Through = append(r.Through, strings.ToLower(cmp.Or(p.Kind, "Gateway"))+"/"+p.Name)
	}
	r.Problems = append(r.Problems, routeConditions(h)...)
	return r, len(r.Services) > 0
}

// routeConditions are those with which a Gateway refuses the present route, or what it refers to.
func routeConditions(h *HTTPRoute) []Problem {
	var all []Problem
	for _, p := range h.Status.Parents {
		for _, c := range p.Conditions {
			if (c.Type == "Accepted" || c.Type == "ResolvedRefs") && c.Status == "False" && c.ObservedGeneration >= h.Metadata.Generation {
				all = append(all, severe(RouteRejected, fmt.Sprintf("%s/%s: %s is False, %s: %s", strings.ToLower(cmp.Or(p.ParentRef.Kind, "Gateway")), p.ParentRef.Name, c.Type, c.Reason, c.Message)))
			}
		}
	}
	if len(h.Status.Parents) == 0 {
		all = append(all, soon(NoAddress, "no Gateway has accepted it yet"))
	}
	return all
}
