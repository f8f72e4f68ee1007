package app

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// changes tell which entries of a set that is watched have to be made anew. Those of workloads that are well stay until
// something of them changes: time alone does not.
type changes struct {
	touched map[types.UID]bool // objects, and controllers of objects, that have changed
	kept    map[types.UID]*Entry
}

// Take is Put or Delete of an object of a set whose entries are made again and again.
func (s *Objects) Take(o workload.API, deleted bool) {
	if s.touched == nil {
		s.touched = map[types.UID]bool{}
	}
	s.touched[o.GetUID()], s.touched[controllerUID(o)] = true, true
	if deleted {
		s.Delete(o)
	} else {
		s.Put(o)
	}
}

// Forget makes all entries anew.
func (s *Objects) Forget() { s.kept = nil }

// Settled tells whether the entry is as it was in an earlier list, and nothing is to be read for it.
func (e *Entry) Settled() bool { return e.settled != nil }

// unchanged is the entry of a workload that is as it was, or nil.
func (s *Objects) unchanged(uid types.UID, claimed map[types.UID]bool) *Entry {
	e := s.kept[uid]
	if e == nil || e.settled == nil || s.touched[uid] {
		return nil
	}
	for _, owner := range e.owners {
		if s.touched[owner] {
			return nil
		}
	}
	claimed[uid] = true
	for _, owner := range e.owners {
		claimed[owner] = true
	}
	return e
}

// keep keeps the entries of workloads for the next list of a set that is watched.
func (s *Objects) keep(uid types.UID, e *Entry) {
	if s.touched == nil {
		return
	}
	if s.kept == nil {
		s.kept = map[types.UID]*Entry{}
	}
	s.kept[uid] = e
}

// forgetGone ends a round.
func (s *Objects) forgetGone() {
	clear(s.touched)
	for uid := range s.kept {
		if _, there := s.workloads[uid]; !there {
			delete(s.kept, uid)
		}
	}
}

// settle keeps the line of a workload that is well.
func (e *Entry) settle(item *ListItem, limited bool) {
	if e.Quiet && item.State == Well && len(e.owners) > 0 && !limited {
		e.settled = item
	}
}
