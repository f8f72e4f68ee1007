package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/exposure"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// exposing is the way of one app to its Service.
type exposing struct {
	*transaction
	client    exposure.Client
	flags     *exposeFlags
	options   expose.Options
	selection resolve.Selection
	// typed are the words that name the app.
	typed   string
	started time.Time
	// hold is how long endpoints have to stay ready.
	hold time.Duration

	target  expose.Target
	service *exposure.Put
	// route and ingress are nil where no host is to lead to the Service.
	route   *expose.Route
	ingress *exposure.Put
	// result is what is told of it, and look what was seen last; fault is why it does not answer.
	result rollout.ExposedResult
	look   expose.Look
	fault  error
}

func (x *exposing) run(ctx context.Context) error {
	x.client = exposure.Client{Cluster: x.cluster}
	if err := x.prepare(ctx); err != nil {
		return x.untouched(ctx, exposeError(err))
	}
	if err := x.begin(ctx); err != nil {
		return x.untouched(ctx, exposeError(err))
	}
	for _, p := range x.puts() {
		x.Before(x.change(p))
	}
	result, err := x.Run(ctx, nil, nil)
	if result != nil && err == nil && x.flags.dryRun == release.DryRunNone {
		err = x.tell(ctx, result)
	}
	return x.end(result, exposeError(err))
}

// exposeError gives the errors of pkg/expose their exit codes.
func exposeError(err error) error {
	var input *expose.InputError
	var refused *expose.RefusedError
	switch {
	case errors.As(err, &input):
		return usageError{err}
	case errors.As(err, &refused) && !errors.As(err, new(release.RefusedError)):
		return release.RefusedError{Err: err}
	}
	return resolveError(err)
}

// prepare reads what is there, plans, and checks the plan.
func (x *exposing) prepare(ctx context.Context) error {
	if err := x.readTarget(ctx); err != nil {
		return err
	}
	if x.options.Name == "" {
		x.options.Name = x.target.Name
		if err := expose.CheckName(x.options.Name, false); err != nil {
			return err
		}
	}
	x.service = &exposure.Put{Kind: exposure.Services, Ref: exposure.Services.Ref(x.target.Namespace, x.options.Name), Plan: x.plan}
	selector := x.target.Selector
	if x.options.Selector != nil {
		selector = x.options.Selector
	}
	var pods []corev1.Pod
	_, err := cluster.Each(ctx, []func(context.Context) error{
		func(ctx context.Context) (err error) {
			x.service.Now, err = x.client.Get(ctx, x.service.Kind, x.service.Ref)
			return err
		},
		func(ctx context.Context) (err error) {
			pods, err = x.readPods(ctx, selector)
			return err
		},
	}, func(ctx context.Context, read func(context.Context) error) (struct{}, error) {
		return struct{}{}, read(ctx)
	})
	if err != nil {
		return err
	}
	want, err := x.planned()
	if err != nil {
		return err
	}
	if got := expose.SelectorText(want.Spec.Selector); got != expose.SelectorText(selector) { // that of a Service that is there
		if pods, err = x.readPods(ctx, want.Spec.Selector); err != nil {
			return err
		}
	}
	if err := x.check(want, pods); err != nil {
		return err
	}
	if x.route != nil {
		err = x.prepareRoute(ctx, want)
	}
	x.ShowNotes()
	return err
}

// readTarget reads what is to be exposed.
func (x *exposing) readTarget(ctx context.Context) error {
	if !x.selection.FromFiles() {
		gvk, ref, err := resolve.One(x.cluster, x.selection)
		if err != nil {
			return err
		}
		if gvk == exposure.Services.GroupVersionKind {
			return x.readService(ctx, ref)
		}
	}
	objects, err := resolve.Workloads(ctx, x.cluster, x.selection)
	if err != nil {
		return err
	}
	if len(objects) != 1 {
		return usagef("the files name %d objects: expose one at a time, by TYPE/NAME", len(objects))
	}
	x.target, err = expose.OfWorkload(objects[0])
	var refused *expose.RefusedError
	if errors.As(err, &refused) && x.options.Selector != nil && x.target.PodLabels != nil { // the selector is given
		err = nil
	}
	return err
}

func (x *exposing) readService(ctx context.Context, ref workload.Ref) error {
	s, err := x.client.Service(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	if s == nil {
		missing := &cluster.Error{Reason: cluster.NotFound, Object: ref.String(), Message: fmt.Sprintf("no %s in namespace %q", ref, ref.Namespace)}
		return resolve.ExplainNotFound(ctx, x.cluster, "services", ref, missing)
	}
	if x.options.Name == "" || x.options.Name == ref.Name {
		return usagef("%s is a Service already: give another --name for a second one, or change it by the name of its workload", ref)
	}
	x.target, err = expose.OfService(s)
	return err
}

// readPods reads what a selector selects. Without permission the check of the selector is left out.
func (x *exposing) readPods(ctx context.Context, selector map[string]string) ([]corev1.Pod, error) {
	pods, err := x.client.Pods(ctx, x.target.Namespace, selector)
	if cluster.Is(err, cluster.Forbidden) {
		x.Note("no permission to list pods: it can't be checked whether the selector " + expose.SelectorText(selector) + " selects pods of others, too")
		return nil, nil
	}
	return pods, err
}

// plan is the Service for what is there.
func (x *exposing) plan(now workload.API) (workload.API, error) {
	before, _ := now.(*corev1.Service)
	s, err := expose.Plan(&x.target, before, &x.options)
	if err != nil {
		return nil, err
	}
	if s, err = x.flags.override.Apply(s); err != nil {
		return nil, err
	}
	s.SetGroupVersionKind(exposure.Services.GroupVersionKind)
	if !x.flags.saveConfig {
		return s, nil
	}
	return s, saveConfig(s)
}

func (x *exposing) planned() (*corev1.Service, error) {
	want, err := x.plan(x.service.Now)
	if err != nil {
		return nil, err
	}
	s, _ := want.(*corev1.Service)
	return s, nil
}

// check compares the planned Service with the containers and with the pods that it selects.
func (x *exposing) check(want *corev1.Service, pods []corev1.Pod) error {
	warnings, err := expose.CheckTargets(&x.target, want)
	if err != nil {
		return err
	}
	if others := expose.Others(&x.target, pods); x.target.Counted() && len(others) > 0 {
		shared := expose.SharedError(&x.target, want.Spec.Selector, others)
		if !x.options.Force {
			return shared
		}
		x.Note(shared.Error())
	}
	if expose.Unsteady(pods, x.env.Now().Add(x.cluster.Skew())) {
		x.hold = expose.Hold
	}
	x.Note(warnings...)
	return nil
}
