package autoscaler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	metricsPath     = "/apis/metrics.k8s.io/v1beta1"
	metricsService  = "v1beta1.metrics.k8s.io"
	customMetrics   = "custom.metrics.k8s.io"
	externalMetrics = "external.metrics.k8s.io"
)

// podMetrics are the answer of the metrics API on the pods of a workload.
type podMetrics struct {
	asked bool
	pods  []autoscale.PodMetrics
	err   error
}

// readPodMetrics asks for the metrics of the pods of a workload.
func readPodMetrics(ctx context.Context, c *cluster.Cluster, o cluster.Object) podMetrics {
	selector := o.Workload().Selector
	text := ""
	if selector != nil {
		text = metav1.FormatLabelSelector(selector)
	}
	pods, err := PodMetrics(ctx, c, o.GetNamespace(), text)
	return podMetrics{asked: true, pods: pods, err: err}
}

// PodMetrics reads the usage of the pods that a selector matches.
func PodMetrics(ctx context.Context, c *cluster.Cluster, namespace, selector string) (pods []autoscale.PodMetrics, err error) {
	text, err := raw(ctx, c, metricsPath+"/namespaces/"+namespace+"/pods", "labelSelector", selector)
	if err != nil {
		return nil, cluster.APIError(cluster.Call{Verb: "list", Resource: "pods.metrics.k8s.io", Namespace: namespace, Object: "metrics of pods"}, err)
	}
	var list struct {
		Items []autoscale.PodMetrics `json:"items"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("reading the metrics of pods: %w", err)
	}
	return list.Items, nil
}

func raw(ctx context.Context, c *cluster.Cluster, path string, parameters ...string) ([]byte, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	return cluster.Once(ctx, client.CoreV1().RESTClient(), path, parameters...)
}

// checkMetrics warns where the metrics of the pods are not there.
func (p *preparation) checkMetrics() {
	err := p.metrics.err
	next := "kubectl get apiservice " + metricsService
	switch {
	case !p.metrics.asked, errors.Is(err, context.Canceled), cluster.Is(err, cluster.Forbidden): // the controller has permissions of its own
	case cluster.Is(err, cluster.NotFound):
		p.warn(preflight.CheckReference, "metrics.k8s.io", "the cluster does not serve metrics of pods (metrics.k8s.io): the autoscaler computes nothing until metrics-server is installed", next)
	case err != nil:
		p.warn(preflight.CheckReference, "metrics.k8s.io", "the metrics of pods can't be read now: "+firstLine(err.Error()), next)
	case len(p.metrics.pods) == 0 && p.object.Workload().Ready > 0:
		p.warn(preflight.CheckReference, "metrics.k8s.io", fmt.Sprintf("there are no metrics of the pods of %s yet: metrics-server needs up to a minute for new pods", p.ref), "kubectl top pods"+cluster.InFlag(p.ref.Namespace))
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// checkServed warns where the cluster does not serve a metric that is not of a resource. Not every adapter lists all that it
// serves, so that a name that is missing refuses nothing.
func (p *preparation) checkServed(ctx context.Context, m autoscalingv2.MetricSpec) error {
	group, name := customMetrics, ""
	switch {
	case m.Pods != nil:
		name = "pods/" + m.Pods.Metric.Name
	case m.Object != nil:
		name = m.Object.Metric.Name
	case m.External != nil:
		group, name = externalMetrics, m.External.Metric.Name
	default:
		return nil
	}
	served, err := p.servedMetrics(ctx, group)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case cluster.Is(err, cluster.NotFound):
		p.warn(preflight.CheckReference, group, fmt.Sprintf("the cluster does not serve %s: the autoscaler can't read %s until an adapter is installed, such as prometheus-adapter or KEDA", group, autoscale.MetricName(m)), "kubectl get apiservices")
	case err != nil:
		p.warn(preflight.CheckReference, group, fmt.Sprintf("%s can't be read now: %s", group, firstLine(err.Error())), "kubectl get apiservices")
	case len(served) > 0 && !slices.ContainsFunc(served, func(s string) bool { return s == name || m.Object != nil && strings.HasSuffix(s, "/"+name) }):
		message := fmt.Sprintf("%s does not list the metric %s", group, name)
		if near := workload.Nearest(name, served); near != "" {
			message += fmt.Sprintf("; did you mean %s?", near)
		}
		p.warn(preflight.CheckReference, group, message, "kubectl get --raw /apis/"+group+"/v1beta1")
	}
	return nil
}

func (p *preparation) servedMetrics(ctx context.Context, group string) ([]string, error) {
	text, err := raw(ctx, p.cluster, "/apis/"+group+"/v1beta1")
	if err != nil {
		return nil, cluster.APIError(cluster.Call{Verb: "get", Resource: group, Object: group}, err)
	}
	var list metav1.APIResourceList
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("reading %s: %w", group, err)
	}
	names := make([]string, 0, len(list.APIResources))
	for _, r := range list.APIResources {
		names = append(names, r.Name)
	}
	return names, nil
}
