package nodes

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kwok/pkg/utils/informer"

	"github.com/kubectl-app/kubectl-app/lab/kubelet"
)

// withoutStopped passes events on. A stopped node is deleted for kwok, which then renews no lease and writes no status;
// one that runs again is added.
func withoutStopped(ctx context.Context, events <-chan informer.Event[*corev1.Node]) <-chan informer.Event[*corev1.Node] {
	passed := make(chan informer.Event[*corev1.Node])
	go func() {
		defer close(passed)
		stopped := map[string]bool{}
		for {
			select {
			case <-ctx.Done():
				return
			case e, open := <-events:
				if !open {
					return
				}
				name := e.Object.Name
				switch {
				case e.Type != informer.Deleted && kubelet.Stopped(e.Object):
					e.Type, stopped[name] = informer.Deleted, true
				case e.Type == informer.Modified && stopped[name]:
					e.Type = informer.Added
					fallthrough
				default:
					delete(stopped, name)
				}
				select {
				case passed <- e:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return passed
}
