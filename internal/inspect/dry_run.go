package inspect

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// dryRuns asks what became of the pods that are missing, and is false if there was nothing to ask.
func (i *Inspector) dryRuns(ctx context.Context, s *chain.Subject) bool {
	pods := s.DryRuns()
	if len(pods) == 0 || !i.spend(kept-1) {
		return false
	}
	i.seen.DryRuns = map[workload.Ref]diagnosis.DryRun{}
	for ref, pod := range pods { // one: the object that was asked about
		i.seen.DryRuns[ref] = i.dryRun(ctx, pod)
	}
	return true
}

// dryRun sends a pod that the API server admits or refuses, and does not store.
func (i *Inspector) dryRun(ctx context.Context, pod *corev1.Pod) diagnosis.DryRun {
	client, err := i.cluster.Typed()
	if err != nil {
		return diagnosis.DryRun{Unasked: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	_, err = client.CoreV1().Pods(pod.Namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err == nil {
		return diagnosis.DryRun{}
	}
	return diagnosis.ReadDryRun(i.cluster.Redactor().Text(err.Error()))
}
