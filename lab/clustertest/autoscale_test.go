package clustertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/autoscaler"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
)

// situation is a workload with an autoscaler. Pods use so many MiB, and as many thousandths of a core, of 100 that they request.
// Pods of others match the selector and are not of the workload: "80" runs, and a word says what is different.
type situation struct {
	name     string
	replicas int32
	usage    []int
	others   []string
	flags    string
}

func same(n int32, usage int) (all []int) {
	for range n {
		all = append(all, usage)
	}
	return all
}

// situations cover https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/. What the metrics say is far
// enough from the next number that the noise of cpu does not matter.
var situations = []situation{
	{name: "at the target", replicas: 2, usage: same(2, 50), flags: "max=6 memory=50%"},
	{name: "twice the target", replicas: 2, usage: same(2, 80), flags: "max=6 memory=40%"},
	{name: "rounded up", replicas: 3, usage: same(3, 70), flags: "max=6 memory=50%"},
	{name: "the mean of different pods", replicas: 3, usage: []int{90, 20, 40}, flags: "max=6 memory=30%"},
	{name: "the mean is at the target", replicas: 3, usage: []int{90, 30, 30}, flags: "max=6 memory=50%"},
	{name: "within the tolerance above", replicas: 3, usage: same(3, 54), flags: "max=6 memory=50%"},
	{name: "within the tolerance below", replicas: 3, usage: same(3, 46), flags: "max=6 memory=50% down=100%/15s,window=0s"},
	{name: "beyond the tolerance", replicas: 3, usage: same(3, 56), flags: "max=6 memory=50%"},
	{name: "a tolerance of its own", replicas: 2, usage: same(2, 54), flags: "max=6 memory=50% tolerance=5%"},
	{name: "a wide tolerance", replicas: 2, usage: same(2, 70), flags: "max=6 memory=50% tolerance=up=50%"},
	{name: "no tolerance", replicas: 2, usage: same(2, 51), flags: "max=6 memory=50% tolerance=0"},
	{name: "one replica", replicas: 1, usage: same(1, 90), flags: "max=6 memory=50%"},
	{name: "an amount", replicas: 2, usage: same(2, 80), flags: "max=6 memory=40Mi"},
	{name: "an amount within the tolerance", replicas: 2, usage: same(2, 42), flags: "max=6 memory=40Mi"},
	{name: "a container", replicas: 2, usage: same(2, 80), flags: "max=6 metric=container/web/memory=50%"},
	{name: "an amount of a container", replicas: 2, usage: same(2, 80), flags: "max=6 metric=container/web/memory=50Mi"},
	{name: "above 100%", replicas: 2, usage: same(2, 150), flags: "max=6 memory=120%"},
	{name: "cpu", replicas: 2, usage: same(2, 65), flags: "max=6 cpu=50%"},
	{name: "cpu, down", replicas: 3, usage: same(3, 25), flags: "max=6 cpu=50% down=100%/15s,window=0s"},
	{name: "an amount of cpu", replicas: 2, usage: same(2, 65), flags: "max=6 cpu=50m"},

	{name: "the higher of two metrics", replicas: 2, usage: same(2, 80), flags: "max=6 memory=40% cpu=90%"},
	{name: "two metrics, both below", replicas: 3, usage: same(3, 20), flags: "max=6 memory=40% cpu=70% down=100%/15s,window=0s"},
	{name: "a metric fails and the other wants more", replicas: 2, usage: same(2, 80), flags: "max=6 memory=40% metric=external/q=3"},
	{name: "a metric fails and the other wants less", replicas: 3, usage: same(3, 20), flags: "max=6 memory=60% metric=external/q=3 down=100%/15s,window=0s"},
	{name: "all metrics fail", replicas: 2, usage: same(2, 50), flags: "max=6 metric=external/q=3 metric=pods/r=5"},

	{name: "the maximum", replicas: 2, usage: same(2, 90), flags: "max=3 memory=30%"},
	{name: "the minimum", replicas: 3, usage: same(3, 5), flags: "min=2 max=6 memory=50% down=100%/15s,window=0s"},
	{name: "above the maximum", replicas: 3, usage: same(3, 90), flags: "max=2 memory=30%"},
	{name: "below the minimum", replicas: 1, usage: same(1, 50), flags: "min=3 max=6 memory=50%"},
	{name: "at 0", replicas: 0, flags: "max=6 memory=50%"},
	{name: "at most 4 from 1", replicas: 1, usage: same(1, 300), flags: "max=6 memory=30%"},
	{name: "at most twice", replicas: 3, usage: same(3, 300), flags: "max=9 memory=30%"},
	{name: "the window of scaling down", replicas: 3, usage: same(3, 10), flags: "max=6 memory=50%"},
	{name: "a window with rules", replicas: 3, usage: same(3, 10), flags: "max=6 memory=50% down=100%/15s,window=5m"},
	{name: "a window of scaling up", replicas: 2, usage: same(2, 90), flags: "max=6 memory=30% up=4/15s,window=5m"},
	{name: "up by pods", replicas: 2, usage: same(2, 200), flags: "max=6 memory=30% up=1/1m"},
	{name: "up by percent", replicas: 3, usage: same(3, 200), flags: "max=6 memory=30% up=20%/1m"},
	{name: "up by the larger policy", replicas: 2, usage: same(2, 200), flags: "max=6 memory=30% up=1/1m,100%/1m"},
	{name: "up by the smaller policy", replicas: 2, usage: same(2, 200), flags: "max=6 memory=30% up=1/1m,100%/1m,min"},
	{name: "never up", replicas: 2, usage: same(2, 200), flags: "max=6 memory=30% up=disabled"},
	{name: "down by pods", replicas: 4, usage: same(4, 5), flags: "max=6 memory=50% down=1/1m,window=0s"},
	{name: "down by percent", replicas: 4, usage: same(4, 5), flags: "max=6 memory=50% down=50%/1m,window=0s"},
	{name: "down by the smaller policy", replicas: 4, usage: same(4, 5), flags: "max=6 memory=50% down=1/1m,50%/1m,min,window=0s"},
	{name: "never down", replicas: 3, usage: same(3, 5), flags: "max=6 memory=50% down=disabled"},

	{name: "a pending pod and up", replicas: 2, usage: same(2, 90), others: []string{"pending"}, flags: "max=6 memory=30%"},
	{name: "a pending pod and down", replicas: 3, usage: same(3, 10), others: []string{"pending"}, flags: "max=6 memory=50% down=100%/15s,window=0s"},
	{name: "a pod that was never ready and cpu", replicas: 2, usage: same(2, 75), others: []string{"75 unready"}, flags: "max=6 cpu=30%"},
	{name: "a pod that was never ready and memory", replicas: 2, usage: same(2, 75), others: []string{"75 unready"}, flags: "max=6 memory=30%"},
	{name: "a pod that has failed", replicas: 2, usage: same(2, 90), others: []string{"failed"}, flags: "max=6 memory=30%"},
	{name: "a pod without a request", replicas: 2, usage: same(2, 90), others: []string{"90 no request"}, flags: "max=6 memory=30%"},
	{name: "a pod without a request and an amount", replicas: 2, usage: same(2, 90), others: []string{"90 no request"}, flags: "max=6 memory=30Mi"},
	{name: "nothing but pods that were never ready", replicas: 0, others: []string{"75 unready"}, flags: "max=6 cpu=30%"},
}

