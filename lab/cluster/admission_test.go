//go:build unix

package cluster_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	watchtools "k8s.io/client-go/tools/watch"
)

// checkAdmission makes sure that the API server is a real one: namespaces get
// their objects, and quota, limits and pod security speak up in a dry run too.
func checkAdmission(t *testing.T, m *machine) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", m.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, core := t.Context(), client.CoreV1()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: "strict", Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}
	if _, err := core.Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1.0"}}},
	}
	dryRun := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
	if _, err := core.Pods("default").Create(ctx, pod, dryRun); err != nil {
		t.Errorf("dry run of a pod: %v", err)
	}
	if _, err := core.Pods("strict").Create(ctx, pod, dryRun); !apierrors.IsForbidden(err) {
		t.Errorf("dry run of a pod against PodSecurity: %v", err)
	}
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "none"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceConfigMaps: resource.MustParse("0")}},
	}
	if _, err := core.ResourceQuotas("default").Create(ctx, quota, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	// Admission goes by the quota's status, which is the quota controller's.
	list := cache.NewListWatchFromClient(core.RESTClient(), "resourcequotas", "default", fields.Everything())
	_, err = watchtools.UntilWithSync(ctx, list, &corev1.ResourceQuota{}, nil, func(event watch.Event) (bool, error) {
		quota, ok := event.Object.(*corev1.ResourceQuota)
		return ok && len(quota.Status.Hard) > 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}}
	if _, err := core.ConfigMaps("default").Create(ctx, settings, dryRun); !apierrors.IsForbidden(err) {
		t.Errorf("dry run against a quota: %v", err)
	}
}
