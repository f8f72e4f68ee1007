package expose

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// Route is a path of a host that is to lead to a Service, in an Ingress.
type Route struct {
	Host, Path string
	Type       networkingv1.PathType
	// Class is the IngressClass; "" keeps that of an Ingress that is there.
	Class string
	// TLS is the Secret with the certificate; "" keeps what is there.
	TLS string
	// Force takes over a path that leads elsewhere.
	Force bool

	Namespace, Service string
	Port               networkingv1.ServiceBackendPort
}

// String is the route as a message names it: HOST/PATH.
func (r *Route) String() string { return r.Host + r.Path }

// ParsePath reads --path: /PATH, /PATH=Prefix or /PATH=Exact.
func ParsePath(text string) (path string, kind networkingv1.PathType, err error) {
	path, given, typed := strings.Cut(text, "=")
	kind = networkingv1.PathTypePrefix
	if typed {
		switch t := networkingv1.PathType(given); t {
		case networkingv1.PathTypePrefix, networkingv1.PathTypeExact, networkingv1.PathTypeImplementationSpecific:
			kind = t
		default:
			return "", "", inputf("--path=%s: the type of a path is Prefix or Exact, not %s", redact.Argument(path), redact.Argument(given))
		}
	}
	shown := redact.Argument(path)
	switch {
	case !strings.HasPrefix(path, "/"):
		return "", "", inputf("--path=%s: a path begins with /: did you mean /%[1]s?", shown)
	case strings.Contains(path, "//"), strings.Contains(path, "/./"), strings.Contains(path, "/../"), strings.HasSuffix(path, "/.."), strings.HasSuffix(path, "/."), strings.Contains(strings.ToLower(path), "%2f"):
		return "", "", inputf("--path=%s: no path of an Ingress may have //, /./, /../ or %%2f in it", shown)
	case strings.ContainsAny(path, "?# "):
		return "", "", inputf("--path=%s: a path has no blank, ? or #", shown)
	}
	return path, kind, nil
}

// CheckHost refuses what is no name of a host.
func CheckHost(host string) error {
	shown := redact.Argument(host)
	if _, rest, has := strings.Cut(host, "://"); has {
		rest, _, _ = strings.Cut(rest, "/")
		return inputf("--host=%s: give the name alone, without http:// or https://: --host=%s", shown, redact.Argument(rest))
	}
	if name, path, has := strings.Cut(host, "/"); has {
		return inputf("--host=%s: give the path with --path: --host=%s --path=/%s", shown, redact.Argument(name), redact.Argument(path))
	}
	if name, port, has := strings.Cut(host, ":"); has {
		return inputf("--host=%s: an Ingress has no ports of its own (:%s): --host=%s", shown, redact.Argument(port), redact.Argument(name))
	}
	if strings.HasPrefix(host, "*.") {
		if len(validation.IsWildcardDNS1123Subdomain(host)) > 0 {
			return inputf("--host=%s is not a name of a host", shown)
		}
		return nil
	}
	if len(validation.IsDNS1123Subdomain(host)) > 0 {
		near := strings.ToLower(strings.ReplaceAll(host, "_", "-"))
		if len(validation.IsDNS1123Subdomain(near)) == 0 {
			return inputf("--host=%s is not a name of a host; did you mean %s?", shown, redact.Argument(near))
		}
		return inputf("--host=%s is not a name of a host", shown)
	}
	return nil
}

// BackendPort is the TCP port of a Service to which a route leads: the only one, that named http, or the first. The error
// is a *RefusedError.
func BackendPort(s *corev1.Service) (port networkingv1.ServiceBackendPort, err error) {
	for _, p := range s.Spec.Ports {
		if tcp := p.Protocol == "" || p.Protocol == corev1.ProtocolTCP; tcp && (port.Number == 0 || p.Name == "http") {
			port.Number = p.Port
		}
	}
	if port.Number == 0 {
		return port, &RefusedError{Message: fmt.Sprintf("service/%s has no TCP port, and an Ingress leads to one: name it with --port", s.Name)}
	}
	return port, nil
}

