package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/exposure"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Endpoints follow a write within a second. Only if none is ready after that, somebody asks why, and asks again.
const (
	firstLook = 2 * time.Second
	nextLook  = 4 * time.Second
	// quiet is how long nothing is told: mostly it is over by then.
	quiet = time.Second
)

// follow waits until the Service has what its type promises.
func (x *exposing) follow(ctx context.Context) (outcome rollout.Outcome, next []string) {
	x.look = x.stored()
	outcome, x.fault = x.wait(ctx, &x.look)
	x.result.Endpoints = &rollout.EndpointResult{Ready: x.look.Endpoints.Ready, NotReady: x.look.Endpoints.NotReady}
	if hinter := page.Hinter(nil); errors.As(x.fault, &hinter) {
		next = hinter.Hints()
	}
	return outcome, next
}

// tell says how the app can be reached, or returns why it does not answer.
func (x *exposing) tell(ctx context.Context, result *rollout.Result) error {
	if x.look.Service == nil { // not waited for
		x.look = x.stored()
	}
	ways := expose.ServiceWays(x.look.Service, x.nodes(ctx, &x.look))
	if x.route != nil {
		ways = append(ways, expose.RouteWay(x.route, x.look.Ingress))
	}
	x.result.URLs = expose.URLs(ways)
	for _, w := range ways {
		x.result.Ways = append(x.result.Ways, rollout.WayResult{Via: string(w.Via), Address: w.Address, Port: w.Port, Protocol: string(w.Protocol), URL: w.URL})
	}
	if x.fault != nil {
		result.Message = x.fault.Error()
		return x.fault
	}
	_ = page.Ways(x.env.Term, x.headline(&x.look), ways) // the result has them, too
	if x.flags.wait && x.target.Counted() && !x.target.Probed {
		_ = page.Note(x.env.Term, "the pods are ready without a readiness probe, so nothing has asked the app; to ask it: "+release.App("why", x.service.Ref))
	}
	return nil
}

// stored is what the server has stored.
func (x *exposing) stored() expose.Look {
	look := expose.Look{Target: &x.target}
	look.Service, _ = x.service.Written.(*corev1.Service)
	if x.ingress != nil {
		look.Ingress, _ = x.ingress.Written.(*networkingv1.Ingress)
	}
	return look
}

// routeName is the Ingress whose address is waited for; "" for none.
func (x *exposing) routeName() string {
	if x.ingress == nil {
		return ""
	}
	return x.ingress.Ref.Name
}

func (x *exposing) headline(look *expose.Look) string {
	if !x.flags.wait {
		return x.service.Ref.String() + ": not checked whether it answers (--wait=false)"
	}
	return x.service.Ref.String() + ": " + look.Progress()
}

// nodes are addresses of nodes, where node ports need them.
func (x *exposing) nodes(ctx context.Context, look *expose.Look) []string {
	needed := false
	for _, p := range look.Service.Spec.Ports {
		needed = needed || p.NodePort != 0
	}
	if !needed {
		return nil
	}
	nodes, err := x.client.Nodes(ctx)
	if err != nil {
		return []string{expose.AnyNode}
	}
	var only []string
	if look.Service.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal && x.flags.wait {
		only = append([]string{}, look.Endpoints.Nodes...)
	}
	return expose.NodeAddresses(nodes, only)
}

