package cli

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubectl/pkg/util"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/exposure"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// saveConfig writes the configuration into the annotation that kubectl apply compares with.
func saveConfig(s *corev1.Service) error {
	applied := &corev1.Service{TypeMeta: s.TypeMeta, Spec: *s.Spec.DeepCopy()}
	applied.Name, applied.Namespace, applied.Labels = s.Name, s.Namespace, s.Labels
	if err := util.CreateOrUpdateAnnotation(true, applied, scheme.Codecs.LegacyCodec(corev1.SchemeGroupVersion)); err != nil {
		return fmt.Errorf("--save-config: %w", err)
	}
	annotations := map[string]string{}
	for key, value := range s.Annotations {
		annotations[key] = value
	}
	annotations[workload.AnnotationLastApplied] = applied.Annotations[workload.AnnotationLastApplied]
	s.Annotations = annotations
	return nil
}

// puts are the objects in the order in which they are written.
func (x *exposing) puts() []*exposure.Put {
	if x.ingress == nil {
		return []*exposure.Put{x.service}
	}
	return []*exposure.Put{x.service, x.ingress}
}

// begin ends what comes before the first write: the API server tries several writes, so that nothing is left half made,
// and a dry run is shown. What is so already is said at once.
func (x *exposing) begin(ctx context.Context) error {
	if x.flags.dryRun == release.DryRunServer || x.flags.dryRun == release.DryRunNone && x.ingress != nil {
		if err := x.try(ctx); err != nil {
			return err
		}
	}
	for _, p := range x.puts() {
		done := x.done(p)
		switch {
		case done == release.NothingToWrite:
			p.Written = p.Now
		case x.flags.dryRun == release.DryRunClient:
			want, err := p.Plan(p.Now)
			if err != nil {
				return err
			}
			if _, explicit, err := x.cluster.Namespace(); err == nil && !explicit && p.Created() { // as kubectl does
				want.SetNamespace("")
			}
			p.Written = want
		case x.flags.dryRun == release.DryRunNone: // shown when it is written
			continue
		}
		x.show(p, done)
	}
	return nil
}

// try lets the API server try the writes.
func (x *exposing) try(ctx context.Context) error {
	o := x.WriteOptions()
	o.DryRun = true
	for _, p := range x.puts() {
		if x.done(p) == release.NothingToWrite {
			continue
		}
		tried := *p
		err := x.explainWrite(ctx, x.client.Send(ctx, &tried, o))
		switch {
		case cluster.Is(err, cluster.Forbidden, cluster.Denied, cluster.Invalid):
			return release.RefusedError{Err: err}
		case err != nil:
			return err
		case x.flags.dryRun == release.DryRunServer:
			p.Written = tried.Written
		}
	}
	return nil
}

// done is what becomes of an object, in kubectl's words.
func (x *exposing) done(p *exposure.Put) string {
	want, err := p.Plan(p.Now)
	switch {
	case p == x.service && p.Created():
		return "exposed"
	case p.Created():
		return "created"
	case err == nil && exposure.Same(p.Now, want):
		return release.NothingToWrite
	}
	return "configured"
}

// show prints an object with what was done to it, and what changed.
func (x *exposing) show(p *exposure.Put, done string) {
	if !x.output.wantsResult() {
		line := objectOutput{flags: x.output.print}
		_ = line.print(x.env, p.Written, done, x.flags.dryRun) // owed even if stdout is gone
	}
	if changes := changesOf(p, p.Written); done == "configured" {
		_ = page.Fields(x.env.Term, p.Ref, changes)
	}
}

// change is the write of an object as a part of the release. That of the Service waits until it answers.
func (x *exposing) change(p *exposure.Put) release.Change {
	done := x.done(p)
	c := &release.ObjectChange{
		Ref: p.Ref, Unchanged: done == release.NothingToWrite,
		Send:  func(ctx context.Context) error { return x.explainWrite(ctx, x.client.Send(ctx, p, x.WriteOptions())) },
		Back:  func(ctx context.Context) error { return x.client.Back(ctx, p, x.WriteOptions()) },
		Print: func() { x.show(p, x.done(p)) }, // of what the write was based on
		Add:   func(result *rollout.Result, state rollout.ConfigState) { x.addTo(result, p, state) },
	}
	if p == x.service {
		c.Follow = x.follow
	}
	return c
}

// explainWrite adds to an error of the API who has a node port.
func (x *exposing) explainWrite(ctx context.Context, err error) error {
	if !exposure.NodePortTaken(err) {
		return exposeError(err)
	}
	all, readErr := x.client.ServicesOf(ctx, "")
	if readErr != nil { // those of the own namespace are better than nothing
		all, _ = x.client.ServicesOf(ctx, x.target.Namespace)
	}
	for i := range all {
		for _, p := range all[i].Spec.Ports {
			for _, n := range x.options.NodePorts {
				if p.NodePort == n {
					return release.RefusedError{Err: fmt.Errorf("node port %d is taken by service/%s in namespace %s: give another --node-port, or none for a free one", n, all[i].Name, all[i].Namespace)}
				}
			}
		}
	}
	return err
}

// changesOf compares an object with what it was before.
func changesOf(p *exposure.Put, after workload.API) []expose.Change {
	switch after := after.(type) {
	case *corev1.Service:
		if before, ok := p.Now.(*corev1.Service); ok && before != nil {
			return expose.ServiceChanges(before, after)
		}
	case *networkingv1.Ingress:
		if before, ok := p.Now.(*networkingv1.Ingress); ok && before != nil {
			return expose.IngressChanges(before, after)
		}
	}
	return nil
}

// addTo adds the object to the result.
func (x *exposing) addTo(result *rollout.Result, p *exposure.Put, state rollout.ConfigState) {
	after := p.Written
	if after == nil {
		after, _ = p.Plan(p.Now)
	}
	object := rollout.ObjectResult{Ref: p.Ref, State: state, Created: p.Created() && state != rollout.ConfigUnchanged, Changes: []rollout.FieldResult{}}
	for _, c := range changesOf(p, after) {
		object.Changes = append(object.Changes, rollout.FieldResult(c))
	}
	x.result.Object = x.target.Ref
	result.AddExposed(&x.result, object)
}
