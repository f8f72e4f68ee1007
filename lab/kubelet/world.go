package kubelet

import (
	"context"
	"fmt"
	"maps"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	v1 "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// world is what pods refer to. Of Secrets and ConfigMaps it keeps the keys, and
// of the values only those that tell a program what to do.
type world struct {
	ctx        context.Context
	client     kubernetes.Interface
	secrets    v1.SecretLister
	configMaps v1.ConfigMapLister
	claims     v1.PersistentVolumeClaimLister
	nodes      v1.NodeLister
	// nodeChanges tells of nodes.
	nodeChanges cache.SharedInformer
	images      sync.Map // of imageKey
}

type imageKey struct{ node, image string }

func newWorld(ctx context.Context, client kubernetes.Interface) (*world, error) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(onlyKeys))
	core := factory.Core().V1()
	w := &world{
		ctx: ctx, client: client,
		secrets: core.Secrets().Lister(), configMaps: core.ConfigMaps().Lister(), claims: core.PersistentVolumeClaims().Lister(),
		nodes: core.Nodes().Lister(), nodeChanges: core.Nodes().Informer(),
	}
	synced := []cache.InformerSynced{
		core.Secrets().Informer().HasSynced, core.ConfigMaps().Informer().HasSynced, core.PersistentVolumeClaims().Informer().HasSynced,
		core.Nodes().Informer().HasSynced,
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), synced...) {
		return nil, fmt.Errorf("read Secrets, ConfigMaps, claims and nodes: %w", context.Cause(ctx))
	}
	return w, nil
}

// onlyKeys drops values before anything is kept, but for those that are words.
func onlyKeys(o any) (any, error) {
	switch o := o.(type) {
	case *corev1.Secret:
		lifecycle.KeepWords(o.Data)
		o.ManagedFields, o.Annotations = nil, nil
	case *corev1.ConfigMap:
		lifecycle.KeepWords(o.Data)
		lifecycle.KeepWords(o.BinaryData)
		o.ManagedFields, o.Annotations = nil, nil
	case *corev1.PersistentVolumeClaim:
		o.ManagedFields, o.Annotations = nil, nil
	}
	return o, nil
}

// wordsOf is what a node does to the pods that come to it from now on.
func (w *world) wordsOf(node string) string {
	known, err := w.nodes.Get(node)
	if err != nil {
		return ""
	}
	return known.Annotations[lifecycle.AnnotationBehavior]
}

// of is the world as one pod sees it.
func (w *world) of(pod *corev1.Pod) lifecycle.Lookups { return surroundings{w, pod} }

func (w *world) pulled(pod *corev1.Pod, images []string) {
	for _, image := range images {
		w.images.Store(imageKey{pod.Spec.NodeName, image}, true)
	}
}

// surroundings ask the API server about what the caches don't have: a pod and
// the Secret made just before it come by different watches.
type surroundings struct {
	*world
	pod *corev1.Pod
}

func (s surroundings) Secret(name string) (lifecycle.Keys, bool) {
	found, err := s.secrets.Secrets(s.pod.Namespace).Get(name)
	if err != nil {
		if found, err = s.client.CoreV1().Secrets(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{}); err != nil {
			return nil, false
		}
	}
	return lifecycle.KeysOf(found.Data), true
}

func (s surroundings) ConfigMap(name string) (lifecycle.Keys, bool) {
	found, err := s.configMaps.ConfigMaps(s.pod.Namespace).Get(name)
	if err != nil {
		if found, err = s.client.CoreV1().ConfigMaps(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{}); err != nil {
			return nil, false
		}
	}
	keys := lifecycle.KeysOf(found.Data)
	maps.Copy(keys, lifecycle.KeysOf(found.BinaryData))
	return keys, true
}

func (s surroundings) Claim(name string) (bound, found bool) {
	claim, err := s.claims.PersistentVolumeClaims(s.pod.Namespace).Get(name)
	if err != nil || claim.Status.Phase != corev1.ClaimBound {
		if claim, err = s.client.CoreV1().PersistentVolumeClaims(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{}); err != nil {
			return false, false
		}
	}
	return claim.Status.Phase == corev1.ClaimBound, true
}

func (s surroundings) ImagePresent(image string) bool {
	_, present := s.images.Load(imageKey{s.pod.Spec.NodeName, image})
	return present
}
