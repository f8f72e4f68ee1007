package inspect

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/probe"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/expose/door"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// whyIngress walks along each rule of an Ingress, up to the first that does not reach its pods.
func (i *Inspector) whyIngress(ctx context.Context, ref workload.Ref) (chain.Report, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return chain.Report{}, err
	}
	in, err := cluster.Read(ctx, func(ctx context.Context) (*networkingv1.Ingress, error) {
		return client.NetworkingV1().Ingresses(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return chain.Report{}, i.notFound(ctx, "ingresses", ref, err)
	}
	r := i.wayReport(ref)
	classes, err := cluster.Read(ctx, func(ctx context.Context) (*networkingv1.IngressClassList, error) {
		return client.NetworkingV1().IngressClasses().List(ctx, metav1.ListOptions{})
	})
	known := err == nil
	if !known {
		classes = &networkingv1.IngressClassList{}
		r.Notes = append(r.Notes, "the ingress classes can't be read: "+firstLine(err.Error()))
	}
	const most = 4
	rules := door.Rules(in)
	if len(rules) > most {
		r.Notes = append(r.Notes, "only the first 4 rules were asked")
		rules = rules[:most]
	}
	// What a rule leads to lies deeper than who serves the Ingress.
	for _, rule := range rules {
		w, err := i.walkRule(ctx, in, rule)
		if err != nil {
			return chain.Report{}, err
		}
		switch said := says(w); {
		case len(r.Chain) > 0 && said != "":
			if also := rule.Host + rule.Path + " leads to service/" + rule.Service + ": " + said; said != r.Message {
				r.Also = append(r.Also, also)
			}
		case len(r.Chain) > 0:
		case i.conclude(&r, w):
			r.Chain = ending(r.Chain, ref, rule)
		}
	}
	if len(r.Chain) > 0 {
		return r, nil
	}
	if f := door.Class(in, classes.Items, known, r.Time); f != nil {
		i.conclude(&r, &way{finding: f})
		return r, nil
	}
	if r.Message == "" {
		r.Message = "nothing found: each door that was asked answers"
	}
	return r, nil
}

// says is what is wrong on a way; "" for nothing.
func says(w *way) string {
	switch {
	case w.report != nil:
		return w.report.Message
	case w.finding != nil && w.finding.Step.Object.Kind == "Ingress":
		return w.finding.Step.Says
	case w.finding != nil:
		return strings.ToLower(w.finding.Step.Object.Kind) + "/" + w.finding.Step.Object.Name + " " + w.finding.Step.Says
	}
	return ""
}

// ending ends a chain at the Ingress.
func ending(steps []chain.Step, ref workload.Ref, rule door.Rule) []chain.Step {
	if len(steps) > 0 && steps[len(steps)-1].Object == ref {
		return steps
	}
	return append(steps, chain.Step{Object: ref, Says: rule.Host + rule.Path + " leads to service/" + rule.Service, Field: "spec.rules"})
}

// walkRule walks to the Service of a rule, and asks the route.
func (i *Inspector) walkRule(ctx context.Context, in *networkingv1.Ingress, rule door.Rule) (*way, error) {
	s, err := i.getService(ctx, in.Namespace, rule.Service)
	if apierrors.IsNotFound(err) {
		return &way{finding: door.NoService(in, rule, i.serviceNames(ctx, in.Namespace))}, nil
	}
	if err != nil {
		return nil, cluster.APIError(cluster.Call{Verb: "get", Resource: "services", Namespace: in.Namespace, Object: "service/" + rule.Service}, err)
	}
	port, found := rule.PortOf(s)
	if !found {
		return &way{finding: door.NoPort(in, rule, s)}, nil
	}
	w, err := i.walkTo(ctx, s, port, rule.Path)
	if err != nil || w.walk == nil || w.finding != nil {
		return w, err
	}
	prober, err := probe.New(i.cluster)
	if err != nil {
		return nil, err
	}
	a := routeOf(in, rule)
	if a.Result != door.NotAsked {
		a = prober.Here(ctx, a, rule.Host, rule.Path)
	}
	w.walk.Answers = append(w.walk.Answers, a)
	w.finding = w.walk.Find()
	return w, nil
}

// routeOf is the door of a rule: the first address of the Ingress, at the port that its status names.
func routeOf(in *networkingv1.Ingress, rule door.Rule) door.Answer {
	a := door.Answer{Door: door.Route, Object: workload.Ref{Kind: "Ingress", Namespace: in.Namespace, Name: in.Name}, Address: rule.Host + rule.Path, Result: door.NotAsked}
	if len(in.Status.LoadBalancer.Ingress) == 0 {
		a.Message = "it has no address"
		return a
	}
	if strings.HasPrefix(rule.Host, "*") {
		a.Message = "its host is a wildcard"
		return a
	}
	for _, tls := range in.Spec.TLS {
		for _, host := range tls.Hosts {
			if host == rule.Host {
				a.Message = "its host uses TLS"
				return a
			}
		}
	}
	at := in.Status.LoadBalancer.Ingress[0]
	host, port := at.IP, 80
	if host == "" {
		host = at.Hostname
	}
	for _, p := range at.Ports {
		if p.Error == nil && p.Protocol == corev1.ProtocolTCP {
			port = int(p.Port)
		}
	}
	a.Address, a.Result = address(host, port), ""
	return a
}

func (i *Inspector) serviceNames(ctx context.Context, namespace string) []string {
	client, err := i.cluster.Metadata()
	if err != nil {
		return nil
	}
	list, err := client.Resource(corev1.SchemeGroupVersion.WithResource("services")).Namespace(namespace).List(ctx, metav1.ListOptions{Limit: cluster.MaxNames})
	if err != nil {
		return nil
	}
	var names []string
	for k := range list.Items {
		names = append(names, list.Items[k].Name)
	}
	return names
}