// ChooseIngress finds the Ingress of a host among those of the namespace, or the name for a new one.
func ChooseIngress(all []networkingv1.Ingress, r *Route) (name string, now *networkingv1.Ingress, err error) {
	var found []*networkingv1.Ingress
	name = strings.Replace(r.Host, "*.", "wildcard.", 1)
	for i := range all {
		rule := ruleOf(&all[i], r.Host)
		owner := metav1.GetControllerOfNoCopy(&all[i])
		switch {
		case owner != nil && all[i].Name == name:
			return "", nil, &RefusedError{
				Message: fmt.Sprintf("ingress/%s belongs to %s %s, which would undo the change", name, owner.Kind, owner.Name),
				Next:    []string{"kubectl describe ingress/" + name + " -n " + r.Namespace},
			}
		case owner != nil: // a controller made it for itself, and changes or deletes it
		case rule == nil && all[i].Name == name:
			return "", nil, &RefusedError{
				Message: fmt.Sprintf("ingress/%s exists and has no rule for the host %s", name, r.Host),
				Next:    []string{"kubectl describe ingress/" + name + " -n " + r.Namespace},
			}
		case rule == nil:
		case pathOf(&all[i], r) != nil:
			return all[i].Name, &all[i], nil
		default:
			found = append(found, &all[i])
		}
	}
	switch len(found) {
	case 0:
		return name, nil, nil
	case 1:
		return found[0].Name, found[0], nil
	}
	for _, in := range found {
		if in.Name == name {
			return name, in, nil
		}
	}
	names := make([]string, 0, len(found))
	for _, in := range found {
		names = append(names, "ingress/"+in.Name)
	}
	return "", nil, &RefusedError{
		Message: fmt.Sprintf("%s have rules for the host %s: it is not known in which of them %s belongs", strings.Join(names, " and "), r.Host, r.Path),
		Next:    []string{"kubectl get ingresses -n " + r.Namespace},
	}
}

func ruleOf(in *networkingv1.Ingress, host string) *networkingv1.IngressRule {
	for i := range in.Spec.Rules {
		if rule := &in.Spec.Rules[i]; rule.Host == host && rule.HTTP != nil {
			return rule
		}
	}
	return nil
}

// pathOf is the path that answers the same requests, in any rule of the host. One of the same type goes first: of
// ImplementationSpecific, it is not known which requests the controller gives it.
func pathOf(in *networkingv1.Ingress, r *Route) (found *networkingv1.HTTPIngressPath) {
	for _, rule := range in.Spec.Rules {
		if rule.Host != r.Host || rule.HTTP == nil {
			continue
		}
		for i := range rule.HTTP.Paths {
			p := &rule.HTTP.Paths[i]
			kind := networkingv1.PathTypeImplementationSpecific
			if p.PathType != nil {
				kind = *p.PathType
			}
			same := p.Path == r.Path || r.Type != networkingv1.PathTypeExact && strings.TrimSuffix(p.Path, "/") == strings.TrimSuffix(r.Path, "/")
			switch {
			case !same:
			case kind == r.Type:
				return p
			case found == nil && (kind == networkingv1.PathTypeImplementationSpecific || r.Type == networkingv1.PathTypeImplementationSpecific):
				found = p
			}
		}
	}
	return found
}

// PlanIngress is the Ingress with the route: a new one, or the one that is there (nil for none), of which all other paths
// stay as they are. The error is a *RefusedError.
func PlanIngress(now *networkingv1.Ingress, name string, r *Route) (*networkingv1.Ingress, error) {
	in := &networkingv1.Ingress{}
	in.Name, in.Namespace = name, r.Namespace
	if now != nil {
		in = now.DeepCopy()
	}
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: r.Service, Port: r.Port}}
	rule := ruleOf(in, r.Host)
	if rule == nil {
		in.Spec.Rules = append(in.Spec.Rules, networkingv1.IngressRule{
			Host: r.Host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{}},
		})
		rule = &in.Spec.Rules[len(in.Spec.Rules)-1]
	}
	if path := pathOf(in, r); path != nil {
		if to := backendText(&path.Backend); (path.Backend.Service == nil || path.Backend.Service.Name != r.Service) && !r.Force {
			return nil, &RefusedError{
				Message: fmt.Sprintf("%s leads to %s already (ingress/%s): choose another --path, or take it over with --force", r, to, in.Name),
				Next:    []string{"kubectl describe ingress/" + in.Name + " -n " + r.Namespace},
			}
		}
		path.Backend = backend
	} else {
		rule.HTTP.Paths = append(rule.HTTP.Paths, networkingv1.HTTPIngressPath{Path: r.Path, PathType: &r.Type, Backend: backend})
	}
	if err := r.setClass(in, now == nil); err != nil {
		return nil, err
	}
	r.setTLS(in)
	return in, nil
}

