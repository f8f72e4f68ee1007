package bootstrap

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
)

// service is metrics-server's name in namespace kube-system; the lab's server
// certificate is made out to it.
const service = "metrics-server"

// Metrics registers metrics.k8s.io with the API server, as metrics-server's own
// manifests do, except that it listens on this machine: an ExternalName Service
// leads the API server there.
func Metrics(ctx context.Context, kubeconfig string, port int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	registry, err := aggregator.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	options := metav1.CreateOptions{}
	for _, create := range []func() error{
		func() error {
			_, err := client.CoreV1().Services(metav1.NamespaceSystem).Create(ctx, newService(port), options)
			return err
		},
		func() error {
			_, err := client.RbacV1().ClusterRoles().Create(ctx, newReader(), options)
			return err
		},
		func() error {
			_, err := registry.ApiregistrationV1().APIServices().Create(ctx, newAPIService(port, config.CAData), options)
			return err
		},
	} {
		if err := create(); err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	return nil
}

func newService(port int) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: service, Namespace: metav1.NamespaceSystem},
		Spec: corev1.ServiceSpec{
			Type:         corev1.ServiceTypeExternalName,
			ExternalName: "localhost",
			Ports:        []corev1.ServicePort{{Name: "https", Port: int32(port)}},
		},
	}
}

// newReader lets users with the roles view, edit and admin read metrics.
func newReader() *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{
			Name: "system:aggregated-metrics-reader",
			Labels: map[string]string{
				"rbac.authorization.k8s.io/aggregate-to-view":  "true",
				"rbac.authorization.k8s.io/aggregate-to-edit":  "true",
				"rbac.authorization.k8s.io/aggregate-to-admin": "true",
			},
		},
		Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"metrics.k8s.io"}, Resources: []string{"pods", "nodes"}, Verbs: []string{"get", "list", "watch"},
		}},
	}
}

func newAPIService(port int, ca []byte) *apiregistrationv1.APIService {
	at := int32(port)
	return &apiregistrationv1.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: "v1beta1.metrics.k8s.io"},
		Spec: apiregistrationv1.APIServiceSpec{
			Group:                "metrics.k8s.io",
			Version:              "v1beta1",
			GroupPriorityMinimum: 100,
			VersionPriority:      100,
			CABundle:             ca,
			Service:              &apiregistrationv1.ServiceReference{Namespace: metav1.NamespaceSystem, Name: service, Port: &at},
		},
	}
}
