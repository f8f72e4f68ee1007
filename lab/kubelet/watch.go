package kubelet

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// watch feeds the node with the pods that are bound to nodes, until ctx ends.
func (n *node) watch(ctx context.Context) error {
	factory := informers.NewSharedInformerFactoryWithOptions(n.client, 0,
		informers.WithTransform(trimPod),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) {
			o.FieldSelector = fields.OneTermNotEqualSelector("spec.nodeName", "").String()
		}))
	handler, err := factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { n.observe(o.(*corev1.Pod)) },
		UpdateFunc: func(_, o any) { n.observe(o.(*corev1.Pod)) },
		DeleteFunc: func(o any) {
			if last, ok := o.(cache.DeletedFinalStateUnknown); ok {
				o = last.Obj
			}
			if pod, ok := o.(*corev1.Pod); ok {
				n.forget(pod)
			}
		},
	})
	if err != nil {
		return fmt.Errorf("watch pods: %w", err)
	}
	if err := n.resumeNodes(); err != nil {
		return fmt.Errorf("watch nodes: %w", err)
	}
	factory.Start(ctx.Done())
	if cache.WaitForCacheSync(ctx.Done(), handler.HasSynced) {
		close(n.listed)
	}
	<-ctx.Done()
	n.queue.ShutDown()
	factory.Shutdown()
	return nil
}

// trimPod drops what the kubelet doesn't read and takes most of the memory.
func trimPod(o any) (any, error) {
	if pod, ok := o.(*corev1.Pod); ok {
		pod.ManagedFields = nil
	}
	return o, nil
}

// newer tells whether a is a later version than b. Resource versions of one
// resource can be compared since Kubernetes 1.35; what can't be read is newer.
func newer(a, b *corev1.Pod) bool {
	x, err := strconv.ParseUint(a.ResourceVersion, 10, 64)
	if err != nil {
		return true
	}
	y, err := strconv.ParseUint(b.ResourceVersion, 10, 64)
	return err != nil || x > y
}
