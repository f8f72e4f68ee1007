package workload

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// podKind is a template without a workload around it. The kubelet restarts the containers whose images change.
var podKind = &Kind{
	Resource: Resource{
		GroupVersionKind: corev1.SchemeGroupVersion.WithKind("Pod"), Plural: "pods",
		Make:     func() API { return &corev1.Pod{} },
		MakeList: func() runtime.Object { return &corev1.PodList{} },
	},
	Short:        []string{"po"},
	templatePath: "/spec",
	parts: func(o API) parts {
		p := o.(*corev1.Pod)
		return parts{spec: &p.Spec, template: podTemplate(p), node: &p.Spec.NodeName}
	},
	observer: "kubelet",
	read:     func(o API, w *Workload) { readPod(o.(*corev1.Pod), w) },
	effect: func(o API) string {
		if p := o.(*corev1.Pod); p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
			return fmt.Sprintf("it has ended (%s), and no container is restarted", p.Status.Phase)
		}
		return ""
	},
	unscaled: ": it is one pod",
	remakes:  "which makes new pods without this change",
	// ValidatePodUpdate in k8s.io/kubernetes/pkg/apis/core/validation.
	fixed: func(o API, after *corev1.PodTemplateSpec) string {
		if SameButImages(podTemplate(o.(*corev1.Pod)), after) {
			return ""
		}
		return "only the images of a pod can be changed; delete it and create it again with the change"
	},
}

// podTemplate leaves out the node, which the scheduler sets at any time.
func podTemplate(p *corev1.Pod) *corev1.PodTemplateSpec {
	template := &corev1.PodTemplateSpec{Spec: p.Spec}
	template.Spec.NodeName = ""
	return template
}

func readPod(p *corev1.Pod, w *Workload) {
	w.Pod = p
	w.ObservedGeneration = p.Generation
	if p.Status.ObservedGeneration > 0 { // since 1.34
		w.ObservedGeneration = p.Status.ObservedGeneration
	}
	w.Total, w.Updated = 1, 1
	w.Strategy = Strategy{ProgressDeadline: setDeadline, Lenient: true}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			w.Ready, w.Available = 1, 1
		}
	}
}

// podRevision stands for the only template that a pod has.
func podRevision(w *Workload) Revision {
	return Revision{Name: w.Name, UID: w.UID, Key: KeyOf(w.Pod), Template: w.Template, Desired: 1, ByPods: true}
}

// Restarted names the containers that the kubelet restarts to bring a pod from one template to another. An init container that
// has ended does not run again.
func Restarted(before, after *corev1.PodTemplateSpec) []string {
	images := Images(before)
	var names []string
	for _, c := range after.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways && c.Image != images[c.Name] {
			names = append(names, c.Name)
		}
	}
	for _, c := range after.Spec.Containers {
		if c.Image != images[c.Name] {
			names = append(names, c.Name)
		}
	}
	return names
}

// BackOffEnd is when the kubelet may start a container that has crashed again; zero where it does not wait. The kubelet
// names the wait in its message (doBackOff in pkg/kubelet/kuberuntime).
func BackOffEnd(pod *corev1.Pod, container string) time.Time {
	for _, s := range pod.Status.ContainerStatuses {
		waiting, ended := s.State.Waiting, s.LastTerminationState.Terminated
		if s.Name != container || waiting == nil || ended == nil {
			continue
		}
		var text string
		if n, _ := fmt.Sscanf(waiting.Message, "back-off %s restarting failed container", &text); n == 1 {
			if wait, err := time.ParseDuration(text); err == nil {
				return ended.FinishedAt.Add(wait)
			}
		}
	}
	return time.Time{}
}
