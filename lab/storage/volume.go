package storage

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// Class is the name of the lab's default StorageClass.
	Class = "standard"
	// Provisioner is the name by which a StorageClass chooses the lab's provisioner.
	Provisioner = "kubectl-app.dev/lab-path"

	provisionedBy  = "pv.kubernetes.io/provisioned-by"
	provisionerKey = "volume.kubernetes.io/storage-provisioner"
	selectedNode   = "volume.kubernetes.io/selected-node"
	isDefaultClass = "storageclass.kubernetes.io/is-default-class"
)

// NewClass is the lab's default StorageClass. It is like that of kind: a volume is a folder on the node of the first pod.
func NewClass() *storagev1.StorageClass {
	return &storagev1.StorageClass{
		ObjectMeta:        metav1.ObjectMeta{Name: Class, Annotations: map[string]string{isDefaultClass: "true"}},
		Provisioner:       Provisioner,
		ReclaimPolicy:     new(corev1.PersistentVolumeReclaimDelete),
		VolumeBindingMode: new(storagev1.VolumeBindingWaitForFirstConsumer),
	}
}

// awaited tells whether a claim waits for the lab's provisioner. The volume controller names the provisioner in an
// annotation, and the scheduler the node.
func awaited(c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) bool {
	return class.Provisioner == Provisioner && c.Spec.VolumeName == "" && c.DeletionTimestamp == nil &&
		c.Annotations[provisionerKey] == Provisioner && c.Annotations[selectedNode] != ""
}

// newVolume makes the volume for a claim. The error is what a provisioner of folders on a node says of other claims.
func newVolume(c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) (*corev1.PersistentVolume, error) {
	oneNode := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce, corev1.ReadWriteOncePod}
	for _, mode := range c.Spec.AccessModes {
		if !slices.Contains(oneNode, mode) {
			return nil, fmt.Errorf("a folder of a node supports the access modes ReadWriteOnce and ReadWriteOncePod, not %s", mode)
		}
	}
	if c.Spec.VolumeMode != nil && *c.Spec.VolumeMode == corev1.PersistentVolumeBlock {
		return nil, fmt.Errorf("a folder of a node is no block device")
	}
	name, node := volumeName(c), c.Annotations[selectedNode]
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: Provisioner}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:    corev1.ResourceList{corev1.ResourceStorage: c.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes: c.Spec.AccessModes,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: c.Namespace, Name: c.Name, UID: c.UID, ResourceVersion: c.ResourceVersion,
			},
			PersistentVolumeReclaimPolicy: *class.ReclaimPolicy,
			StorageClassName:              class.Name,
			VolumeMode:                    c.Spec.VolumeMode,
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{
				Path: "/var/lab-path/" + name, Type: new(corev1.HostPathDirectoryOrCreate),
			}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node}}},
			}}}},
		},
	}, nil
}

func volumeName(c *corev1.PersistentVolumeClaim) string { return "pvc-" + string(c.UID) }

// disused tells whether a volume of the lab's provisioner is to be deleted: its claim is gone.
func disused(v *corev1.PersistentVolume) bool {
	return v.Annotations[provisionedBy] == Provisioner && v.Status.Phase == corev1.VolumeReleased && v.DeletionTimestamp == nil &&
		v.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
}
