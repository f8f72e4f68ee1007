package watch

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Objects takes in the objects of a resource. Its functions are called by one goroutine for each resource.
type Objects interface {
	// Arrived makes an object what is kept of it.
	Arrived(obj workload.API)
	Changed(obj workload.API, deleted bool)
	// Listed: all that there was has come.
	Listed()
	// Ended: no more comes, because of an error that asking again would not mend.
	Ended(err error)
}

// Follow follows the objects of a resource in a namespace, "" for all.
func (f *Follower) Follow(c Clients, r *workload.Resource, namespace string, to Objects) {
	sink := &objectsSink{to: to, known: map[types.UID]workload.API{}}
	f.follow(objects(c, r, namespace, ""), "", sink, to.Ended)
}

// objectsSink finds out what was deleted while there was no watch.
type objectsSink struct {
	to    Objects
	known map[types.UID]workload.API
	seen  map[types.UID]bool // while a list is under way
}

func (s *objectsSink) begin() { s.seen = map[types.UID]bool{} }

func (s *objectsSink) put(obj runtime.Object) {
	o, ok := obj.(workload.API)
	if !ok {
		return
	}
	uid := o.GetUID()
	if s.seen != nil {
		s.seen[uid] = true
	}
	if was := s.known[uid]; was != nil && was.GetResourceVersion() == o.GetResourceVersion() {
		return // listed again, unchanged
	}
	s.forget(uid, o)
	s.to.Arrived(o)
	s.known[uid] = o
	s.to.Changed(o, false)
}

func (s *objectsSink) drop(obj runtime.Object) {
	if o, ok := obj.(workload.API); ok {
		s.forget(o.GetUID(), o)
		delete(s.known, o.GetUID())
		s.to.Changed(o, true)
	}
}

// forget takes an object from the controller that it has no longer.
func (s *objectsSink) forget(uid types.UID, now workload.API) {
	if was := s.known[uid]; was != nil && controller(was) != controller(now) {
		s.to.Changed(was, true)
	}
}

func controller(o workload.API) types.UID {
	if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
		return owner.UID
	}
	return ""
}

func (s *objectsSink) end() {
	for uid, o := range s.known {
		if !s.seen[uid] {
			delete(s.known, uid)
			s.to.Changed(o, true)
		}
	}
	s.seen = nil
	s.to.Listed()
}
