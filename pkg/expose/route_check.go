package expose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ChooseClass is the IngressClass for a new Ingress: the one that was asked for, or the cluster's default, which a new
// Ingress gets by itself. The error is a *RefusedError.
func ChooseClass(classes []networkingv1.IngressClass, wanted string) (string, error) {
	var names, defaults []string
	for i := range classes {
		names = append(names, classes[i].Name)
		if classes[i].Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true" {
			defaults = append(defaults, classes[i].Name)
		}
	}
	slices.Sort(names)
	there := "; there is none: a controller for Ingresses has to be installed first"
	if len(names) > 0 {
		there = "; there are: " + strings.Join(names, ", ")
	}
	switch {
	case wanted != "" && slices.Contains(names, wanted):
		return wanted, nil
	case wanted != "":
		if near := workload.Nearest(wanted, names); near != "" {
			there = "; did you mean " + near + "?"
		}
		return "", &RefusedError{Message: "no ingressclass/" + wanted + there, Next: []string{"kubectl get ingressclasses"}}
	case len(defaults) == 0:
		return "", &RefusedError{Message: "the cluster has no default IngressClass: choose one with --ingress-class" + there, Next: []string{"kubectl get ingressclasses"}}
	case len(defaults) > 1:
		return "", &RefusedError{Message: "the cluster has several default IngressClasses: choose one with --ingress-class" + there, Next: []string{"kubectl get ingressclasses"}}
	}
	return defaults[0], nil
}

// CheckCertificate holds the certificate of a Secret (nil for none) against a host. What is wrong is a *RefusedError, unless
// force makes warnings of it.
func CheckCertificate(r *Route, s *corev1.Secret, now time.Time) (warnings []string, err error) {
	object := "secret/" + r.TLS
	next := []string{"kubectl app get " + object + " -n " + r.Namespace}
	var problem string
	var faults []string
	switch {
	case s == nil:
		problem = object + " with the certificate does not exist"
		next = []string{"kubectl app create secret tls " + r.TLS + " -n " + r.Namespace + " --cert=FILE --key=FILE"}
	case s.Type != corev1.SecretTypeTLS && len(s.Data[corev1.TLSCertKey]) == 0:
		problem = fmt.Sprintf("%s is of the type %s and has no certificate in %s", object, s.Type, corev1.TLSCertKey)
	default:
		problem = secrets.KeptPairFault(s.Data, nil)
		if problem != "" {
			problem = object + ": " + problem
		}
	}
	if problem != "" {
		faults = append(faults, problem)
	} else {
		found, more := checkValid(r, s, now)
		faults, warnings = append(faults, found...), append(warnings, more...)
	}
	if r.Force {
		return append(warnings, faults...), nil
	}
	if len(faults) > 0 {
		return warnings, &RefusedError{Message: strings.Join(faults, "; ") + " (--force writes the Ingress all the same)", Next: next}
	}
	return warnings, nil
}

// checkValid looks at the host, the expiry and the chain of a certificate that can be read.
func checkValid(r *Route, s *corev1.Secret, now time.Time) (faults, warnings []string) {
	object := "secret/" + r.TLS
	certificate, err := secrets.ServerCertificate(s.Data[corev1.TLSCertKey])
	if err != nil {
		return []string{object + ": " + err.Error()}, nil
	}
	// A wildcard host asks for a certificate of the same wildcard: any name in it stands for all.
	if err := certificate.VerifyHostname(strings.Replace(r.Host, "*.", "any.", 1)); err != nil {
		text := fmt.Sprintf("the certificate in %s is not for %s", object, r.Host)
		if names := certificate.DNSNames; len(names) > 0 {
			text += "; it is for " + strings.Join(names[:min(3, len(names))], ", ")
		}
		faults = append(faults, text)
	}
	date := certificate.NotAfter.UTC().Format(time.DateOnly)
	switch secrets.ValidityAt(certificate.NotAfter, now) {
	case secrets.Expired:
		faults = append(faults, "the certificate in "+object+" expired on "+date)
	case secrets.ExpiresSoon:
		warnings = append(warnings, "the certificate in "+object+" expires on "+date)
	case secrets.Valid:
	}
	draft := secrets.Draft{Kind: workload.SecretReference, Type: corev1.SecretTypeTLS}
	for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey} {
		draft.Entries = append(draft.Entries, secrets.Entry{Key: key, Value: s.Data[key]})
	}
	for _, f := range secrets.Lint(draft) {
		if f.Level == secrets.Warn {
			warnings = append(warnings, object+": "+f.Message)
		}
	}
	return faults, warnings
}