// ofLab are the flags of the lab's controller (lab/plan/controlplane.go).
func ofLab() autoscale.Controller {
	c := autoscale.DefaultController()
	c.CPUInitialization, c.ReadinessDelay, c.DownscaleStabilization, c.SyncPeriod = 5*time.Second, 2*time.Second, 10*time.Second, 5*time.Second
	return c
}

// What the function predicts of a snapshot is what the controller of Kubernetes then does.
func TestAutoscaleArithmetic(t *testing.T) {
	b := newBench(t)
	var group sync.WaitGroup
	for i, s := range situations {
		group.Go(func() {
			p := player{bench: b, situation: s, object: fmt.Sprintf("s%d", i)}
			if err := p.play(); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
		})
	}
	group.Wait()
}

// player plays one situation.
type player struct {
	*bench
	situation
	object string
}

func (p *player) play() error {
	ctx, cancel := context.WithTimeout(p.ctx, 3*time.Minute)
	defer cancel()
	if err := p.makePods(ctx); err != nil {
		return err
	}
	if err := p.awaitUsage(ctx); err != nil {
		return err
	}
	a, err := p.autoscaler()
	if err != nil {
		return err
	}
	// Before it is there: the controller may act at once.
	snapshot, seen, notes, err := autoscaler.Look(ctx, p.cluster(), a)
	if err != nil || !seen {
		return fmt.Errorf("looking: %w, %v", err, notes)
	}
	snapshot.Now, snapshot.Controller = time.Now(), ofLab()
	// The controller begins with the present number, and remembers nothing else.
	snapshot.Memory = &autoscale.Memory{Recommendations: []autoscale.Recommendation{{Replicas: snapshot.Replicas, Time: snapshot.Now}}}
	known := autoscale.Compute(snapshot)
	snapshot.Memory = nil
	unknown := autoscale.Compute(snapshot)
	made, err := p.client.AutoscalingV2().HorizontalPodAutoscalers(p.namespace).Create(ctx, a, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("creating it: %w", err)
	}
	done, err := p.first(ctx, made)
	if err != nil {
		return fmt.Errorf("waiting for the controller: %w", err)
	}
	return compare(done, known, unknown)
}

