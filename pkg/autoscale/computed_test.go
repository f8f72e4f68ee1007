package autoscale

import (
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// The messages are those of the controller of Kubernetes 1.37.
func TestWhyUncomputed(t *testing.T) {
	const cannot = "the HPA was unable to compute the replica count: "
	for _, test := range []struct {
		name, able, active, message string
		seen                        int64
		want                        Cause
		next                        string
	}{
		{"no condition yet", "", "", "", 0, NotComputedYet, "describe"},
		{"of an earlier spec", "True SucceededGetScale", "True ValidMetricFound", "", 1, NotComputedYet, "describe"},
		{"computed", "True ReadyForNewScale", "True ValidMetricFound", "", 2, "", ""},
		{"off", "True SucceededGetScale", "False ScalingDisabled", "", 2, "", ""},
		{"no such target", "False FailedGetScale", "", `deployments.apps "web" not found`, 2, TargetMissing, "kubectl get deployments -n shop"},
		{"the target was at 0, and is gone", "False FailedGetScale", "False ScalingDisabled", `deployments.apps "web" not found`, 2, TargetMissing, "kubectl get deployments -n shop"},
		{"no scale", "False FailedGetScale", "", "no matches for kind Foo in group x", 2, TargetNotScalable, "describe"},
		{"the scale can't be read for the moment", "False FailedGetScale", "", "the HPA controller was unable to get the target's current scale: etcdserver: request timed out", 2, ScaleFailing, "describe deployment/web"},
		{"someone else writes it, too", "False FailedUpdateScale", "True ValidMetricFound", "the HPA controller was unable to update the target scale: Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified", 2, ScaleFailing, "describe deployment/web"},
		{"a webhook denies it", "False FailedUpdateScale", "True ValidMetricFound", `admission webhook "x" denied the request: no`, 2, ScaleRefused, "describe deployment/web"},
		{"the scale can't be written", "False FailedUpdateScale", "True ValidMetricFound", "forbidden", 2, ScaleRefused, "describe deployment/web"},
		{"no request", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "failed to get cpu utilization: missing request for cpu in container web of Pod web-1", 2, RequestMissing, "kubectl app set resources deployment/web -n shop -c web --requests=cpu=100m"},
		{"no request of memory", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "failed to get memory utilization: missing request for memory in container web of Pod web-1", 2, RequestMissing, "-c web --requests=memory=128Mi"},
		{"no request of a whole pod", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "failed to get cpu utilization: missing pod-level request for cpu in Pod web-1", 2, RequestMissing, "describe horizontalpodautoscaler web"},
		{"no such container", "True SucceededGetScale", "False FailedGetContainerResourceMetric", cannot + "failed to get cpu utilization: container wbe not found in Pod web-1", 2, RequestMissing, "describe horizontalpodautoscaler web"},
		{"no metrics-server", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)", 2, MetricsAPIMissing, "apiservice v1beta1.metrics.k8s.io"},
		{"metrics-server does not answer", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "unable to fetch metrics from resource metrics API: the server is currently unable to handle the request", 2, MetricsAPIFailing, "apiservice v1beta1.metrics.k8s.io"},
		{"new pods", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "unable to get metrics for resource cpu: no metrics returned from resource metrics API", 2, MetricsNotYet, "kubectl top pods -n shop"},
		{"no pod is ready", "True SucceededGetScale", "False FailedGetResourceMetric", cannot + "did not receive metrics for targeted pods (pods might be unready)", 2, PodsNotReady, "kubectl app why deployment/web -n shop"},
		{"no adapter", "True SucceededGetScale", "False FailedGetExternalMetric", cannot + "unable to fetch metrics from external metrics API: the server could not find the requested resource", 2, MetricsAPIMissing, "kubectl get apiservices"},
		{"the adapter does not know it", "True SucceededGetScale", "False FailedGetExternalMetric", cannot + "no metrics returned from external metrics API", 2, MetricMissing, "describe"},
		{"two of them", "True SucceededGetScale", "False AmbiguousSelector", "pods by selector app=web are controlled by more than one HPA", 2, TwoAutoscalers, "kubectl get horizontalpodautoscalers -n shop"},
		{"no selector", "True SucceededGetScale", "False InvalidSelector", "the HPA target's scale is missing a selector", 2, TargetNotScalable, "describe"},
		{"something else", "True SucceededGetScale", "False FailedGetResourceMetric", "something else", 2, MetricNotComputable, "describe"},
	} {
		a := hpa(nil, 5, nil)
		a.Namespace, a.Generation, a.Status.ObservedGeneration = "shop", 2, &test.seen
		a.Status.CurrentMetrics = make([]autoscalingv2.MetricStatus, 1)
		a.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}
		for name, text := range map[autoscalingv2.HorizontalPodAutoscalerConditionType]string{autoscalingv2.AbleToScale: test.able, autoscalingv2.ScalingActive: test.active} {
			if status, reason, ok := strings.Cut(text, " "); ok {
				a.Status.Conditions = append(a.Status.Conditions, autoscalingv2.HorizontalPodAutoscalerCondition{
					Type: name, Status: corev1.ConditionStatus(status), Reason: reason, Message: test.message,
				})
			}
		}
		why := WhyUncomputed(a)
		switch {
		case why == nil && test.want != "":
			t.Errorf("%s: none, want %s", test.name, test.want)
		case why == nil:
		case why.Cause != test.want || !strings.Contains(strings.Join(why.Next, "\n"), test.next):
			t.Errorf("%s: %+v, want %s and %s", test.name, why, test.want, test.next)
		}
	}
}