func (r *Route) setClass(in *networkingv1.Ingress, isNew bool) error {
	switch {
	case r.Class == "" || in.Spec.IngressClassName != nil && *in.Spec.IngressClassName == r.Class:
	case isNew || r.Force:
		in.Spec.IngressClassName = &r.Class
	default:
		return &RefusedError{Message: fmt.Sprintf("ingress/%s has the class %s, and all its paths would get %s: leave out --ingress-class, or accept it with --force", in.Name, text(in.Spec.IngressClassName), r.Class)}
	}
	return nil
}

// setTLS serves the host with a certificate. Other hosts keep theirs.
func (r *Route) setTLS(in *networkingv1.Ingress) {
	if r.TLS == "" {
		return
	}
	in.Spec.TLS = withoutHost(in.Spec.TLS, r.Host, r.TLS)
	i := slices.IndexFunc(in.Spec.TLS, func(t networkingv1.IngressTLS) bool { return t.SecretName == r.TLS })
	switch {
	case i < 0:
		in.Spec.TLS = append(in.Spec.TLS, networkingv1.IngressTLS{Hosts: []string{r.Host}, SecretName: r.TLS})
	case len(in.Spec.TLS[i].Hosts) > 0 && !slices.Contains(in.Spec.TLS[i].Hosts, r.Host):
		in.Spec.TLS[i].Hosts = append(in.Spec.TLS[i].Hosts, r.Host)
	}
}

// withoutHost takes a host out of the entries that name it, but not out of those with the Secret that is kept ("" for none).
// An entry without hosts is for all of them, and stays.
func withoutHost(all []networkingv1.IngressTLS, host, kept string) (rest []networkingv1.IngressTLS) {
	for _, t := range all {
		if slices.Contains(t.Hosts, host) && (kept == "" || t.SecretName != kept) {
			t.Hosts = slices.DeleteFunc(t.Hosts, func(h string) bool { return h == host })
			if len(t.Hosts) == 0 {
				continue
			}
		}
		rest = append(rest, t)
	}
	return rest
}

// TLSSecret is the Secret with the certificate of a host in an Ingress; "" if it is served without.
func TLSSecret(in *networkingv1.Ingress, host string) (secret string, tls bool) {
	_, parent, _ := strings.Cut(host, ".")
	for _, t := range in.Spec.TLS {
		if slices.Contains(t.Hosts, host) || slices.Contains(t.Hosts, "*."+parent) || len(t.Hosts) == 0 {
			return t.SecretName, true
		}
	}
	return "", false
}

func backendText(b *networkingv1.IngressBackend) string {
	if b.Service == nil {
		return "a resource"
	}
	port := b.Service.Port.Name
	if port == "" {
		port = fmt.Sprint(b.Service.Port.Number)
	}
	return "service/" + b.Service.Name + ":" + port
}

// IngressChanges compares an Ingress before and after, path by path.
func IngressChanges(before, after *networkingv1.Ingress) []Change {
	var all []Change
	add := func(field, from, to string) {
		if from != to {
			all = append(all, Change{field, from, to})
		}
	}
	add("ingressClassName", text(before.Spec.IngressClassName), text(after.Spec.IngressClassName))
	old, next := paths(before), paths(after)
	for _, p := range old {
		add("path "+p[0], p[1], find(next, p[0]))
	}
	for _, p := range next {
		if find(old, p[0]) == "" {
			add("path "+p[0], "", p[1])
		}
	}
	add("tls", tlsText(before), tlsText(after))
	return all
}

// paths lists where each path of each host leads.
func paths(in *networkingv1.Ingress) (all [][2]string) {
	for _, rule := range in.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for i := range rule.HTTP.Paths {
			p := &rule.HTTP.Paths[i]
			all = append(all, [2]string{rule.Host + p.Path, backendText(&p.Backend)})
		}
	}
	return all
}

func find(all [][2]string, key string) string {
	for _, pair := range all {
		if pair[0] == key {
			return pair[1]
		}
	}
	return ""
}

func tlsText(in *networkingv1.Ingress) string {
	all := make([]string, 0, len(in.Spec.TLS))
	for _, t := range in.Spec.TLS {
		all = append(all, strings.Join(t.Hosts, ",")+" by secret/"+t.SecretName)
	}
	return strings.Join(all, "; ")
}
