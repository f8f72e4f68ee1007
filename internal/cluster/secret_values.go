package cluster

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// learnTime bounds LearnSecrets: a message that is not masked in full is better than none.
const learnTime = 5 * time.Second

// LearnSecrets reads the Secrets that containers read, each once, so that their values are masked in what programs say.
// One that can't be read stays unknown.
func (c *Cluster) LearnSecrets(ctx context.Context, namespace string, templates ...*corev1.PodTemplateSpec) {
	var refs []workload.Ref
	for _, t := range templates {
		for _, r := range workload.References(t) {
			ref := workload.Ref{Kind: string(r.Kind), Namespace: namespace, Name: r.Name}
			if r.Kind != workload.SecretReference || r.Use == workload.UsePullSecret || slices.Contains(refs, ref) {
				continue
			}
			if _, known := c.learntSecrets.LoadOrStore(ref, true); !known {
				refs = append(refs, ref)
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, learnTime)
	defer cancel()
	_, _ = Each(ctx, refs, func(ctx context.Context, ref workload.Ref) (struct{}, error) {
		_, _, _ = c.SecretOrConfigMap(ctx, ref)
		return struct{}{}, nil
	})
}