// wait follows the Service until it is ready, or until it is known that it will not be.
func (x *exposing) wait(ctx context.Context, look *expose.Look) (rollout.Outcome, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	w, err := x.client.Follow(watching, x.service.Ref, look.WaitsForAddress(), x.routeName())
	if err != nil {
		return rollout.Undecided, err
	}
	deadline := time.NewTimer(x.flags.timeout)
	defer deadline.Stop()
	ask := time.NewTimer(x.untilLook())
	defer ask.Stop()
	var held <-chan time.Time // ends the time for which the endpoints have to stay ready
	said := ""
	for {
		seen := w.Seen()
		if look.Err = seen.Err; cluster.Is(look.Err, cluster.Forbidden, cluster.Unauthorized) {
			return rollout.Undecided, look.Err
		}
		if seen.Service != nil {
			look.Service = seen.Service
		}
		if seen.Ingress != nil {
			look.Ingress = seen.Ingress
		}
		look.Endpoints = expose.CountEndpoints(look.Service, x.current(ctx, look.Service, seen.Slices))
		switch ready := look.Ready(); {
		case ready && x.hold == 0:
			return "", nil
		case ready && held == nil:
			x.step(fmt.Sprintf("%s; a container has restarted, watching for %s", look.Progress(), x.hold))
			held = time.After(x.hold)
		case !ready:
			held = nil
		}
		if text, final := look.Cause(); held != nil {
			said = ""
		} else if final {
			return rollout.Failed, x.unanswered(look, text)
		} else if text = cmp.Or(text, look.Progress()); text != said && x.env.Now().Sub(x.started) >= quiet {
			said = text
			x.step(text)
		}
		select {
		case <-w.Changed():
		case <-held:
			return "", nil
		case <-ask.C:
			x.ask(ctx, look)
			ask.Reset(nextLook)
		case <-deadline.C:
			return x.timedOut(look)
		case <-ctx.Done():
			return rollout.Interrupted, fmt.Errorf("%w: %s is written, and not known to answer", context.Cause(ctx), x.service.Ref)
		}
	}
}

// current leaves out the endpoints of the selector that the Service had before, which stay for a moment, and those that were
// made by hand.
func (x *exposing) current(ctx context.Context, s *corev1.Service, all []discoveryv1.EndpointSlice) []discoveryv1.EndpointSlice {
	before, _ := x.service.Now.(*corev1.Service)
	if before == nil || maps.Equal(before.Spec.Selector, s.Spec.Selector) {
		return all
	}
	pods, err := x.client.Pods(ctx, s.Namespace, s.Spec.Selector)
	if err != nil { // then the slices are all that is known
		return all
	}
	return expose.OfPods(all, pods)
}

// untilLook is when to ask why nothing is ready: at once, if the status of the workload says so already.
func (x *exposing) untilLook() time.Duration {
	if x.target.Counted() && x.target.Ready == 0 {
		return 0
	}
	return firstLook
}

// step tells what has changed.
func (x *exposing) step(text string) {
	if x.flags.progress != view.ModeNone {
		_ = page.Step(x.env.Term, x.env.Now().Sub(x.started), x.service.Ref, text)
	}
}

func (x *exposing) timedOut(look *expose.Look) (rollout.Outcome, error) {
	text, _ := look.Cause()
	outcome := rollout.TimedOut
	if look.Failing() {
		outcome = rollout.Failed
	}
	return outcome, x.unanswered(look, fmt.Sprintf("after %s: %s", x.flags.timeout, cmp.Or(text, look.Progress())))
}

// unanswered says why nothing answers.
func (x *exposing) unanswered(look *expose.Look, text string) error {
	if look.Why != nil {
		x.result.Cause = string(look.Why.Cause)
	}
	subject := x.service.Ref.String()
	if look.Endpoints.Ready > 0 && look.WaitsForRoute() && !look.WaitsForAddress() {
		subject = x.route.String()
	}
	return hintedError{fmt.Errorf("%s does not answer: %s", subject, text), look.Next()}
}

// ask asks why no pod is ready. What can't be read explains nothing.
func (x *exposing) ask(ctx context.Context, look *expose.Look) {
	if look.Endpoints.Ready > 0 {
		return
	}
	inspector := inspect.New(x.cluster, x.env.Now)
	var report chain.Report
	var err error = &cluster.Error{Reason: cluster.Unsupported}
	if x.options.Selector == nil {
		report, err = inspector.Why(ctx, x.target.Kind, x.target.Ref)
	}
	if cluster.Is(err, cluster.Unsupported) { // of a Service or a selector, a pod tells
		var pods []corev1.Pod
		pods, err = x.client.Pods(ctx, x.target.Namespace, look.Service.Spec.Selector)
		if look.NoPods = err == nil && len(pods) == 0; err != nil || look.NoPods {
			return
		}
		report, err = inspector.Why(ctx, exposure.KindPod, workload.Ref{Kind: exposure.KindPod, Namespace: x.target.Namespace, Name: unreadyPod(pods)})
	}
	if err == nil {
		look.Why = &report
	}
}

// unreadyPod is the first pod that is not ready or, if all are, the first.
func unreadyPod(pods []corev1.Pod) string {
	for i := range pods {
		if !diagnosis.IsReady(&pods[i]) {
			return pods[i].Name
		}
	}
	return pods[0].Name
}
