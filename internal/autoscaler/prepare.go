// Package autoscaler reads what an autoscaler depends on, and waits for what it computes.
package autoscaler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Kind is that of an autoscaler.
const Kind = "HorizontalPodAutoscaler"

// Plan is what is to become of the autoscaler of one workload.
type Plan struct {
	Of workload.Ref
	// From is the autoscaler as it is, nil for a new one; To as it shall be.
	From, To *autoscalingv2.HorizontalPodAutoscaler
	Checks   []preflight.Check
}

// Changes are the settings that differ.
func (p Plan) Changes() []autoscale.Difference { return autoscale.Compare(p.From, p.To) }

// Prepare plans the autoscaler of a workload, which gets this name, and checks it.
func Prepare(ctx context.Context, c *cluster.Cluster, o cluster.Object, name string, s autoscale.Settings) (Plan, error) {
	p := preparation{cluster: c, object: o, name: name, ref: o.Ref()}
	if err := p.read(ctx, s); err != nil {
		return Plan{}, err
	}
	plan := Plan{Of: p.ref, From: p.existing()}
	if p.refuseOthers(plan.From); p.refused() {
		plan.Checks = p.checks
		return plan, nil
	}
	now := plan.From
	if now == nil {
		now = New(o, name)
	}
	var err error
	var wrong *autoscale.PlanError
	switch plan.To, err = autoscale.Plan(now, s); {
	case errors.As(err, &wrong):
		p.refuse("horizontalpodautoscaler/"+now.Name, wrong.Message)
		plan.Checks = p.checks
		return plan, nil
	case err != nil:
		return plan, err
	}
	for _, m := range s.Metrics {
		if text := m.LosesPercent(now.Spec.Metrics); text != "" {
			p.warn(preflight.CheckReplicas, "horizontalpodautoscaler/"+now.Name, text)
		}
	}
	if err := p.check(ctx, plan.To); err != nil {
		return plan, err
	}
	plan.Checks = p.checks
	return plan, nil
}

// New is an autoscaler of a workload without settings.
func New(o cluster.Object, name string) *autoscalingv2.HorizontalPodAutoscaler {
	a := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: o.GetNamespace()},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{
			APIVersion: o.Kind.GroupVersion().String(), Kind: o.Kind.Kind, Name: o.GetName(),
		}},
	}
	a.SetGroupVersionKind(autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	return a
}

// preparation is one workload and what was read beside it.
type preparation struct {
	cluster *cluster.Cluster
	object  cluster.Object
	ref     workload.Ref
	name    string

	autoscalers []autoscalingv2.HorizontalPodAutoscaler
	others      others
	metrics     podMetrics
	checks      []preflight.Check
}

// read reads side by side what the checks need.
func (p *preparation) read(ctx context.Context, s autoscale.Settings) error {
	work := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			p.autoscalers, err = p.cluster.Autoscalers(ctx, p.ref.Namespace)
			if cluster.Is(err, cluster.Forbidden) { // the one that is to be changed may still be read
				p.warn(preflight.CheckPermission, "horizontalpodautoscalers", "no permission to list horizontalpodautoscalers"+cluster.InNamespace(p.ref.Namespace)+": another one may scale "+p.ref.String())
				one, oneErr := p.cluster.Autoscaler(ctx, p.ref.Namespace, p.name)
				switch {
				case oneErr == nil:
					p.autoscalers, err = []autoscalingv2.HorizontalPodAutoscaler{*one}, nil
				case cluster.Is(oneErr, cluster.NotFound):
					err = nil
				}
			}
			return err
		},
		func(ctx context.Context) (err error) {
			p.others, err = readOthers(ctx, p.cluster, p.ref)
			return err
		},
		func(ctx context.Context) error {
			if mayUseResources(s) {
				p.metrics = readPodMetrics(ctx, p.cluster, p.object)
			}
			return ctx.Err()
		},
	}
	_, err := cluster.Each(ctx, work, func(ctx context.Context, do func(context.Context) error) (struct{}, error) {
		return struct{}{}, do(ctx)
	})
	return err
}

// mayUseResources: the settings name a metric of a resource, or none: then there may be one already.
func mayUseResources(s autoscale.Settings) bool {
	if len(s.Metrics) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Metrics, func(m autoscale.MetricChange) bool { return m.Resource != nil || m.ContainerResource != nil })
}

func (p *preparation) add(level preflight.Level, name preflight.CheckName, object, message string, next ...string) {
	p.checks = append(p.checks, preflight.Check{Check: name, Level: level, Workload: p.ref, Object: object, Message: message, Next: next})
}

