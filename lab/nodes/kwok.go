package nodes

import (
	"context"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/config/resources"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/utils/informer"
	"sigs.k8s.io/kwok/pkg/utils/lifecycle"
)

// A lease is renewed more often than a real kubelet does, which renews it after 10 s: the lab's controller manager gives
// a node less time.
const (
	leaseSeconds  = 40
	renewInterval = 4 * time.Second
)

// keepAlive runs kwok's controllers for nodes and for their leases. kwok's whole
// controller would also watch the pods, which are the simulator's.
func keepAlive(ctx context.Context, client kubernetes.Interface, port int) error {
	stages, err := nodeStages()
	if err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	events := make(chan informer.Event[*corev1.Node], 1)
	known, err := informer.NewInformer[*corev1.Node, *corev1.NodeList](client.CoreV1().Nodes()).
		WatchWithCache(ctx, informer.Option{}, events)
	if err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	leases, err := startLeases(ctx, client, known)
	if err != nil {
		return fmt.Errorf("node leases: %w", err)
	}
	controller, err := controllers.NewNodeController(controllers.NodeControllerConfig{
		TypedClient:          client,
		NodeIP:               "127.0.0.1",
		NodePort:             port,
		Lifecycle:            resources.NewStaticGetter(stages),
		PlayStageParallelism: 4,
		OnNodeManagedFunc:    leases.TryHold,
		OnNodeUnmanagedFunc:  leases.ReleaseHold,
	})
	if err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	if err := controller.Start(ctx, withoutStopped(ctx, events)); err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	<-ctx.Done()
	return nil
}

// nodeStages are kwok's own: a node becomes Ready at once, and a lease rather
// than a status update tells that it lives.
func nodeStages() (lifecycle.Lifecycle, error) {
	var stages []*internalversion.Stage
	for _, text := range []string{fast.DefaultNodeInit, heartbeat.DefaultNodeHeartbeatWithLease} {
		stage, err := config.UnmarshalWithType[*internalversion.Stage](text)
		if err != nil {
			return nil, fmt.Errorf("kwok's node stage: %w", err)
		}
		stages = append(stages, stage)
	}
	return lifecycle.NewLifecycle(stages)
}

func startLeases(ctx context.Context, client kubernetes.Interface, nodes informer.Getter[*corev1.Node]) (*controllers.NodeLeaseController, error) {
	known, err := informer.NewInformer[*coordinationv1.Lease, *coordinationv1.LeaseList](
		client.CoordinationV1().Leases(corev1.NamespaceNodeLease)).WatchWithCache(ctx, informer.Option{}, nil)
	if err != nil {
		return nil, err
	}
	leases, err := controllers.NewNodeLeaseController(controllers.NodeLeaseControllerConfig{
		TypedClient: client,
		// The same after a restart, so that it need not wait for its own lease.
		HolderIdentity:       "app-lab",
		LeaseDurationSeconds: leaseSeconds,
		LeaseParallelism:     4,
		RenewInterval:        renewInterval,
		RenewIntervalJitter:  0.04,
		GetLease: func(node string) (*coordinationv1.Lease, bool) {
			return known.GetWithNamespace(node, corev1.NamespaceNodeLease)
		},
		MutateLeaseFunc: func(lease *coordinationv1.Lease) error {
			if node, ok := nodes.Get(lease.Name); ok {
				lease.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: node.Name, UID: node.UID}}
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return leases, leases.Start(ctx)
}
