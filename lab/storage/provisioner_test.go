package storage

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
)

func claim(class string, mode corev1.PersistentVolumeAccessMode, annotations map[string]string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "data", UID: "1", Annotations: annotations},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class, AccessModes: []corev1.PersistentVolumeAccessMode{mode},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}
}

var chosen = map[string]string{provisionerKey: Provisioner, selectedNode: "lab-2"}

func TestAwaited(t *testing.T) {
	bound := claim(Class, corev1.ReadWriteOnce, chosen)
	bound.Spec.VolumeName = "pvc-1"
	for name, test := range map[string]struct {
		claim *corev1.PersistentVolumeClaim
		want  bool
	}{
		"the scheduler has chosen a node":      {claim(Class, corev1.ReadWriteOnce, chosen), true},
		"no pod yet":                           {claim(Class, corev1.ReadWriteOnce, map[string]string{provisionerKey: Provisioner}), false},
		"a volume of someone else's is wanted": {claim(Class, corev1.ReadWriteOnce, map[string]string{provisionerKey: "csi.example.com", selectedNode: "lab-2"}), false},
		"it has one":                           {bound, false},
	} {
		if got := awaited(test.claim, NewClass()); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestVolume(t *testing.T) {
	v, err := newVolume(claim(Class, corev1.ReadWriteOnce, chosen), NewClass())
	if err != nil {
		t.Fatal(err)
	}
	size, node := v.Spec.Capacity[corev1.ResourceStorage], v.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Values[0]
	if v.Name != "pvc-1" || size.String() != "1Gi" || node != "lab-2" || v.Spec.ClaimRef.Name != "data" || v.Spec.StorageClassName != Class {
		t.Errorf("%+v", v)
	}
	if _, err := newVolume(claim(Class, corev1.ReadWriteMany, chosen), NewClass()); err == nil {
		t.Error("a folder of one node for pods of several")
	}
}

// run runs the provisioner, and returns a watch that it has filled.
func run(t *testing.T, objects []runtime.Object, of func(kubernetes.Interface) (watch.Interface, error)) <-chan watch.Event {
	t.Helper()
	client := fake.NewClientset(objects...)
	seen, err := of(client)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, client) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return seen.ResultChan()
}

func volumesOf(c kubernetes.Interface) (watch.Interface, error) {
	return c.CoreV1().PersistentVolumes().Watch(context.Background(), metav1.ListOptions{})
}

func TestMakesAndDeletes(t *testing.T) {
	released, err := newVolume(claim(Class, corev1.ReadWriteOnce, chosen), NewClass())
	if err != nil {
		t.Fatal(err)
	}
	released.Name, released.Status.Phase = "pvc-0", corev1.VolumeReleased
	events := run(t, []runtime.Object{NewClass(), claim(Class, corev1.ReadWriteOnce, chosen), released}, volumesOf)
	want := map[string]watch.EventType{"pvc-1": watch.Added, "pvc-0": watch.Deleted}
	for len(want) > 0 {
		e := <-events
		name := e.Object.(*corev1.PersistentVolume).Name
		if name == released.Name && e.Type == watch.Added { // it was there before
			continue
		}
		if want[name] != e.Type {
			t.Fatalf("%s of %s", e.Type, name)
		}
		delete(want, name)
	}
}

func TestRefuses(t *testing.T) {
	events := run(t, []runtime.Object{NewClass(), claim(Class, corev1.ReadWriteMany, chosen)}, func(c kubernetes.Interface) (watch.Interface, error) {
		return c.CoreV1().Events("shop").Watch(context.Background(), metav1.ListOptions{})
	})
	said := (<-events).Object.(*corev1.Event)
	const want = `failed to provision volume with StorageClass "standard": a folder of a node supports the access modes ReadWriteOnce and ReadWriteOncePod, not ReadWriteMany`
	if said.Reason != "ProvisioningFailed" || said.Message != want || said.InvolvedObject.Name != "data" {
		t.Errorf("%s: %s", said.Reason, said.Message)
	}
}
