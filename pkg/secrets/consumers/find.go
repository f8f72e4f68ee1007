package consumers

import (
	"cmp"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// podUse is a pod with its uses of one object.
type podUse struct {
	*podHolder
	uses []Use
}

// Consumers lists who uses an object that was sought, by kind and name.
func (s *Search) Consumers(subject Subject) []Consumer {
	f := &finder{search: s, subject: &subject, object: objectName{subject.Kind, subject.Name}, byOwner: map[objectName]*Consumer{}, pods: map[objectName][]podUse{}}
	accounts := f.pullingAccounts()
	for i := range s.holders {
		f.addHolder(&s.holders[i], accounts)
	}
	for i := range s.pods {
		f.addPod(&s.pods[i])
	}
	consumers := make([]Consumer, 0, len(f.byOwner))
	for owner, c := range f.byOwner {
		c.judge(&subject, f.pods[owner], s.unread[kindPod])
		consumers = append(consumers, *c)
	}
	slices.SortFunc(consumers, func(a, b Consumer) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return consumers
}

// finder gathers the consumers of one object.
type finder struct {
	search  *Search
	subject *Subject
	object  objectName
	byOwner map[objectName]*Consumer
	pods    map[objectName][]podUse
}

// pullingAccounts are the ServiceAccounts that give the Secret to their pods for pulling.
func (f *finder) pullingAccounts() map[string]bool {
	accounts := map[string]bool{}
	for _, h := range f.search.holders {
		if h.Kind != kindServiceAccount {
			continue
		}
		for _, use := range f.of(h.uses) {
			if use.How == HowPullSecret {
				accounts[h.Name] = true
			}
		}
	}
	return accounts
}

// of picks the uses of the finder's object, and completes them with what is known of it.
func (f *finder) of(found []objectUse) []Use {
	var uses []Use
	for _, one := range found {
		if one.object != f.object {
			continue
		}
		use := one.Use
		if use.How == HowPullSecret {
			use.Key = f.subject.pullKey()
		}
		use.Missing = f.subject.lacks(use.Key)
		if use.Missing && use.guessed {
			continue
		}
		if f.subject.Immutable && use.Reach == ReachInPlace {
			use.Reach = ReachPodStart
		}
		if !slices.Contains(uses, use) {
			uses = append(uses, use)
		}
	}
	return uses
}

func (f *finder) addHolder(h *holder, accounts map[string]bool) {
	uses := f.of(h.uses)
	if accounts[h.account] {
		pull := objectUse{f.object, Use{How: HowPullSecret, ServiceAccount: h.account, Reach: ReachImagePull}}
		uses = append(uses, f.of([]objectUse{pull})...)
	}
	if uses != nil {
		f.byOwner[objectName{h.Kind, h.Name}] = &Consumer{Ref: h.Ref, Uses: uses}
	}
}

// addPod counts a pod for its owner. What only the pod uses, an earlier template of the owner or a
// controller that was not read, is told too: the object is still needed.
func (f *finder) addPod(p *podHolder) {
	uses := f.of(p.uses)
	if uses == nil {
		return
	}
	owner := f.search.ownerOf(*p)
	c := f.byOwner[owner]
	if c == nil {
		c = &Consumer{Ref: workload.Ref{Kind: owner.kind, Namespace: p.Namespace, Name: owner.name}}
		f.byOwner[owner] = c
	}
	for _, use := range uses {
		if use = fromPod(c, use); !slices.ContainsFunc(c.Uses, func(u Use) bool { return sameUse(u, use) }) {
			c.Uses = append(c.Uses, use)
		}
	}
	f.pods[owner] = append(f.pods[owner], podUse{p, uses})
}

// fromPod tells a use of a pod as the template would: admission has copied pull secrets into the pod.
func fromPod(c *Consumer, use Use) Use {
	if use.How == HowPullSecret {
		for _, known := range c.Uses {
			if known.How == HowPullSecret {
				return known
			}
		}
	}
	use.PodsOnly = c.Kind != kindPod
	return use
}

func sameUse(a, b Use) bool {
	a.PodsOnly, b.PodsOnly = false, false
	return a == b
}

// rank orders kinds as users think of them: what runs first, then what only names.
func rank(kind string) int {
	order := []string{kindDeployment, kindStatefulSet, kindDaemonSet, kindReplicaSet, kindCronJob, kindJob, kindPod, "", kindIngress, kindServiceAccount}
	if i := slices.Index(order, kind); i >= 0 {
		return i
	}
	return slices.Index(order, "")
}
