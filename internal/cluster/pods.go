package cluster

import (
	"context"
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// deletePatience is how long a server in trouble is asked again to delete a pod.
const deletePatience = 10 * time.Second

// DeletePod deletes exactly this pod: another one of its name stays. One that is gone is no error.
func (c *Cluster) DeletePod(ctx context.Context, pod rollout.PodRef) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &pod.UID}}
	err = patience{trouble: deletePatience}.repeat(ctx, func(bool) error {
		err := client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, options)
		if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			return nil
		}
		return APIError(Call{"delete", "pods", pod.Namespace, "pod/" + pod.Name}, err)
	})
	if e := (*Error)(nil); errors.As(err, &e) && e.Reason == Forbidden {
		e.Next = []string{"kubectl delete pod " + pod.Name + InFlag(pod.Namespace)}
	}
	return err
}
