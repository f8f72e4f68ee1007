package cli

import (
	"context"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/exposure"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// routeFlags ask for a path of a host in an Ingress.
type routeFlags struct{ host, path, class, tls string }

func (f *routeFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.host, "host", "", "Also lead this host to the service, by an Ingress. An Ingress that has the host is changed by this path alone")
	flags.StringVar(&f.path, "path", "/", "The path of the host: /PATH (all that begin with it), or /PATH=Exact")
	flags.StringVar(&f.class, "ingress-class", "", "The IngressClass of a new Ingress. Default is that of the cluster")
	flags.StringVar(&f.tls, "tls", "", "The Secret with the certificate of the host, in the same namespace")
}

// route reads what the flags say; nil if they ask for none.
func (f *routeFlags) route(flags *pflag.FlagSet, force bool) (*expose.Route, error) {
	if f.host == "" {
		for _, name := range []string{"path", "ingress-class", "tls"} {
			if flags.Changed(name) {
				return nil, usagef("--%s is for an Ingress: give --host, too", name)
			}
		}
		return nil, nil
	}
	path, kind, err := expose.ParsePath(f.path)
	if err == nil {
		err = expose.CheckHost(f.host)
	}
	return &expose.Route{Host: f.host, Path: path, Type: kind, Class: f.class, TLS: f.tls, Force: force}, err
}

// prepareRoute reads what the Ingress depends on, plans it, and checks its certificate.
func (x *exposing) prepareRoute(ctx context.Context, service *corev1.Service) error {
	r := x.route
	r.Namespace, r.Service = x.target.Namespace, service.Name
	var err error
	if r.Port, err = expose.BackendPort(service); err != nil {
		return err
	}
	var all []networkingv1.Ingress
	var classes []networkingv1.IngressClass
	var secret *corev1.Secret
	var classErr, secretErr error
	_, err = cluster.Each(ctx, []func(context.Context) error{
		func(ctx context.Context) (err error) {
			all, err = x.client.IngressesOf(ctx, r.Namespace)
			return err
		},
		func(ctx context.Context) error {
			classes, classErr = x.client.Classes(ctx)
			return nil
		},
		func(ctx context.Context) error {
			if r.TLS != "" {
				secret, _, secretErr = x.cluster.SecretOrConfigMap(ctx, workload.Ref{Kind: string(workload.SecretReference), Namespace: r.Namespace, Name: r.TLS})
			}
			return nil
		},
	}, func(ctx context.Context, read func(context.Context) error) (struct{}, error) {
		return struct{}{}, read(ctx)
	})
	if err != nil {
		return err
	}
	name, now, err := expose.ChooseIngress(all, r)
	if err != nil {
		return err
	}
	if err := x.chooseClass(now, classes, classErr); err != nil {
		return err
	}
	if err := x.checkCertificate(secret, secretErr); err != nil {
		return err
	}
	x.ingress = &exposure.Put{Kind: exposure.Ingresses, Ref: exposure.Ingresses.Ref(r.Namespace, name), Plan: func(now workload.API) (workload.API, error) {
		before, _ := now.(*networkingv1.Ingress)
		in, err := expose.PlanIngress(before, name, r)
		if err != nil {
			return nil, err
		}
		in.SetGroupVersionKind(exposure.Ingresses.GroupVersionKind)
		return in, nil
	}}
	if now != nil {
		now.SetGroupVersionKind(exposure.Ingresses.GroupVersionKind)
		x.ingress.Now = now
	}
	_, err = x.ingress.Plan(x.ingress.Now)
	return err
}

// chooseClass finds the class of a new Ingress. One that is there keeps its own.
func (x *exposing) chooseClass(now *networkingv1.Ingress, classes []networkingv1.IngressClass, err error) error {
	r := x.route
	switch {
	case now != nil && r.Class == "":
		return nil
	case cluster.Is(err, cluster.Forbidden):
		x.Note("no permission to list ingressclasses: it can't be checked which classes there are")
		return nil
	case err != nil:
		return err
	}
	r.Class, err = expose.ChooseClass(classes, r.Class)
	return err
}

func (x *exposing) checkCertificate(secret *corev1.Secret, err error) error {
	switch {
	case x.route.TLS == "":
		return nil
	case cluster.Is(err, cluster.Forbidden):
		x.Note("no permission to get secret/" + x.route.TLS + ": its certificate is not checked")
		return nil
	case err != nil && !cluster.Is(err, cluster.NotFound):
		return err
	}
	warnings, err := expose.CheckCertificate(x.route, secret, x.env.Now().Add(x.cluster.Skew()))
	x.Note(warnings...)
	return err
}
