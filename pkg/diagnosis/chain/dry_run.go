package chain

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// DryRuns are the pods of which Wants asks for a dry run, by the workload that makes them.
func (s *Subject) DryRuns() map[workload.Ref]*corev1.Pod {
	pods := map[workload.Ref]*corev1.Pod{}
	for _, l := range s.looks {
		if w := l.in.Workload; l.found != nil && l.found.Wants.DryRuns[w.Ref] {
			pods[w.Ref] = podOf(w)
		}
	}
	return pods
}

// podOf is a pod as its controller would create it: policies look at labels, owners and the spec.
func podOf(w *workload.Workload) *corev1.Pod {
	t := w.Template.DeepCopy()
	pod := &corev1.Pod{ObjectMeta: t.ObjectMeta, Spec: t.Spec}
	pod.Namespace, pod.Name, pod.GenerateName = w.Namespace, "", w.Name+"-"
	version := "batch/v1"
	if k := workload.KindNamed(w.Kind); k != nil {
		version = k.GroupVersion().String()
	}
	pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: version, Kind: w.Kind, Name: w.Name, UID: w.UID, Controller: new(true)}}
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, m := range c.VolumeMounts {
			if !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name }) { // of a volumeClaimTemplate
				claim := &corev1.PersistentVolumeClaimVolumeSource{ClaimName: m.Name + "-" + w.Name + "-0"}
				pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: m.Name, VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: claim}})
			}
		}
	}
	return pod
}

// dryRunNotes say what came of a dry run that explains nothing.
func (s *Subject) dryRunNotes(r *Report) {
	for _, l := range s.looks {
		answer, asked := l.in.DryRuns[l.in.Workload.Ref]
		switch {
		case !asked || l.aside:
		case answer.Unasked != "":
			r.Notes = append(r.Notes, "a pod is missing, and the API server can't be asked whether it refuses the pod: "+answer.Unasked)
		case answer == diagnosis.DryRun{}:
			r.Notes = append(r.Notes, "a pod is missing, and in a dry run the API server accepts it now")
		}
	}
}

// basis is what a report without events rests on.
func (s *Subject) basis() string {
	for _, l := range s.looks {
		if l.in.DryRuns[l.in.Workload.Ref].Refused != "" {
			return "the status, and from a dry run of a pod, which creates nothing"
		}
	}
	return "the status alone"
}
