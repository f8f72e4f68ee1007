package kubelet

import (
	"context"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/workqueue"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// node runs the Machines of all pods. It is one for all nodes of the lab, which
// differ in nothing but the name and what their annotation says.
type node struct {
	client   kubernetes.Interface
	world    *world
	recorder *recorder
	ip       string
	// queue holds the pods to work on, now or later. It gives a pod to one worker
	// at a time.
	queue workqueue.TypedDelayingInterface[types.UID]

	mu   sync.Mutex
	pods map[types.UID]*resident

	programs  *programs
	addresses addresses
	// listed is closed when the pods that are there already are known.
	listed chan struct{}
	totals totals
}

// resident is a pod on a node.
type resident struct {
	mu      sync.Mutex
	machine *lifecycle.Machine
	// newest is the latest version that the API told, base the one that the next
	// write builds on: it may be newer, as the answer to our own last write.
	newest, base *corev1.Pod
	fresh        bool
	gone         bool
	// stopped: the node was, and others may have written the status meanwhile.
	stopped bool

	// unsent and doomed are writes that wait for the API server; only the worker
	// that has the pod touches them.
	unsent    *corev1.PodStatus
	heldSince time.Time
	doomed    bool
	meter     meter
}

func newNode(client kubernetes.Interface, w *world, r *recorder, ip string) *node {
	return &node{
		client: client, world: w, recorder: r, ip: ip,
		queue: workqueue.NewTypedDelayingQueue[types.UID](),
		pods:  map[types.UID]*resident{},

		programs: newPrograms(), listed: make(chan struct{}),
	}
}

// observe takes in a version of a pod.
func (n *node) observe(pod *corev1.Pod) {
	n.mu.Lock()
	p := n.pods[pod.UID]
	if p == nil {
		n.addresses.skip(pod.Status.PodIP)
		p = &resident{}
		n.pods[pod.UID] = p
	}
	n.mu.Unlock()

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.base != nil && pod.ResourceVersion == p.base.ResourceVersion {
		// The echo of our own write. It is no reason to work, but what the watch
		// keeps anyway need not be kept twice.
		p.newest, p.base, p.fresh = pod, pod, true
		return
	}
	if p.base != nil && !newer(pod, p.base) {
		return
	}
	p.newest, p.base, p.fresh = pod, pod, true
	n.queue.Add(pod.UID)
}

// forget drops a pod that has left the API.
func (n *node) forget(pod *corev1.Pod) {
	n.mu.Lock()
	p := n.pods[pod.UID]
	delete(n.pods, pod.UID)
	n.mu.Unlock()
	if p != nil {
		p.mu.Lock()
		p.gone = true
		p.mu.Unlock()
	}
}

func (n *node) resident(uid types.UID) *resident {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.pods[uid]
}

// residents are all pods at this moment.
func (n *node) residents() []*resident {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]*resident, 0, len(n.pods))
	for _, p := range n.pods {
		all = append(all, p)
	}
	return all
}

// work takes pods from the queue until it is shut down.
func (n *node) work(ctx context.Context) error {
	select {
	case <-n.listed:
	case <-ctx.Done():
		return nil
	}
	for {
		uid, shutdown := n.queue.Get()
		if shutdown {
			return nil
		}
		if p := n.resident(uid); p != nil {
			if wait := n.step(ctx, p); wait >= 0 {
				n.queue.AddAfter(uid, wait)
			}
		}
		n.queue.Done(uid)
	}
}

// never is when a pod is done.
const never = time.Duration(-1)

// step brings a pod up to now, writes what came of it, and returns how long
// nothing more is to do; never, if negative.
func (n *node) step(ctx context.Context, p *resident) time.Duration {
	out, pod := n.advance(p)
	if pod == nil {
		return never
	}
	n.world.pulled(pod, out.Pulled)
	n.recorder.record(pod, out.Events)
	if out.Status != nil {
		p.unsent = out.Status
	}
	p.doomed = p.doomed || out.Delete
	if n.holds(p, out) {
		return max(time.Until(out.Wake), 0)
	}
	if err := n.write(ctx, p, pod); err != nil {
		return retryWrite
	}
	if out.Wake.IsZero() {
		return never
	}
	return max(time.Until(out.Wake), 0)
}

// soon and patience rule how statuses are merged when more pods want to be worked
// on than can be written: one that will be replaced soon need not be written, but
// none waits for long. An idle kubelet writes them all.
const (
	soon     = 600 * time.Millisecond
	patience = 2 * time.Second
)

func (n *node) holds(p *resident, out lifecycle.Output) bool {
	now := time.Now()
	if out.Status != nil && p.heldSince.IsZero() {
		p.heldSince = now
	}
	busy := n.queue.Len() > workers && !p.doomed
	if busy && !out.Wake.IsZero() && out.Wake.Sub(now) < soon && now.Sub(p.heldSince) < patience {
		return true
	}
	p.heldSince = time.Time{}
	return false
}

func (n *node) advance(p *resident) (lifecycle.Output, *corev1.Pod) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return lifecycle.Output{}, nil
	}
	if n.world.stopped(p.newest.Spec.NodeName) {
		p.stopped = true
		return lifecycle.Output{}, nil
	}
	now := time.Now()
	look := n.world.of(p.newest)
	if p.machine == nil {
		p.machine = lifecycle.New(p.newest, n.settings(p.newest), now)
		p.fresh = false
	}
	var out lifecycle.Output
	if p.fresh {
		p.fresh = false
		out = p.machine.Observe(p.newest, now, look)
	} else {
		out = p.machine.Step(now, look)
	}
	if out.Status == nil && (p.stopped || p.unready()) {
		out.Status = p.machine.Status()
	}
	p.stopped = false
	return out, p.newest
}

// unready tells whether the node controller has called a pod not ready that is: it does so after an outage of the API,
// when the leases of all nodes are old. A kubelet writes its own conditions again.
func (p *resident) unready() bool {
	if p.newest != p.base || p.unsent != nil {
		return false // our own write is on its way
	}
	return isReady(p.machine.Status()) && !isReady(&p.newest.Status) && p.newest.Status.Phase == corev1.PodRunning
}

func isReady(s *corev1.PodStatus) bool {
	return slices.ContainsFunc(s.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func (n *node) settings(pod *corev1.Pod) lifecycle.Settings {
	ip := pod.Status.PodIP
	if ip == "" {
		ip = n.addresses.next()
	}
	// The pods' lists are spread over the second, where a kubelet has one for all.
	var phase time.Duration
	for _, c := range pod.UID {
		phase = (phase*31 + time.Duration(c)*time.Millisecond) % lifecycle.RelistPeriod
	}
	return lifecycle.Settings{HostIP: n.ip, PodIP: ip, Words: n.world.wordsOf(pod.Spec.NodeName), Listed: pod.CreationTimestamp.Add(phase), Jitter: spread}
}
