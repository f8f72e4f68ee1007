package kubelet

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// retryWrite is how long to wait when the API server can't be reached.
const retryWrite = time.Second

// write tells the API what waits to be told of pod: its status, and its end.
func (n *node) write(ctx context.Context, p *resident, pod *corev1.Pod) error {
	if p.unsent != nil {
		if err := n.writeStatus(ctx, p, pod.Namespace); err != nil {
			return err
		}
		p.unsent = nil
	}
	if p.doomed {
		return n.remove(ctx, p, pod)
	}
	return nil
}

// writeStatus replaces the status. The write is bound to the version it is based
// on, because it carries the whole pod: an annotation that someone else is just
// changing must not be lost.
func (n *node) writeStatus(ctx context.Context, p *resident, namespace string) error {
	pods := n.client.CoreV1().Pods(namespace)
	for {
		p.mu.Lock()
		pod := *p.base
		p.mu.Unlock()
		uid := pod.UID
		pod.Status = *p.unsent
		written, err := pods.UpdateStatus(ctx, &pod, metav1.UpdateOptions{FieldManager: lifecycle.Component})
		if apierrors.IsConflict(err) {
			if written, err = pods.Get(ctx, pod.Name, metav1.GetOptions{}); err == nil && written.UID == uid {
				n.rebase(p, written)
				continue
			}
		}
		switch {
		case apierrors.IsNotFound(err) || err == nil && written.UID != uid || apierrors.IsInvalid(err):
			return nil
		case err != nil:
			return err
		}
		n.rebase(p, written)
		return nil
	}
}

// rebase builds the next write on a version that an answer brought. Whether it
// brings news for the Machine is left to the watch.
func (n *node) rebase(p *resident, pod *corev1.Pod) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if newer(pod, p.base) {
		pod.ManagedFields = nil
		p.base = pod
	}
}

// remove deletes a pod that has ended, for good.
func (n *node) remove(ctx context.Context, p *resident, pod *corev1.Pod) error {
	zero, uid := int64(0), pod.UID
	err := n.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &zero, Preconditions: &metav1.Preconditions{UID: &uid},
	})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return err
	}
	p.doomed = false
	return nil
}