// compare holds a prediction against the status after the first computation.
func compare(done *autoscalingv2.HorizontalPodAutoscaler, known, unknown autoscale.Computation) error {
	number := done.Status.DesiredReplicas
	if known.Off || known.Blocked { // the number that is set stays
		if active := conditionOf(done, autoscalingv2.ScalingActive); active == nil || active.Status != corev1.ConditionFalse || known.Off != autoscale.IsOff(done) {
			return fmt.Errorf("predicted: off %v, blocked %v; the controller: %+v", known.Off, known.Blocked, done.Status.Conditions)
		}
		if first := firstError(known); known.Blocked && !strings.Contains(conditionOf(done, autoscalingv2.ScalingActive).Message, first) {
			return fmt.Errorf("predicted the error %q; the controller: %+v", first, done.Status.Conditions)
		}
		return nil
	}
	if !known.Certain() || number != known.Least {
		return fmt.Errorf("predicted %d to %d (%+v); the controller set %d: %+v", known.Least, known.Most, known, number, done.Status)
	}
	if number < unknown.Least || number > unknown.Most {
		return fmt.Errorf("without the memory predicted %d to %d; the controller set %d", unknown.Least, unknown.Most, number)
	}
	reasons := map[autoscale.Limiter]string{
		autoscale.LimitMaximum: "TooManyReplicas", autoscale.LimitMinimum: "TooFewReplicas", autoscale.LimitPolicy: "Scale", autoscale.LimitDisabled: "Scale",
	}
	limited := conditionOf(done, autoscalingv2.ScalingLimited)
	for _, l := range known.Limits {
		if reason := reasons[l]; !known.Bounded && reason != "" && (limited == nil || limited.Status != corev1.ConditionTrue || !strings.HasPrefix(limited.Reason, reason)) {
			return fmt.Errorf("predicted the limit %s; the controller: %+v", l, limited)
		}
	}
	if len(known.Limits) == 0 && limited != nil && limited.Status == corev1.ConditionTrue {
		return fmt.Errorf("predicted no limit; the controller: %+v", limited)
	}
	return nil
}

func firstError(c autoscale.Computation) string {
	for _, p := range c.Proposals {
		if p.Error != "" {
			text, _, _ := strings.Cut(p.Error, " of Pod ") // any of them
			text, _, _ = strings.Cut(text, ": the server")
			return strings.TrimSuffix(text, " metrics API")
		}
	}
	return ""
}

