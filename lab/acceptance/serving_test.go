package acceptance

import (
	"context"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// serving looks once, at this moment: what the plugin has just verified must be so.
func serving(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serving [TYPE/]NAME IMAGE")
	}
	name, image := args[0], args[1]
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w, err := s.read(ctx, name)
	ts.Check(err)
	pods, err := s.client.CoreV1().Pods(s.namespace).List(ctx, metav1.ListOptions{
		LabelSelector: metav1.FormatLabelSelector(w.selector),
	})
	ts.Check(err)
	count := map[string]int{}
	for i := range pods.Items {
		if pod := &pods.Items[i]; ready(pod) {
			count[pod.Spec.Containers[0].Image]++
		}
	}
	if count[image] != int(w.replicas) || len(count) != 1 {
		ts.Fatalf("%s should be served by %d pods of %s, and is served by %v", name, w.replicas, image, count)
	}
}

func ready(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}