func (p *preparation) warn(name preflight.CheckName, object, message string, next ...string) {
	p.add(preflight.Warn, name, object, message, next...)
}

func (p *preparation) refuse(object, message string, next ...string) {
	p.add(preflight.Refuse, preflight.CheckReplicas, object, message, next...)
}

// refused tells whether a check refuses the change.
func (p *preparation) refused() bool {
	return slices.ContainsFunc(p.checks, func(c preflight.Check) bool { return c.Level == preflight.Refuse })
}

// existing is the autoscaler of the name, or nil.
func (p *preparation) existing() *autoscalingv2.HorizontalPodAutoscaler {
	for i := range p.autoscalers {
		if p.autoscalers[i].Name == p.name {
			return &p.autoscalers[i]
		}
	}
	return nil
}

// refuseOthers refuses where something else sets the replicas, or where the autoscaler is not the user's to change.
func (p *preparation) refuseOthers(existing *autoscalingv2.HorizontalPodAutoscaler) {
	in := cluster.InFlag(p.ref.Namespace)
	for i := range p.autoscalers {
		a := &p.autoscalers[i]
		object := "horizontalpodautoscaler/" + a.Name
		mine := a.Name == p.name
		maker, next := autoscale.Maker(a)
		switch scales := autoscale.Scales(a, p.ref); {
		case mine && !scales:
			t := a.Spec.ScaleTargetRef
			p.refuse(object, fmt.Sprintf("%s scales %s/%s, and not %s: give another name with --name", object, strings.ToLower(t.Kind), t.Name, p.ref), "kubectl get "+object+in)
		case !scales:
		case maker != "":
			p.refuse(object, fmt.Sprintf("%s has made %s, which scales %s, and would set it back: make the change there", maker, object, p.ref), next)
		case !mine:
			p.refuse(object, fmt.Sprintf("%s scales %s already: two autoscalers of one workload disable each other", object, p.ref),
				fmt.Sprintf("kubectl app autoscale %s%s --name=%s", p.ref, in, a.Name), "kubectl delete "+object+in)
		}
	}
	if existing != nil {
		if n, paused := autoscale.PausedFor(existing); paused && !p.refused() {
			object := "horizontalpodautoscaler/" + existing.Name
			p.refuse(object, fmt.Sprintf("%s is paused at %d replicas by kubectl app scale --take-over: resume it first", object, n), fmt.Sprintf("kubectl app scale %s%s --restore", p.ref, in))
		}
	}
	for _, keda := range p.others.scaledObjects {
		if !slices.ContainsFunc(p.autoscalers, func(a autoscalingv2.HorizontalPodAutoscaler) bool { return autoscale.ScaledObject(&a) == keda }) {
			p.refuse("scaledobject/"+keda, fmt.Sprintf("scaledobject/%s (KEDA) scales %s: change the ScaledObject", keda, p.ref), "kubectl edit scaledobject "+keda+in)
		}
	}
	if maker := metav1.GetControllerOfNoCopy(p.object); maker != nil && workload.KindNamed(maker.Kind) != nil {
		by := workload.Ref{Kind: maker.Kind, Namespace: p.ref.Namespace, Name: maker.Name}
		p.add(preflight.Refuse, preflight.CheckOwner, p.ref.String(), fmt.Sprintf("%s belongs to %s, which sets its replicas", p.ref, by), fmt.Sprintf("kubectl app autoscale %s%s", by, in))
	}
}

// check looks whether the autoscaler that is planned can compute a number, and what it will do with it.
func (p *preparation) check(ctx context.Context, a *autoscalingv2.HorizontalPodAutoscaler) error {
	metrics := autoscale.Metrics(a)
	missing := autoscale.MissingRequests(p.object.Template(), metrics, nil)
	if len(missing) > 0 {
		ranges, err := p.cluster.LimitRanges(ctx, p.ref.Namespace)
		switch {
		case cluster.Is(err, cluster.Forbidden):
		case err != nil:
			return err
		default:
			missing = autoscale.MissingRequests(p.object.Template(), metrics, ranges)
		}
	}
	for _, m := range missing {
		p.refuseMissing(m)
	}
	p.checkVerticals(metrics)
	if autoscale.OfResources(metrics) {
		p.checkMetrics()
	}
	for _, m := range metrics {
		if err := p.checkServed(ctx, m); err != nil {
			return err
		}
	}
	p.checkBounds(a)
	p.checkManifest()
	p.checkOwners(a)
	return nil
}