func conditionOf(a *autoscalingv2.HorizontalPodAutoscaler, name autoscalingv2.HorizontalPodAutoscalerConditionType) *autoscalingv2.HorizontalPodAutoscalerCondition {
	for i := range a.Status.Conditions {
		if a.Status.Conditions[i].Type == name {
			return &a.Status.Conditions[i]
		}
	}
	return nil
}

// first returns the autoscaler after its first computation.
func (p *player) first(ctx context.Context, made *autoscalingv2.HorizontalPodAutoscaler) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	for ctx.Err() == nil { // the API server may end a watch at any time, and a second one begins where the first one did
		w, err := p.client.AutoscalingV2().HorizontalPodAutoscalers(p.namespace).Watch(ctx, metav1.ListOptions{
			FieldSelector: fields.OneTermEqualSelector("metadata.name", made.Name).String(), ResourceVersion: made.ResourceVersion,
		})
		if err != nil {
			return nil, err
		}
		for event := range w.ResultChan() {
			if a, ok := event.Object.(*autoscalingv2.HorizontalPodAutoscaler); ok && len(a.Status.Conditions) > 0 {
				w.Stop()
				return a, nil
			}
		}
		w.Stop()
	}
	return nil, context.Cause(ctx)
}

func (p *player) autoscaler() (*autoscalingv2.HorizontalPodAutoscaler, error) {
	var s autoscale.Settings
	for _, flag := range strings.Fields(p.flags) {
		name, value, _ := strings.Cut(flag, "=")
		var m autoscale.MetricChange
		var err error
		switch name {
		case "min", "max":
			n := int32(value[0] - '0')
			if name == "min" {
				s.Min = &n
			} else {
				s.Max = &n
			}
		case "cpu", "memory":
			m, err = autoscale.ResourceMetric(corev1.ResourceName(name), value)
			s.Metrics = append(s.Metrics, m)
		case "metric":
			m, err = autoscale.ParseMetric(value)
			s.Metrics = append(s.Metrics, m)
		case "up":
			s.ScaleUp, err = autoscale.ParseRules(value)
		case "down":
			s.ScaleDown, err = autoscale.ParseRules(value)
		case "tolerance":
			s.Tolerance, err = autoscale.ParseTolerance(value)
		}
		if err != nil {
			return nil, err
		}
	}
	return autoscale.Plan(&autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: p.object, Namespace: p.namespace},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{
			APIVersion: "apps/v1", Kind: "Deployment", Name: p.object,
		}},
	}, s)
}

func usageOf(n int) map[string]string {
	return map[string]string{"lab.kubectl-app.dev/cpu": fmt.Sprintf("%dm", n), "lab.kubectl-app.dev/memory": fmt.Sprintf("%dMi", n)}
}

func (p *player) podSpec(image string) corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{
		Name: "web", Image: image,
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("100Mi"),
		}},
	}}}
}

