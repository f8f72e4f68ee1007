package cli

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/internal/exposure"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// remove takes one way in away: the path of a host, or the Service.
func (x *exposing) remove(ctx context.Context) error {
	x.client = exposure.Client{Cluster: x.cluster}
	p, after, err := x.removal(ctx)
	if err != nil {
		return x.untouched(ctx, exposeError(err))
	}
	done := "deleted"
	if after != nil {
		done = "configured"
	}
	if x.flags.dryRun != release.DryRunNone {
		if x.flags.dryRun == release.DryRunServer {
			if err := x.takeAway(ctx, p, after, true); err != nil {
				return x.untouched(ctx, exposeError(err))
			}
		}
		x.showRemoved(p, after, done)
	}
	x.Before(&release.ObjectChange{
		Ref:   p.Ref,
		Send:  func(ctx context.Context) error { return x.takeAway(ctx, p, after, false) },
		Back:  func(context.Context) error { return fmt.Errorf("%s was %s", p.Ref, done) },
		Print: func() { x.showRemoved(p, after, done) },
		Add: func(result *rollout.Result, state rollout.ConfigState) {
			object := rollout.ObjectResult{Ref: p.Ref, State: state, Removed: after == nil, Changes: []rollout.FieldResult{}}
			for _, c := range changesOf(p, after) {
				object.Changes = append(object.Changes, rollout.FieldResult(c))
			}
			x.result.Object = x.target.Ref
			result.AddExposed(&x.result, object)
		},
	})
	result, err := x.Run(ctx, nil, nil)
	return x.end(result, exposeError(err))
}

// removal finds the object that is changed, and what is left of it; nil for nothing.
func (x *exposing) removal(ctx context.Context) (p *exposure.Put, after workload.API, err error) {
	if err := x.readTarget(ctx); err != nil {
		return nil, nil, err
	}
	namespace, name := x.target.Namespace, x.options.Name
	if name == "" {
		name = x.target.Name
	}
	ingresses, err := x.client.IngressesOf(ctx, namespace)
	if err != nil {
		return nil, nil, err
	}
	if x.route == nil {
		p = &exposure.Put{Kind: exposure.Services, Ref: exposure.Services.Ref(namespace, name)}
		if p.Now, err = x.client.Get(ctx, p.Kind, p.Ref); err != nil {
			return nil, nil, err
		}
		s, _ := p.Now.(*corev1.Service)
		return p, nil, expose.CheckRemove(&x.target, name, s, ingresses, x.flags.force)
	}
	r := x.route
	r.Namespace, r.Service = namespace, name
	ingress, now, err := expose.ChooseIngress(ingresses, r)
	if err != nil {
		return nil, nil, err
	}
	if now == nil {
		now = &networkingv1.Ingress{}
	}
	now.SetGroupVersionKind(exposure.Ingresses.GroupVersionKind)
	p = &exposure.Put{Kind: exposure.Ingresses, Ref: exposure.Ingresses.Ref(namespace, ingress), Now: now}
	left, err := expose.RemovePath(now, r)
	if err != nil || left == nil {
		return p, nil, err
	}
	p.Plan = func(now workload.API) (workload.API, error) {
		in, ok := now.(*networkingv1.Ingress)
		if !ok || in == nil {
			return nil, &expose.RefusedError{Message: p.Ref.String() + " was deleted by someone else at the same time"}
		}
		left, err := expose.RemovePath(in, r)
		if err == nil && left == nil {
			err = &expose.RefusedError{Message: p.Ref.String() + " was changed by someone else at the same time: try again"}
		}
		return left, err
	}
	return p, left, nil
}

// takeAway writes what is left, or deletes exactly the object that was read.
func (x *exposing) takeAway(ctx context.Context, p *exposure.Put, after workload.API, dryRun bool) error {
	o := x.WriteOptions()
	o.DryRun = dryRun
	if after != nil {
		return exposeError(x.client.Send(ctx, p, o))
	}
	return exposeError(x.client.Delete(ctx, p.Kind, p.Ref, p.Now.GetUID(), p.Now.GetResourceVersion(), o))
}

func (x *exposing) showRemoved(p *exposure.Put, after workload.API, done string) {
	o := after
	if o == nil {
		o = p.Now
	}
	if !x.output.wantsResult() {
		line := objectOutput{flags: x.output.print}
		_ = line.print(x.env, o, done, x.flags.dryRun)
	}
	_ = page.Fields(x.env.Term, p.Ref, changesOf(p, after))
}
