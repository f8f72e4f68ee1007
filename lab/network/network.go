package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// Options of a network.
type Options struct {
	// DialPod connects to a pod; PodCIDR holds the addresses of the pods, ServiceCIDR those of the Services.
	DialPod              func(netip.Addr, int) (net.Conn, error)
	PodCIDR, ServiceCIDR netip.Prefix
	// Router is where the router for Ingresses listens, as 127.0.0.1:24000. Without it there is none.
	Router string
	// LoadBalancer gives Services of the type LoadBalancer an address.
	LoadBalancer bool
}

// Network follows Services, their endpoints and Ingresses.
type Network struct {
	options   Options
	client    kubernetes.Interface
	informers informers.SharedInformerFactory
	services  corelisters.ServiceLister
	slices    cache.Indexer
	ingresses networkinglisters.IngressLister
	classes   networkinglisters.IngressClassLister

	// dirty says that something has changed.
	dirty  chan struct{}
	routes atomic.Pointer[routes]
	// open are the listeners by their address; only reconcile touches them.
	open     map[netip.AddrPort]*listener
	failed   map[netip.AddrPort]error
	serving  sync.WaitGroup
	reported map[string]bool
}

// New returns a network that Run fills.
func New(client kubernetes.Interface, o Options) (*Network, error) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(trim))
	endpoints := factory.Discovery().V1().EndpointSlices().Informer()
	if err := endpoints.AddIndexers(cache.Indexers{byService: serviceOf}); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	n := &Network{
		options: o, client: client, informers: factory,
		services: factory.Core().V1().Services().Lister(), slices: endpoints.GetIndexer(),
		ingresses: factory.Networking().V1().Ingresses().Lister(), classes: factory.Networking().V1().IngressClasses().Lister(),
		dirty: make(chan struct{}, 1),
		open:  map[netip.AddrPort]*listener{}, failed: map[netip.AddrPort]error{}, reported: map[string]bool{},
	}
	n.routes.Store(&routes{})
	changed := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { n.changed() }, UpdateFunc: func(any, any) { n.changed() }, DeleteFunc: func(any) { n.changed() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		endpoints, factory.Core().V1().Services().Informer(),
		factory.Networking().V1().Ingresses().Informer(), factory.Networking().V1().IngressClasses().Informer(),
	} {
		if _, err := informer.AddEventHandler(changed); err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
	}
	return n, nil
}

// trim drops what nobody reads here.
func trim(o any) (any, error) {
	if object, ok := o.(metav1.Object); ok {
		object.SetManagedFields(nil)
	}
	return o, nil
}

func (n *Network) changed() {
	select {
	case n.dirty <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (n *Network) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if n.options.Router != "" {
		router, err := n.listenRouter(ctx)
		if err != nil {
			return err
		}
		group.Go(func() error { return n.serveRouter(ctx, router) })
	}
	group.Go(func() error {
		n.informers.Start(ctx.Done())
		n.informers.WaitForCacheSync(ctx.Done())
		for {
			select {
			case <-n.dirty:
				n.reconcile(ctx)
			case <-ctx.Done():
				n.closeAll()
				n.informers.Shutdown()
				return nil
			}
		}
	})
	return group.Wait()
}

// retryAfter is how long a status that could not be written, or a port that was taken, waits.
const retryAfter = 5 * time.Second

// reconcile brings listeners, routes and statuses to what the API server says.
func (n *Network) reconcile(ctx context.Context) {
	services, ingresses, err := n.read()
	if err != nil {
		klog.ErrorS(err, "Reading Services and Ingresses")
		return
	}
	if n.options.Router != "" {
		n.routes.Store(new(newRoutes(ingresses)))
	}
	n.listenFor(ctx, services)
	if !n.writeStatuses(ctx, services, ingresses) || len(n.failed) > 0 {
		time.AfterFunc(retryAfter, n.changed)
	}
}
