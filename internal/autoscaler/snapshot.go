package autoscaler

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Look reads what the controller computes the replicas of an autoscaler from. Without the scale of the target or its pods, seen is
// false: then only the status of the autoscaler tells anything. notes say what could not be read.
func Look(ctx context.Context, c *cluster.Cluster, a *autoscalingv2.HorizontalPodAutoscaler) (s autoscale.Snapshot, seen bool, notes []string, err error) {
	s = autoscale.Snapshot{Autoscaler: a, Controller: autoscale.DefaultController(), Values: map[string]autoscale.Values{}}
	scale, err := readScale(ctx, c, a)
	switch {
	case ctx.Err() != nil:
		return s, false, nil, context.Cause(ctx)
	case cluster.Is(err, cluster.NotFound) && autoscale.ScalesWorkload(a):
		s.Gone = true
		return s, true, nil, nil
	case cluster.Is(err, cluster.NotFound): // the status says so, if it is not the guess of the resource
		return s, false, nil, nil
	case err != nil:
		return s, false, []string{"only the status of the autoscaler is known: " + firstLine(err.Error())}, nil
	}
	s.Replicas, s.Running = scale.Spec.Replicas, scale.Status.Replicas
	if s.Replicas == 0 && autoscale.ScalesWorkload(a) {
		s.Remembered = remembered(ctx, c, a)
	}
	l := looker{cluster: c, namespace: a.Namespace, selector: scale.Status.Selector, snapshot: &s}
	work := []func(context.Context) error{l.readPods}
	if autoscale.OfResources(autoscale.Metrics(a)) {
		work = append(work, l.readUsage)
	}
	for _, m := range autoscale.Metrics(a) {
		if m.Pods != nil || m.Object != nil || m.External != nil {
			work = append(work, func(ctx context.Context) error { return l.readValue(ctx, m) })
		}
	}
	_, err = cluster.Each(ctx, work, func(ctx context.Context, do func(context.Context) error) (struct{}, error) {
		return struct{}{}, do(ctx)
	})
	if cluster.Is(err, cluster.Forbidden) {
		return s, false, append(l.notes, "only the status of the autoscaler is known: "+firstLine(err.Error())), nil
	}
	return s, err == nil, l.notes, err
}

// remembered is the number that --restore gives the target; 0 if it gives none, or if that is not known.
func remembered(ctx context.Context, c *cluster.Cluster, a *autoscalingv2.HorizontalPodAutoscaler) int32 {
	o, err := c.Reread(ctx, workload.Ref{Kind: a.Spec.ScaleTargetRef.Kind, Namespace: a.Namespace, Name: a.Spec.ScaleTargetRef.Name})
	if err != nil || !o.Running().WroteReplicasWith(autoscale.AnnotationBeforeZero) {
		return 0
	}
	before, _, err := autoscale.FromZero(o.GetAnnotations())
	if err != nil || before == nil {
		return 0
	}
	return before.Replicas
}

// Replicas is the number that is set of what an autoscaler scales; ok is false if it can't be read.
func Replicas(ctx context.Context, c *cluster.Cluster, a *autoscalingv2.HorizontalPodAutoscaler) (n int32, ok bool) {
	scale, err := readScale(ctx, c, a)
	if err != nil {
		return 0, false
	}
	return scale.Spec.Replicas, true
}

// readScale reads the subresource scale of the target.
func readScale(ctx context.Context, c *cluster.Cluster, a *autoscalingv2.HorizontalPodAutoscaler) (*autoscalingv1.Scale, error) {
	target := a.Spec.ScaleTargetRef
	gv, err := schema.ParseGroupVersion(target.APIVersion)
	if err != nil {
		return nil, fmt.Errorf("the apiVersion of the target: %w", err)
	}
	plural, _ := meta.UnsafeGuessKindToResource(gv.WithKind(target.Kind))
	path := "/apis/" + gv.String()
	if gv.Group == "" {
		path = "/api/" + gv.Version
	}
	path += "/namespaces/" + a.Namespace + "/" + plural.Resource + "/" + target.Name + "/scale"
	text, err := raw(ctx, c, path)
	if err != nil {
		object := strings.ToLower(target.Kind) + "/" + target.Name
		return nil, cluster.APIError(cluster.Call{Verb: "get", Resource: plural.Resource + "/scale", Namespace: a.Namespace, Object: object}, err)
	}
	scale := &autoscalingv1.Scale{}
	if err := json.Unmarshal(text, scale); err != nil {
		return nil, fmt.Errorf("reading the scale of the target: %w", err)
	}
	return scale, nil
}

