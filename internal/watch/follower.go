package watch

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// Follower follows collections of the API, each by one stream, and tells when something has changed. Unlike a Watcher it
// knows nothing of rollouts: what an object means is for those who follow.
type Follower struct {
	ctx     context.Context
	streams sync.WaitGroup
	changes chan struct{}

	mu  sync.Mutex
	all map[*collection]bool
	// pods counts the changes of each pod that is in a collection: they make its logs out of date.
	pods map[types.NamespacedName]int
	// unwatchedPods: some pods may not be watched.
	unwatchedPods bool
}

// NewFollower makes a Follower that ends with ctx.
func NewFollower(ctx context.Context) *Follower {
	return &Follower{ctx: ctx, changes: make(chan struct{}, 1), all: map[*collection]bool{}, pods: map[types.NamespacedName]int{}}
}

// Changes says that something has changed since the last receive, once for however much it was.
func (f *Follower) Changes() <-chan struct{} { return f.changes }

// Wait returns when the context has ended and no goroutine is left.
func (f *Follower) Wait() { f.streams.Wait() }

// Outage is since when the API server has not answered, and how the last attempt ended. The time is zero while it does
// answer, or may do so in a moment.
func (f *Follower) Outage() (since time.Time, trouble error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]waiting, 0, len(f.all))
	for c := range f.all {
		all = append(all, c.waiting)
	}
	told, _ := longest(all)
	return told.since, told.trouble
}

func (f *Follower) poke() {
	select {
	case f.changes <- struct{}{}:
	default:
	}
}

// collection is the sink of one stream. Its functions are called by one goroutine.
type collection struct {
	*Follower
	sink    objectSink
	pods    bool    // they are pods
	waiting waiting // guarded by the follower's lock
}

// objectSink takes in the objects of a collection. A list is between begin and end: what is not put in between is gone.
type objectSink interface {
	begin()
	put(obj runtime.Object)
	drop(obj runtime.Object)
	end()
}

// follow starts a stream from a version, "" to list first. ended gets the error that it could not go on after.
func (f *Follower) follow(src source, version string, sink objectSink, ended func(error)) (cancel context.CancelFunc) {
	ctx, cancel := context.WithCancel(f.ctx)
	c := &collection{Follower: f, sink: sink, pods: src.resource == "pods"}
	f.mu.Lock()
	f.all[c] = true
	f.mu.Unlock()
	f.streams.Go(func() {
		defer cancel()
		err := (&stream{source: src, sink: c, version: version}).run(ctx)
		f.mu.Lock()
		delete(f.all, c)
		f.unwatchedPods = f.unwatchedPods || err != nil && src.resource == "pods"
		f.mu.Unlock()
		if err != nil {
			ended(err)
			f.poke()
		}
	})
	return cancel
}

func (c *collection) relist() { c.sink.begin() }

func (c *collection) put(obj runtime.Object) {
	c.count(obj)
	c.sink.put(obj)
	c.poke()
}

func (c *collection) drop(obj runtime.Object) {
	c.count(obj)
	c.sink.drop(obj)
	c.poke()
}

// count notes that a pod has changed, or may have: a list tells what is there, not what happened.
func (c *collection) count(obj runtime.Object) {
	if o, ok := obj.(metav1.Object); ok && c.pods {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.Follower.pods[types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}]++
	}
}

// logs are how often a pod has changed, and whether that is known.
func (f *Follower) logs(pod types.NamespacedName) (changes int, watched bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pods[pod], !f.unwatchedPods
}

func (c *collection) listed() {
	c.sink.end()
	c.poke()
}

func (c *collection) asked() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting.begin()
}

func (c *collection) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting.end()
}

func (c *collection) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting.fail(err)
}
