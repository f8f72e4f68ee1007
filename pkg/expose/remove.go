package expose

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// CheckRemove refuses to take away a Service (nil for none) that is not the target's, or to which an Ingress leads.
func CheckRemove(t *Target, name string, s *corev1.Service, ingresses []networkingv1.Ingress, force bool) error {
	if s == nil {
		return &RefusedError{Message: "there is no service/" + name + ": nothing to remove", Next: []string{"kubectl app expose --list -n " + t.Namespace}}
	}
	if !t.selectedBy(s) && !force {
		return &RefusedError{
			Message: fmt.Sprintf("service/%s does not select the pods of %s: it is not removed without --force", name, t),
			Next:    []string{"kubectl describe service/" + name + " -n " + t.Namespace},
		}
	}
	var led []string
	for i := range ingresses {
		for _, p := range paths(&ingresses[i]) {
			if strings.HasPrefix(p[1], "service/"+name+":") {
				led = append(led, p[0])
			}
		}
	}
	if len(led) > 0 && !force {
		host, path, _ := strings.Cut(led[0], "/")
		return &RefusedError{
			Message: fmt.Sprintf("%s leads to service/%s: remove that first, or accept with --force that it leads nowhere", strings.Join(led, ", "), name),
			Next:    []string{fmt.Sprintf("kubectl app expose %s -n %s --name=%s --remove --host=%s --path=/%s", t, t.Namespace, name, host, path)},
		}
	}
	return nil
}

// RemovePath is the Ingress without a path; nil if nothing is left of it. All other paths stay as they are.
func RemovePath(now *networkingv1.Ingress, r *Route) (*networkingv1.Ingress, error) {
	in := now.DeepCopy()
	path := pathOf(in, r)
	switch {
	case path == nil:
		return nil, noSuchPath(r)
	case (path.Backend.Service == nil || path.Backend.Service.Name != r.Service) && !r.Force:
		return nil, &RefusedError{
			Message: fmt.Sprintf("%s leads to %s, not to service/%s: it is not removed without --force", r, backendText(&path.Backend), r.Service),
			Next:    []string{"kubectl describe ingress/" + now.Name + " -n " + r.Namespace},
		}
	}
	in.Spec.Rules = slices.DeleteFunc(in.Spec.Rules, func(rule networkingv1.IngressRule) bool {
		if rule.HTTP == nil {
			return false
		}
		for i := range rule.HTTP.Paths {
			if &rule.HTTP.Paths[i] == path {
				rule.HTTP.Paths = slices.Delete(rule.HTTP.Paths, i, i+1)
				return len(rule.HTTP.Paths) == 0
			}
		}
		return false
	})
	if !slices.ContainsFunc(in.Spec.Rules, func(rule networkingv1.IngressRule) bool { return rule.Host == r.Host }) {
		in.Spec.TLS = withoutHost(in.Spec.TLS, r.Host, "")
	}
	if len(in.Spec.Rules) == 0 && in.Spec.DefaultBackend == nil {
		return nil, nil
	}
	return in, nil
}

func noSuchPath(r *Route) error {
	return &RefusedError{Message: fmt.Sprintf("no Ingress leads from %s: nothing to remove", r), Next: []string{"kubectl app expose --list -n " + r.Namespace}}
}
