package inspect

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// getters read the related objects of which more than their being there matters.
var getters = map[string]func(context.Context, kubernetes.Interface, workload.Ref) (runtime.Object, error){
	"Node": func(ctx context.Context, c kubernetes.Interface, r workload.Ref) (runtime.Object, error) {
		return c.CoreV1().Nodes().Get(ctx, r.Name, metav1.GetOptions{})
	},
	"ResourceQuota": func(ctx context.Context, c kubernetes.Interface, r workload.Ref) (runtime.Object, error) {
		return c.CoreV1().ResourceQuotas(r.Namespace).Get(ctx, r.Name, metav1.GetOptions{})
	},
	"Namespace": func(ctx context.Context, c kubernetes.Interface, r workload.Ref) (runtime.Object, error) {
		return c.CoreV1().Namespaces().Get(ctx, r.Name, metav1.GetOptions{})
	},
	"CSIDriver": func(ctx context.Context, c kubernetes.Interface, r workload.Ref) (runtime.Object, error) {
		return c.StorageV1().CSIDrivers().Get(ctx, r.Name, metav1.GetOptions{})
	},
	"PersistentVolumeClaim": func(ctx context.Context, c kubernetes.Interface, r workload.Ref) (runtime.Object, error) {
		return c.CoreV1().PersistentVolumeClaims(r.Namespace).Get(ctx, r.Name, metav1.GetOptions{})
	},
}

// known is a related object that was read already, or nil.
func (i *Inspector) known(ref workload.Ref) runtime.Object {
	if node := i.seen.Nodes[ref.Name]; ref.Kind == "Node" && node != nil {
		return node
	}
	for _, claim := range i.seen.Claims {
		if ref.Kind == "PersistentVolumeClaim" && claim.Name == ref.Name {
			return claim
		}
	}
	return nil
}

// related reads an object that a cause points to. What can't be read explains nothing.
func (i *Inspector) related(ctx context.Context, ref workload.Ref) chain.Related {
	var found chain.Related
	client, err := i.cluster.Typed()
	if err != nil {
		return chain.Related{Unread: true}
	}
	if get := getters[ref.Kind]; get != nil {
		found.Object, err = cluster.Read(ctx, func(ctx context.Context) (runtime.Object, error) { return get(ctx, client, ref) })
		err = cluster.APIError(cluster.Call{Verb: "get", Object: ref.String(), Namespace: ref.Namespace}, err)
		i.mask(found.Object)
	} else if h := workload.HistoryNamed(ref.Kind); h != nil {
		found.Object, err = i.metadata(ctx, h.GroupVersion().WithResource(h.Plural), ref)
	} else {
		withKeys := ref.Kind == string(workload.SecretReference) || ref.Kind == string(workload.ConfigMapReference)
		found.Keys, err = i.cluster.Keys(ctx, ref, withKeys)
	}
	switch {
	case cluster.Is(err, cluster.NotFound):
		return chain.Related{Absent: true}
	case err != nil:
		return chain.Related{Unread: true}
	}
	return found
}

func (i *Inspector) metadata(ctx context.Context, r schema.GroupVersionResource, ref workload.Ref) (*metav1.PartialObjectMetadata, error) {
	client, err := i.cluster.Metadata()
	if err != nil {
		return nil, err
	}
	found, err := cluster.Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
		return client.Resource(r).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	return found, cluster.APIError(cluster.Call{Verb: "get", Object: ref.String(), Namespace: ref.Namespace}, err)
}

// mask hides values in what a kubelet says of its node.
func (i *Inspector) mask(o runtime.Object) {
	if node, ok := o.(*corev1.Node); ok {
		for k := range node.Status.Conditions {
			c := &node.Status.Conditions[k]
			c.Message = i.cluster.Redactor().Text(c.Message)
		}
	}
}

// notFound explains a name that is wrong.
func (i *Inspector) notFound(ctx context.Context, plural string, ref workload.Ref, err error) error {
	err = cluster.APIError(cluster.Call{Verb: "get", Resource: plural, Namespace: ref.Namespace, Object: ref.String()}, err)
	if !cluster.Is(err, cluster.NotFound) {
		return err
	}
	return resolve.ExplainNotFound(ctx, i.cluster, plural, ref, err)
}
