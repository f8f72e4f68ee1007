package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
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
	pods, lost := client.CoreV1().Pods(pod.Namespace), false
	err = restorePatience().repeat(ctx, func() (err error) {
		switch err = pods.Delete(ctx, pod.Name, options); {
		case err == nil:
			deleted = true
		case lost && apierrors.IsConflict(err): // by a request whose answer was lost, or it has only changed
			var now *corev1.Pod
			if now, err = pods.Get(ctx, pod.Name, metav1.GetOptions{}); err == nil {
				deleted = now.UID != pod.UID || now.DeletionTimestamp != nil
			}
		}
		lost = lost || MayHaveActed(err)
		switch {
		case apierrors.IsNotFound(err):
			deleted = lost
			return nil
		case apierrors.IsConflict(err):
			return nil
		}
		return APIError(Call{"delete", "pods", pod.Namespace, "pod/" + pod.Name}, err)
	})
	return deleted, err
}
