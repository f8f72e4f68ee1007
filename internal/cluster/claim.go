package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const claims = "persistentvolumeclaims"

// ClaimRef names a PersistentVolumeClaim.
func ClaimRef(c *corev1.PersistentVolumeClaim) workload.Ref {
	return workload.Ref{Kind: string(workload.ClaimReference), Namespace: c.Namespace, Name: c.Name}
}

// Claim reads a PersistentVolumeClaim.
func (c *Cluster) Claim(ctx context.Context, ref workload.Ref) (*corev1.PersistentVolumeClaim, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	claim, err := Read(ctx, func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
		return client.CoreV1().PersistentVolumeClaims(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return nil, APIError(Call{"get", claims, ref.Namespace, ref.String()}, err)
	}
	return ofKind(claim), nil
}

// ClaimIfAny reads a PersistentVolumeClaim; nil if there is none.
func (c *Cluster) ClaimIfAny(ctx context.Context, ref workload.Ref) (*corev1.PersistentVolumeClaim, error) {
	claim, err := c.Claim(ctx, ref)
	if Is(err, NotFound) {
		return nil, nil
	}
	return claim, err
}

// ofKind sets what a typed client leaves out.
func ofKind(claim *corev1.PersistentVolumeClaim) *corev1.PersistentVolumeClaim {
	claim.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(string(workload.ClaimReference)))
	return claim
}

// ClaimNames are the names of the claims of a namespace, for the sake of a better error message.
func (c *Cluster) ClaimNames(ctx context.Context, namespace string) (names []string, err error) {
	client, err := c.metadata()
	if err != nil {
		return nil, err
	}
	list, err := client.Resource(corev1.SchemeGroupVersion.WithResource(claims)).Namespace(namespace).List(ctx, metav1.ListOptions{Limit: MaxNames})
	if err != nil {
		return nil, APIError(Call{"list", claims, namespace, claims}, err)
	}
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names, nil
}

// CreateClaim creates a claim. If there is one of its name by now that is another one, the error is a *SupersededError.
func (c *Cluster) CreateClaim(ctx context.Context, claim *corev1.PersistentVolumeClaim, o WriteOptions) (*corev1.PersistentVolumeClaim, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	ref := ClaimRef(claim)
	return Write[*corev1.PersistentVolumeClaim]{
		Planned: true, DryRun: o.DryRun,
		Read:      func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) { return c.ClaimIfAny(ctx, ref) },
		MayArrive: func(now *corev1.PersistentVolumeClaim) bool { return now == nil },
		Plan: func(_ context.Context, now *corev1.PersistentVolumeClaim, uncertain bool) (done bool, err error) {
			switch {
			case now == nil:
				return false, nil
			case uncertain && podtemplate.ClaimDiffers(now, claim) == "":
				return true, nil
			}
			return false, &SupersededError{Workload: ref, What: "someone else has created it at the same time"}
		},
		Send: func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
			stored, err := client.CoreV1().PersistentVolumeClaims(claim.Namespace).Create(ctx, claim, metav1.CreateOptions{FieldManager: o.Manager(), DryRun: o.PatchOptions().DryRun})
			if apierrors.IsAlreadyExists(err) {
				return nil, &Error{Reason: Conflict, Object: ref.String(), Message: ref.String() + " exists already", Err: err}
			}
			if err != nil {
				return nil, APIError(Call{"create", claims, claim.Namespace, ref.String()}, err)
			}
			return ofKind(stored), nil
		},
	}.Run(ctx)
}

// DeleteUnusedClaim deletes a claim that this command has created, if it never had a volume: there is no data in it. Otherwise
// it stays, and the error is a *SupersededError that says why.
func (c *Cluster) DeleteUnusedClaim(ctx context.Context, claim *corev1.PersistentVolumeClaim, o WriteOptions) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	ref := ClaimRef(claim)
	var current *corev1.PersistentVolumeClaim
	_, err = Write[*corev1.PersistentVolumeClaim]{
		Restores: true,
		Read:     func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) { return c.ClaimIfAny(ctx, ref) },
		MayArrive: func(now *corev1.PersistentVolumeClaim) bool {
			return now != nil && current != nil && now.ResourceVersion == current.ResourceVersion
		},
		Plan: func(_ context.Context, now *corev1.PersistentVolumeClaim, _ bool) (done bool, err error) {
			switch {
			case now == nil || now.DeletionTimestamp != nil:
				return true, nil
			case claim.UID != "" && now.UID != claim.UID, podtemplate.ClaimDiffers(now, claim) != "":
				return false, &SupersededError{Workload: ref, What: "it is another one now"}
			case now.Spec.VolumeName != "" || now.Status.Phase == corev1.ClaimBound:
				return false, &SupersededError{Workload: ref, What: "it has a volume, and may hold data"}
			}
			current = now
			return false, nil
		},
		Send: func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
			err := client.CoreV1().PersistentVolumeClaims(claim.Namespace).Delete(ctx, claim.Name, metav1.DeleteOptions{
				Preconditions: &metav1.Preconditions{UID: &current.UID, ResourceVersion: &current.ResourceVersion}, DryRun: o.PatchOptions().DryRun,
			})
			if apierrors.IsNotFound(err) {
				return nil, nil
			}
			return nil, APIError(Call{"delete", claims, claim.Namespace, ref.String()}, err)
		},
	}.Run(ctx)
	return err
}

// StorageClasses reads those of the cluster.
func (c *Cluster) StorageClasses(ctx context.Context) ([]storagev1.StorageClass, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	list, err := Read(ctx, func(ctx context.Context) (*storagev1.StorageClassList, error) {
		return client.StorageV1().StorageClasses().List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return nil, APIError(Call{"list", "storageclasses", "", "storageclasses"}, err)
	}
	return list.Items, nil
}

// HasFreeVolume tells whether the cluster has a PersistentVolume of a class that no claim has.
func (c *Cluster) HasFreeVolume(ctx context.Context, class string) (free bool, err error) {
	client, err := c.typed()
	if err != nil {
		return false, err
	}
	err = Pages(ctx, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.CoreV1().PersistentVolumes().List(ctx, o)
	}, func(page runtime.Object) error {
		return meta.EachListItem(page, func(o runtime.Object) error {
			v, ok := o.(*corev1.PersistentVolume)
			free = free || ok && v.Spec.StorageClassName == class && v.Spec.ClaimRef == nil
			return nil
		})
	})
	return free, APIError(Call{"list", "persistentvolumes", "", "persistentvolumes"}, err)
}

// PodsWithClaim are the pods of the namespace of a claim that mount it, and have not ended.
func (c *Cluster) PodsWithClaim(ctx context.Context, claim workload.Ref) (pods []corev1.Pod, err error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	err = Pages(ctx, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.CoreV1().Pods(claim.Namespace).List(ctx, o)
	}, func(page runtime.Object) error {
		return meta.EachListItem(page, func(o runtime.Object) error {
			if pod, ok := o.(*corev1.Pod); ok && mountsClaim(pod, claim.Name) {
				pods = append(pods, *pod)
			}
			return nil
		})
	})
	return pods, APIError(Call{"list", "pods", claim.Namespace, fmt.Sprintf("pods in namespace %q", claim.Namespace)}, err)
}

func mountsClaim(pod *corev1.Pod, name string) bool {
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return false
	}
	for _, v := range pod.Spec.Volumes {
		if v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == name {
			return true
		}
	}
	return false
}
