package cluster

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// DeletePod deletes exactly this pod, as it was judged. deleted is false if it has changed since, or is gone. A server
// that is away is waited for, as in Restore.
func (c *Cluster) DeletePod(ctx context.Context, pod rollout.PodRef) (deleted bool, err error) {
	client, err := c.typed()
	if err != nil {
		return false, err
	}
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &pod.UID, ResourceVersion: &pod.ResourceVersion}}
	err = restorePatience().repeat(ctx, func(uncertain bool) error {
		err := client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, options)
		if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			deleted = uncertain // by a request whose answer was lost
			return nil
		}
		deleted = err == nil
		return APIError(Call{"delete", "pods", pod.Namespace, "pod/" + pod.Name}, err)
	})
	return deleted, err
}