// looker reads the parts of a snapshot side by side.
type looker struct {
	cluster             *cluster.Cluster
	namespace, selector string

	mu       sync.Mutex
	snapshot *autoscale.Snapshot
	notes    []string
}

func (l *looker) readPods(ctx context.Context) error {
	client, err := l.cluster.Typed()
	if err != nil {
		return err
	}
	var pods []*corev1.Pod
	err = cluster.Pages(ctx, metav1.ListOptions{LabelSelector: l.selector}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.CoreV1().Pods(l.namespace).List(ctx, o)
	}, func(page runtime.Object) error {
		if list, ok := page.(*corev1.PodList); ok {
			for i := range list.Items {
				pods = append(pods, &list.Items[i])
			}
		}
		return nil
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshot.Pods = pods
	return cluster.APIError(cluster.Call{Verb: "list", Resource: "pods", Namespace: l.namespace, Object: "pods"}, err)
}

func (l *looker) readUsage(ctx context.Context) error {
	usage, err := PodMetrics(ctx, l.cluster, l.namespace, l.selector)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if cluster.Is(err, cluster.Forbidden) { // the arithmetic would be wrong without
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.snapshot.Usage = usage; err != nil {
		l.snapshot.UsageError = firstLine(err.Error())
	}
	return nil
}

// metricValues is the answer of the custom and of the external metrics API.
type metricValues struct {
	Items []struct {
		DescribedObject struct {
			Name string `json:"name"`
		} `json:"describedObject"`
		Value resource.Quantity `json:"value"`
	} `json:"items"`
}

// objectPath is the place of an object in a path of the custom metrics API. The metrics of a namespace are beside those of its
// objects.
func objectPath(o autoscalingv2.CrossVersionObjectReference) string {
	gv, _ := schema.ParseGroupVersion(o.APIVersion)
	if gv.Group == "" && o.Kind == "Namespace" {
		return "metrics/"
	}
	plural, _ := meta.UnsafeGuessKindToResource(gv.WithKind(o.Kind))
	return plural.GroupResource().String() + "/" + o.Name + "/"
}

// readValue reads a metric that is not of a resource.
// Source: https://github.com/kubernetes/design-proposals-archive/blob/main/instrumentation/custom-metrics-api.md.
func (l *looker) readValue(ctx context.Context, m autoscalingv2.MetricSpec) error {
	in := "/namespaces/" + l.namespace + "/"
	group := customMetrics
	var path string
	var parameters []string
	var id autoscalingv2.MetricIdentifier
	switch {
	case m.Pods != nil:
		id = m.Pods.Metric
		path, parameters = in+"pods/*/", []string{"labelSelector", l.selector}
	case m.Object != nil:
		id = m.Object.Metric
		path = in + objectPath(m.Object.DescribedObject)
	default:
		id = m.External.Metric
		group, path = externalMetrics, in
	}
	path += url.PathEscape(id.Name)
	if id.Selector != nil {
		key := "metricLabelSelector"
		if m.External != nil {
			key = "labelSelector"
		}
		parameters = append(parameters, key, metav1.FormatLabelSelector(id.Selector))
	}
	name, v := autoscale.MetricName(m), autoscale.Values{Pods: map[string]int64{}}
	text, err := raw(ctx, l.cluster, "/apis/"+group+"/v1beta1"+path, parameters...)
	if apierrors.IsNotFound(err) && group == customMetrics { // some adapters serve no other version
		if newer, newerErr := raw(ctx, l.cluster, "/apis/"+group+"/v1beta2"+path, parameters...); newerErr == nil {
			text, err = newer, nil
		}
	}
	var found metricValues
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case apierrors.IsForbidden(err): // the controller has permissions of its own
		return cluster.APIError(cluster.Call{Verb: "get", Resource: name + "." + group, Namespace: l.namespace, Object: name}, err)
	case err != nil:
		v.Error = firstLine(err.Error())
	case json.Unmarshal(text, &found) != nil:
		v.Error = "the answer can't be read"
	case len(found.Items) == 0:
		v.Error = "no metrics returned"
	}
	for _, item := range found.Items {
		v.Whole += item.Value.MilliValue()
		v.Pods[item.DescribedObject.Name] = item.Value.MilliValue()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshot.Values[name] = v
	return nil
}
