package app

import (
	"crypto/x509"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Observed is one workload with its revisions and pods as they were read, and why it does not work.
type Observed struct {
	Object    workload.Object
	Revisions []workload.Revision
	// Pods are all that the selector matches and the workload owns.
	Pods []*corev1.Pod
	Why  chain.Report
	// Events are those that were read to explain it.
	Events []*corev1.Event
}

// Around is what was read of the namespace, for all of its apps.
type Around struct {
	Services    []corev1.Service
	Slices      []discoveryv1.EndpointSlice
	Ingresses   []networkingv1.Ingress
	HTTPRoutes  []HTTPRoute
	Autoscalers []autoscalingv2.HorizontalPodAutoscaler
	Budgets     []policyv1.PodDisruptionBudget
	Policies    []networkingv1.NetworkPolicy
	Quotas      []corev1.ResourceQuota
	// Warnings are the events of the type Warning.
	Warnings []*corev1.Event
	// Named are the objects that templates, ServiceAccounts and Ingresses name.
	Named map[workload.Ref]Named
	// NotSeen is what could not be read.
	NotSeen []chain.NotSeen
	// Silent are the resources that did not answer.
	Silent []string
	// Notes limit what can be said.
	Notes []string
}

// Unread tells whether a resource could not be read.
func (a *Around) Unread(resource string) bool {
	return slices.Contains(a.Silent, resource) || slices.ContainsFunc(a.NotSeen, func(n chain.NotSeen) bool { return n.Resource == resource })
}

// Named is an object that another one names, as it was read: no more than what matters of it, and never a value.
type Named struct {
	State RefState // Present, Missing or Unread
	// Keys of a Secret or ConfigMap that are there; KeysKnown tells whether these are all.
	Keys      []string
	KeysKnown bool
	// NotTLS: a Secret is not of the type kubernetes.io/tls.
	NotTLS bool
	// TLS: it is, and Certificate is the server's own; nil if it could not be read or parsed.
	TLS         bool
	Certificate *x509.Certificate
	Broken      bool // there is no certificate in it
	// Claim is a PersistentVolumeClaim.
	Claim *corev1.PersistentVolumeClaim
	// PullSecrets are those of a ServiceAccount.
	PullSecrets []string
}

// HTTPRoute is the part of a gateway.networking.k8s.io HTTPRoute that is looked at.
type HTTPRoute struct {
	Metadata struct {
		Namespace  string `json:"namespace"`
		Name       string `json:"name"`
		Generation int64  `json:"generation"`
	} `json:"metadata"`
	Spec struct {
		Hostnames  []string        `json:"hostnames"`
		ParentRefs []GatewayParent `json:"parentRefs"`
		Rules      []struct {
			Matches []struct {
				Path *struct {
					Value string `json:"value"`
				} `json:"path"`
			} `json:"matches"`
			BackendRefs []struct {
				Group     string `json:"group"`
				Kind      string `json:"kind"`
				Namespace string `json:"namespace"`
				Name      string `json:"name"`
				Port      int32  `json:"port"`
				Weight    *int32 `json:"weight"`
			} `json:"backendRefs"`
		} `json:"rules"`
	} `json:"spec"`
	Status struct {
		Parents []struct {
			ParentRef  GatewayParent `json:"parentRef"`
			Conditions []struct {
				Type    string `json:"type"`
				Status  string `json:"status"`
				Reason  string `json:"reason"`
				Message string `json:"message"`

				ObservedGeneration int64 `json:"observedGeneration"`
			} `json:"conditions"`
		} `json:"parents"`
	} `json:"status"`
}

// GatewayParent is what a route is attached to.
type GatewayParent struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// look is one app while its report is made.
type look struct {
	Observed
	around *Around
	w      *workload.Workload
	now    time.Time
	app    *App
}

func (l *look) ref(kind, name string) workload.Ref {
	return workload.Ref{Kind: kind, Namespace: l.w.Namespace, Name: name}
}