func (p *preparation) refuseMissing(m autoscale.MissingRequest) {
	if m.Unknown {
		var names []string
		for _, c := range p.object.Template().Spec.Containers {
			names = append(names, c.Name)
		}
		message := fmt.Sprintf("no container %q in %s", m.Containers[0], p.ref)
		if near := workload.Nearest(m.Containers[0], names); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		} else {
			message += "; there are " + cluster.Quoted(names)
		}
		p.add(preflight.Refuse, preflight.CheckContainer, p.ref.String(), message, "kubectl get "+p.ref.String()+cluster.InFlag(p.ref.Namespace)+" -o wide")
		return
	}
	var next []string
	for _, c := range m.Containers {
		next = append(next, autoscale.SetRequest(p.ref, c, m.Resource))
	}
	if m.All {
		next = []string{autoscale.SetRequest(p.ref, "", m.Resource)}
	}
	who := "container " + m.Containers[0] + " has"
	if len(m.Containers) > 1 {
		who = "containers " + strings.Join(m.Containers, ", ") + " have"
	}
	p.refuse(p.ref.String(), fmt.Sprintf("%s: %s no %s request, and a percentage needs one", p.ref, who, m.Resource), next...)
}

// checkBounds compares the present number with the bounds.
func (p *preparation) checkBounds(a *autoscalingv2.HorizontalPodAutoscaler) {
	least, most := autoscale.Bounds(a)
	object, now := "horizontalpodautoscaler/"+a.Name, p.object.Replicas()
	switch {
	case now == 0 && least > 0:
		p.warn(preflight.CheckReplicas, object, fmt.Sprintf("%s has 0 replicas: the autoscaler does nothing until there are some", p.ref),
			fmt.Sprintf("kubectl app scale %s%s --replicas=%d", p.ref, cluster.InFlag(p.ref.Namespace), least))
	case now > most:
		p.warn(preflight.CheckReplicas, object, fmt.Sprintf("%s has %d replicas, more than the maximum: the autoscaler sets %d at once", p.ref, now, most))
	case now < least:
		p.warn(preflight.CheckReplicas, object, fmt.Sprintf("%s has %d replicas, fewer than the minimum: the autoscaler sets %d at once", p.ref, now, least))
	}
}

// checkManifest warns of those who set the replicas whenever they apply the workload.
// Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough and "Migrating Deployments and
// StatefulSets to horizontal autoscaling" of the concept.
func (p *preparation) checkManifest() {
	for _, owner := range workload.ReplicaOwners(p.object) {
		if owner.Tool == workload.OwnerApply {
			p.warn(preflight.CheckOwner, p.ref.String(),
				fmt.Sprintf("the manifest of %s sets spec.replicas: each kubectl apply sets the number back. Remove the field there, but first from what was last applied, or the next apply sets 1", p.ref),
				"kubectl apply edit-last-applied "+p.ref.String()+cluster.InFlag(p.ref.Namespace))
			continue
		}
		message, next := preflight.OwnerWarning(p.ref, owner)
		p.warn(preflight.CheckOwner, p.ref.String(), "spec.replicas is set elsewhere: "+message, next...)
	}
}

// checkOwners warns of those who write the autoscaler itself from elsewhere.
func (p *preparation) checkOwners(a *autoscalingv2.HorizontalPodAutoscaler) {
	now := p.existing()
	if now == nil || len(autoscale.Compare(now, a)) == 0 {
		return
	}
	for _, owner := range workload.Owners(now) {
		ref := cluster.AutoscalerRef(now)
		message, next := preflight.OwnerWarning(ref, owner)
		p.warn(preflight.CheckOwner, ref.String(), message, next...)
	}
}

// checkVerticals refuses a VerticalPodAutoscaler that changes the requests that a metric is a percentage of.
// Source: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/known-limitations.md.
func (p *preparation) checkVerticals(metrics []autoscalingv2.MetricSpec) {
	for _, v := range p.others.verticals {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			if v.sets(name) && autoscale.UsesRequest(metrics, name) {
				object := "verticalpodautoscaler/" + v.Metadata.Name
				p.refuse(object, fmt.Sprintf("%s sets the %s request of %s, and the autoscaler would scale by it: give a quantity such as --%s=%s instead of a percentage, or another metric", object, name, p.ref, name, map[corev1.ResourceName]string{corev1.ResourceCPU: "500m", corev1.ResourceMemory: "200Mi"}[name]),
					"kubectl describe "+object+cluster.InFlag(p.ref.Namespace))
				break
			}
		}
	}
}
