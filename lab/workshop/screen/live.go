package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

// roomy is the width that all columns of the pods need.
const roomy = 60

// Live adds what the cluster has in the namespace of an exercise: pods, Services with their pods, autoscalers.
func Live(s *layout.Sheet, f check.Facts, now time.Time) {
	pods := check.Decode[corev1.Pod](f, "pods")
	slices.SortFunc(pods, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	var rows [][]layout.Cell
	for i := range pods {
		rows = append(rows, podRow(s, &pods[i], now))
	}
	if len(rows) == 0 {
		s.Add(s.Faint("no pods"))
	} else {
		header := []string{"POD", "READY", "STATUS", "RESTARTS", "AGE", "IMAGE"}
		if s.Width > 0 && s.Width < roomy { // the rest is for wider screens
			header = header[:3]
			for i := range rows {
				rows[i] = rows[i][:3]
			}
		}
		s.Table(header, rows, len(header)-1, 0)
	}
	if rows := serviceRows(s, f); len(rows) > 0 {
		s.Add("")
		s.Table([]string{"SERVICE", "TYPE", "SELECTOR", "READY"}, rows, 2, 1, 0)
	}
	for _, a := range check.Decode[autoscalingv2.HorizontalPodAutoscaler](f, "horizontalpodautoscalers") {
		s.Add("")
		s.Sentences(fmt.Sprintf("autoscaler %s: %d replicas now, %d wanted, between %d and %d",
			a.Name, a.Status.CurrentReplicas, a.Status.DesiredReplicas, lowest(&a), a.Spec.MaxReplicas))
	}
}

func lowest(a *autoscalingv2.HorizontalPodAutoscaler) int32 {
	if a.Spec.MinReplicas == nil {
		return 1
	}
	return *a.Spec.MinReplicas
}

func podRow(s *layout.Sheet, pod *corev1.Pod, now time.Time) []layout.Cell {
	ready, restarts := 0, int32(0)
	var images []string
	for _, c := range pod.Spec.Containers {
		images = append(images, layout.ShortImage(c.Image))
	}
	for _, status := range pod.Status.ContainerStatuses {
		restarts += status.RestartCount
		if status.Ready {
			ready++
		}
	}
	status := layout.Cell{Text: podStatus(pod)}
	switch {
	case pod.DeletionTimestamp != nil:
		status.Paint = s.Faint
	case ready == len(pod.Spec.Containers):
		status.Paint = s.Green
	case status.Text != string(corev1.PodPending) && status.Text != "ContainerCreating" && status.Text != string(corev1.PodRunning):
		status.Paint = s.Red
	}
	return []layout.Cell{
		{Text: pod.Name},
		{Text: fmt.Sprintf("%d/%d", ready, len(pod.Spec.Containers))},
		status,
		{Text: fmt.Sprint(restarts)},
		{Text: duration.HumanDuration(now.Sub(pod.CreationTimestamp.Time))},
		{Text: strings.Join(images, ", ")},
	}
}

// podStatus is about what kubectl get shows.
func podStatus(pod *corev1.Pod) string {
	if pod.DeletionTimestamp != nil {
		return "Terminating"
	}
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for _, status := range statuses {
			switch state := status.State; {
			case state.Waiting != nil && state.Waiting.Reason != "" && state.Waiting.Reason != "PodInitializing":
				return state.Waiting.Reason
			case state.Terminated != nil && state.Terminated.ExitCode != 0:
				return state.Terminated.Reason
			}
		}
	}
	return string(pod.Status.Phase)
}

func serviceRows(s *layout.Sheet, f check.Facts) (rows [][]layout.Cell) {
	ready := f.Endpoints()
	for _, service := range check.Decode[corev1.Service](f, "services") {
		var selector []string
		for key, value := range service.Spec.Selector {
			selector = append(selector, key+"="+value)
		}
		slices.Sort(selector)
		count := layout.Cell{Text: fmt.Sprint(len(ready[service.Name])), Paint: s.Green}
		if len(ready[service.Name]) == 0 {
			count.Paint = s.Red
		}
		rows = append(rows, []layout.Cell{{Text: service.Name}, {Text: string(service.Spec.Type)}, {Text: strings.Join(selector, ",")}, count})
	}
	return rows
}
