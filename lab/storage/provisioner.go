// Package storage makes the volumes of the lab's default StorageClass.
package storage

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// provisioner follows claims, their classes, and the volumes.
type provisioner struct {
	client  kubernetes.Interface
	claims  corelisters.PersistentVolumeClaimLister
	volumes corelisters.PersistentVolumeLister
	classes storagelisters.StorageClassLister
	// dirty says that something has changed.
	dirty chan struct{}
	// refused are the claims of which it was said that no volume can be made.
	refused map[types.UID]bool
}

// Run makes and deletes volumes until ctx ends.
func Run(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(trim))
	core := factory.Core().V1()
	p := &provisioner{
		client: client, claims: core.PersistentVolumeClaims().Lister(), volumes: core.PersistentVolumes().Lister(),
		classes: factory.Storage().V1().StorageClasses().Lister(), dirty: make(chan struct{}, 1), refused: map[types.UID]bool{},
	}
	changed := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { p.changed() }, UpdateFunc: func(any, any) { p.changed() }, DeleteFunc: func(any) { p.changed() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		core.PersistentVolumeClaims().Informer(), core.PersistentVolumes().Informer(), factory.Storage().V1().StorageClasses().Informer(),
	} {
		if _, err := informer.AddEventHandler(changed); err != nil {
			return fmt.Errorf("storage: %w", err)
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for {
		select {
		case <-p.dirty:
			p.reconcile(ctx)
		case <-ctx.Done():
			factory.Shutdown()
			return nil
		}
	}
}

// trim drops what nobody reads here.
func trim(o any) (any, error) {
	if object, ok := o.(metav1.Object); ok {
		object.SetManagedFields(nil)
	}
	return o, nil
}

func (p *provisioner) changed() {
	select {
	case p.dirty <- struct{}{}:
	default:
	}
}

// retryAfter is how long what could not be written waits.
const retryAfter = 2 * time.Second

// reconcile makes the volumes that are awaited, and deletes those that are disused.
func (p *provisioner) reconcile(ctx context.Context) {
	claims, err := p.claims.List(labels.Everything())
	if err != nil {
		klog.ErrorS(err, "Reading claims")
		return
	}
	for _, c := range claims {
		if err := p.provision(ctx, c); err != nil {
			klog.V(2).InfoS("Making a volume", "claim", klog.KObj(c), "error", err)
			time.AfterFunc(retryAfter, p.changed)
		}
	}
	volumes, err := p.volumes.List(labels.Everything())
	if err != nil {
		klog.ErrorS(err, "Reading volumes")
		return
	}
	for _, v := range volumes {
		if !disused(v) {
			continue
		}
		if err := p.client.CoreV1().PersistentVolumes().Delete(ctx, v.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			klog.V(2).InfoS("Deleting a volume", "volume", v.Name, "error", err)
			time.AfterFunc(retryAfter, p.changed)
		}
	}
}

// provision makes the volume of a claim that waits for one, and says so in events.
func (p *provisioner) provision(ctx context.Context, c *corev1.PersistentVolumeClaim) error {
	if c.Spec.StorageClassName == nil {
		return nil
	}
	class, err := p.classes.Get(*c.Spec.StorageClassName)
	switch {
	case apierrors.IsNotFound(err): // it may come
		return nil
	case err != nil:
		return err
	case !awaited(c, class) || p.refused[c.UID]:
		return nil
	}
	if _, err := p.volumes.Get(volumeName(c)); err == nil {
		return nil // it is being bound
	}
	v, err := newVolume(c, class)
	if err != nil {
		p.refused[c.UID] = true
		p.event(ctx, c, corev1.EventTypeWarning, "ProvisioningFailed", fmt.Sprintf("failed to provision volume with StorageClass %q: %v", class.Name, err))
		return nil
	}
	if _, err := p.client.CoreV1().PersistentVolumes().Create(ctx, v, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	p.event(ctx, c, corev1.EventTypeNormal, "ProvisioningSucceeded", "Successfully provisioned volume "+v.Name)
	return nil
}

// event reports about a claim.
func (p *provisioner) event(ctx context.Context, c *corev1.PersistentVolumeClaim, kind, reason, message string) {
	now := metav1.NewTime(time.Now())
	_, err := p.client.CoreV1().Events(c.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: c.Name + "-", Namespace: c.Namespace},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: c.Namespace, Name: c.Name, UID: c.UID, ResourceVersion: c.ResourceVersion,
		},
		Reason: reason, Message: message, Type: kind, Count: 1,
		Source: corev1.EventSource{Component: Provisioner}, FirstTimestamp: now, LastTimestamp: now,
	}, metav1.CreateOptions{})
	if err != nil {
		klog.V(2).InfoS("Reporting about a claim", "claim", klog.KObj(c), "error", err)
	}
}
