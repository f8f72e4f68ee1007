package kubelet

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// wordStopped in the annotation of a Node stops its kubelet.
const wordStopped = "stopped"

// Stopped tells of a node whether its kubelet does nothing: it renews no lease, writes no status and answers nobody.
func Stopped(n *corev1.Node) bool {
	return slices.Contains(strings.Split(n.Annotations[lifecycle.AnnotationBehavior], "-"), wordStopped)
}

// stopped tells whether the node of a pod is.
func (w *world) stopped(name string) bool {
	known, err := w.nodes.Get(name)
	return err == nil && Stopped(known)
}

// resumeNodes takes up the pods of a node that runs again.
func (n *node) resumeNodes() error {
	_, err := n.world.nodeChanges.AddEventHandler(cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(before, now any) {
			was, is := before.(*corev1.Node), now.(*corev1.Node)
			if !Stopped(was) || Stopped(is) {
				return
			}
			for _, p := range n.residents() {
				p.mu.Lock()
				if onNode(p.newest, is.Name) {
					n.queue.Add(p.newest.UID)
				}
				p.mu.Unlock()
			}
		},
	})
	return err
}
