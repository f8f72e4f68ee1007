package app

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// blockers finds what holds up several workloads.
type blockers struct {
	related map[workload.Ref]chain.Related
	now     time.Time
	all     []Blocker
}

// registryWords say what is wrong with a registry.
var registryWords = map[diagnosis.Cause]string{
	diagnosis.RegistryUnreachable: "does not answer as it should", diagnosis.ImageUnauthorized: "refuses access",
}

// add takes in the decisive problem of a workload.
func (b *blockers) add(e *Entry, p *diagnosis.Problem, item *ListItem) {
	if words := registryWords[p.Cause]; words != "" && e.image(p) != "" {
		registry := workload.Registry(e.image(p))
		b.put(Blocker{Registry: registry, Cause: p.Cause, Says: words}, item.Object)
		return
	}
	for _, ref := range e.References() {
		related, read := b.related[ref]
		if says, ok := chain.Describe(related, ref, p, b.now); read && ok {
			b.put(Blocker{Object: &ref, Cause: p.Cause, Says: says}, item.Object)
		}
	}
}

func (b *blockers) put(found Blocker, held workload.Ref) {
	at := slices.IndexFunc(b.all, func(known Blocker) bool {
		same := known.Object == found.Object || known.Object != nil && found.Object != nil && *known.Object == *found.Object
		return same && known.Registry == found.Registry && known.Says == found.Says
	})
	if at < 0 {
		at = len(b.all)
		b.all = append(b.all, found)
	}
	b.all[at].HoldsUp = append(b.all[at].HoldsUp, held)
}

// list are those that the line of a workload does not tell: they hold up several, or are no object of an app. The one that
// holds up most comes first. What they hold up is in the order of the items.
func (b *blockers) list(items []ListItem) []Blocker {
	order := make(map[workload.Ref]int, len(items))
	for i := range items {
		order[items[i].Object] = i
	}
	all := slices.DeleteFunc(b.all, func(found Blocker) bool {
		return len(found.HoldsUp) < 2 && (found.Object == nil || found.Object.Namespace != "")
	})
	for _, found := range all {
		slices.SortFunc(found.HoldsUp, func(a, b workload.Ref) int { return cmp.Compare(order[a], order[b]) })
	}
	slices.SortFunc(all, func(a, b Blocker) int {
		return cmp.Or(cmp.Compare(len(b.HoldsUp), len(a.HoldsUp)), strings.Compare(a.name(), b.name()), strings.Compare(a.Says, b.Says))
	})
	return all
}

func (b *Blocker) name() string {
	if b.Object != nil {
		return b.Object.Namespace + "/" + b.Object.String()
	}
	return b.Registry
}

// References are the objects that the decisive problem points to: that of its exemplar and, where their nodes do not
// answer, those of all its pods.
func (e *Entry) References() []workload.Ref {
	p, refs := e.Decisive(), e.Related()
	if p != nil && p.Cause == diagnosis.NodeLost {
		for _, pod := range p.Affected {
			if ref := chain.NodeOf(pod); ref.Name != "" && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}