// makePods makes the workload and the other pods, and waits until all are as they shall be.
func (p *player) makePods(ctx context.Context) error {
	labels := map[string]string{"app": p.object}
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: p.object}, Spec: appsv1.DeploymentSpec{
		Replicas: &p.replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: p.podSpec("web:1.0")},
	}}
	if _, err := p.client.AppsV1().Deployments(p.namespace).Create(ctx, d, metav1.CreateOptions{}); err != nil {
		return err
	}
	for i, text := range p.others {
		usage, word, _ := strings.Cut(text, " ")
		if usage == "pending" || usage == "failed" {
			usage, word = "0", usage
		}
		n := 0
		if _, err := fmt.Sscan(usage, &n); err != nil {
			return err
		}
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-other-%d", p.object, i), Labels: labels, Annotations: usageOf(n)}, Spec: p.podSpec("web:1.0")}
		switch word {
		case "pending":
			pod.Spec.NodeSelector = map[string]string{"nowhere": "here"}
		case "failed":
			pod.Spec.Containers[0].Image, pod.Spec.RestartPolicy = "web:1.0-crash", corev1.RestartPolicyNever
		case "unready":
			pod.Spec.Containers[0].Image = "web:1.0-unready"
		case "no request":
			pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{}
		}
		if _, err := p.client.CoreV1().Pods(p.namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return p.awaitPods(ctx)
}

// awaitPods follows the pods of the situation, and gives those of the workload their usage.
func (p *player) awaitPods(ctx context.Context) error {
	settled, given := map[string]bool{}, map[string]bool{}
	for int(p.replicas)+len(p.others) > len(settled) || len(given) < len(p.usage) {
		if ctx.Err() != nil {
			return fmt.Errorf("%d pods are as they shall be: %w", len(settled), context.Cause(ctx))
		}
		if err := p.followPods(ctx, settled, given); err != nil {
			return err
		}
	}
	return nil
}

// followPods is one watch of awaitPods: the API server may end it at any time.
func (p *player) followPods(ctx context.Context, settled, given map[string]bool) error {
	api := p.client.CoreV1().Pods(p.namespace)
	w, err := api.Watch(ctx, metav1.ListOptions{LabelSelector: "app=" + p.object})
	if err != nil {
		return err
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		pod, ok := event.Object.(*corev1.Pod)
		if !ok {
			return nil
		}
		if len(pod.OwnerReferences) > 0 && !given[pod.Name] && len(given) < len(p.usage) {
			usage := usageOf(p.usage[len(given)])
			given[pod.Name] = true
			body := fmt.Sprintf(`{"metadata":{"annotations":{"lab.kubectl-app.dev/cpu":%q,"lab.kubectl-app.dev/memory":%q}}}`, usage["lab.kubectl-app.dev/cpu"], usage["lab.kubectl-app.dev/memory"])
			if _, err := api.Patch(ctx, pod.Name, types.MergePatchType, []byte(body), metav1.PatchOptions{}); err != nil {
				return err
			}
		}
		if isSettled(pod) {
			settled[pod.Name] = true
		}
		if int(p.replicas)+len(p.others) == len(settled) && len(given) == len(p.usage) {
			return nil
		}
	}
	return nil
}

// isSettled tells whether a pod will stay as it is.
func isSettled(pod *corev1.Pod) bool {
	switch {
	case len(pod.Spec.NodeSelector) > 0:
		return true
	case strings.HasSuffix(pod.Spec.Containers[0].Image, "-crash"):
		return pod.Status.Phase == corev1.PodFailed
	case strings.HasSuffix(pod.Spec.Containers[0].Image, "-unready"):
		return pod.Status.Phase == corev1.PodRunning
	}
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue })
}

// awaitUsage waits until metrics-server has the usage that was set, of a whole window. Nothing can be watched there.
func (p *player) awaitUsage(ctx context.Context) error {
	want := map[int]int{}
	for _, n := range p.usage {
		want[n]++
	}
	for _, o := range p.others {
		n := 0
		if _, err := fmt.Sscan(o, &n); err == nil {
			want[n]++
		}
	}
	for {
		found, err := p.found(ctx)
		if err != nil {
			return err
		}
		missing := 0
		for n, count := range want {
			missing += max(0, count-found[n])
		}
		if missing == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("metrics of %v, want %v", found, want)
		case <-time.After(time.Second):
		}
	}
}

// found counts the pods by their usage: memory as it was set, and cpu that is as near as metrics-server computes it.
func (p *player) found(ctx context.Context) (map[int]int, error) {
	pods, err := autoscaler.PodMetrics(ctx, p.cluster(), p.namespace, "app="+p.object)
	found := map[int]int{}
	for _, pod := range pods {
		for _, c := range pod.Containers {
			n := int(c.Usage.Memory().Value() >> 20)
			if cpu := int(c.Usage.Cpu().MilliValue()); cpu >= n*9/10 && cpu <= n*11/10+1 {
				found[n]++
			}
		}
	}
	return found, err
}
