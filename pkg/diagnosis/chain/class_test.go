package chain_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// What of its StorageClass keeps a claim without a volume.
func TestStorageClasses(t *testing.T) {
	class := func(name, provisioner string, first bool) storagev1.StorageClass {
		c := storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: provisioner}
		if first {
			c.VolumeBindingMode = new(storagev1.VolumeBindingWaitForFirstConsumer)
		}
		return c
	}
	standard := class("standard", "csi.example.com", false)
	standard.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
	all := []storagev1.StorageClass{class("fast", "csi.example.com", false), class("late", "csi.example.com", true), class("by-hand", "kubernetes.io/no-provisioner", true)}
	asked := map[string]string{"volume.kubernetes.io/storage-provisioner": "csi.example.com"}
	for _, tt := range []struct {
		name        string
		class       *string
		annotations map[string]string
		all         []storagev1.StorageClass
		gone        bool // there is no CSIDriver
		want, says  string
	}{
		{"a name with a slip", new("fsat"), nil, all, false, "storageclass/fsat < persistentvolumeclaim/data", `does not exist; did you mean "fast"?`},
		{"a name like none", new("premium"), nil, all, false, "storageclass/premium < persistentvolumeclaim/data", "does not exist; there are fast, late, by-hand"},
		{"no class at all", new("fast"), nil, []storagev1.StorageClass{}, false, "storageclass/fast < persistentvolumeclaim/data", "does not exist; the cluster has none"},
		{"no default", nil, nil, all, false, "persistentvolumeclaim/data", "storageClassName is not set, and no StorageClass is the default; there are fast, late, by-hand"},
		{"a default came later", nil, nil, []storagev1.StorageClass{standard}, false, "persistentvolumeclaim/data", "is Pending"},
		{"none is wanted", new(""), nil, all, false, "persistentvolumeclaim/data", `storageClassName is "", so no volume is made`},
		{"by hand", new("by-hand"), nil, all, false, "storageclass/by-hand < persistentvolumeclaim/data", "makes no volumes: a PersistentVolume of this class"},
		{"waits for a pod", new("late"), nil, all, false, "storageclass/late < persistentvolumeclaim/data", "only when the scheduler has chosen a node (WaitForFirstConsumer)"},
		{"a node is chosen", new("late"), asked, all, false, "storageclass/late < persistentvolumeclaim/data", "its provisioner csi.example.com has made no volume yet"},
		{"no driver", new("fast"), asked, all, true, "storageclass/fast < persistentvolumeclaim/data", "no CSIDriver has this name: it may not be installed"},
		{"not read", new("fast"), nil, nil, false, "persistentvolumeclaim/data", "is Pending"},
	} {
		pod := podtest.Owned("new", "web-1")
		pod.Spec.NodeName, pod.Status.Phase, pod.CreationTimestamp = "", corev1.PodPending, *podtest.At(0)
		pod.Spec.Volumes = []corev1.Volume{{Name: "d", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}}
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."}}
		claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "data", Namespace: "shop", Annotations: tt.annotations}}
		claim.Spec.StorageClassName, claim.Status.Phase = tt.class, corev1.ClaimPending
		s := chain.Pod(pod, nil, now)
		seen := diagnosis.Observed{Claims: []*corev1.PersistentVolumeClaim{claim}}
		if tt.all != nil {
			seen.Classes = &storagev1.StorageClassList{Items: tt.all}
		}
		s.Take(seen)
		related := map[workload.Ref]chain.Related{{Kind: "PersistentVolumeClaim", Namespace: "shop", Name: "data"}: {Object: claim}}
		if tt.gone {
			related[workload.Ref{Kind: "CSIDriver", Name: "csi.example.com"}] = chain.Related{Absent: true}
		}
		r := explained(s, related)
		_, got, _ := strings.Cut(outline(r), " < ")
		if got != tt.want+" < pod/web-1 VolumePending" || !strings.Contains(r.Chain[0].Says, tt.says) {
			t.Errorf("%s: %s %+v", tt.name, got, r.Chain)
		}
	}
}
