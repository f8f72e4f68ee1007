package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ListKind is the kind of a List.
const ListKind = "StatusList"

// List is a line for each workload of a namespace, or of all. Its JSON is a contract: docs/schema/status-list.v1alpha1.json.
type List struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Namespace is "" for all.
	Namespace string    `json:"namespace,omitempty"`
	Time      time.Time `json:"time"`
	State     State     `json:"state"`
	// Items are the workloads, the sick ones first.
	Items []ListItem `json:"items"`
	// Blockers are what holds up several workloads, or lies outside of them: a node, a Secret, a quota, a registry.
	Blockers []Blocker `json:"blockers,omitempty"`
	// Unlisted counts what has nothing to do: complete Jobs, CronJobs between runs.
	Unlisted []string `json:"unlisted,omitempty"`
	// Next are commands to type.
	Next    []chain.Command `json:"next,omitempty"`
	NotSeen []chain.NotSeen `json:"notSeen,omitempty"`
	// Notes limit what the list can say.
	Notes []string `json:"notes,omitempty"`
}

// ListItem is one workload.
type ListItem struct {
	Object workload.Ref `json:"object"`
	Summary
	// Ready of Desired pods are ready; of a Job, so many have succeeded.
	Ready   int32 `json:"ready"`
	Desired int32 `json:"desired"`
	// Images by container.
	Images map[string]string `json:"images"`
	// Detail is what the cause is about: an object, an image, or the last words of the container.
	Detail string `json:"detail,omitempty"`
}

// Blocker is one object that keeps workloads from working.
type Blocker struct {
	// Object is not set for a registry.
	Object   *workload.Ref   `json:"object,omitempty"`
	Registry string          `json:"registry,omitempty"`
	Cause    diagnosis.Cause `json:"cause"`
	// Says is what is wrong with it.
	Says    string         `json:"says"`
	HoldsUp []workload.Ref `json:"holdsUp"`
}

// NewList makes the list of the entries, with what was read for Blockers.
func NewList(namespace string, entries []*Entry, related map[workload.Ref]chain.Related, now time.Time) List {
	l := List{Kind: ListKind, Namespace: namespace, Time: now, State: Well, Items: []ListItem{}}
	idle := map[string]int{}
	blockers := &blockers{related: related, now: now}
	for _, e := range entries {
		if e.settled != nil {
			l.Items = append(l.Items, *e.settled)
			continue
		}
		report := e.explain(related, now)
		item := e.item(&report, now)
		l.addNotSeen(report.NotSeen)
		e.settle(&item, len(report.NotSeen) > 0)
		if e.idle != "" && item.State == Well {
			idle[e.idle]++
			continue
		}
		if p := e.Decisive(); p != nil && item.Cause == p.Cause && e.Moved == "" {
			blockers.add(e, p, &item)
		}
		l.Items = append(l.Items, item)
		if item.State.Rank() < l.State.Rank() {
			l.State = item.State
		}
	}
	sortItems(l.Items)
	slices.SortFunc(l.NotSeen, func(a, b chain.NotSeen) int { return strings.Compare(a.Resource, b.Resource) })
	if len(l.Items) > 0 && l.Items[0].State == Failing {
		first := l.Items[0].Object
		l.Next = []chain.Command{{Risk: chain.Look, Command: fmt.Sprintf("kubectl app why %s -n %s", first, first.Namespace)}}
	}
	l.Blockers, l.Unlisted = blockers.list(l.Items), idleWords(idle)
	return l
}

func (l *List) addNotSeen(more []chain.NotSeen) {
	for _, n := range more {
		if !slices.ContainsFunc(l.NotSeen, func(known chain.NotSeen) bool { return known.Resource == n.Resource }) {
			l.NotSeen = append(l.NotSeen, n)
		}
	}
}

// explain reports on the workload. Of one that moves nothing is known.
func (e *Entry) explain(related map[workload.Ref]chain.Related, now time.Time) chain.Report {
	if e.Moved != "" {
		return chain.Moved(e.Ref, e.Moved, now)
	}
	return e.Explain(related)
}

// item is the line of a workload.
func (e *Entry) item(r *chain.Report, now time.Time) ListItem {
	item := ListItem{Object: e.Ref, Summary: Summarize(r), Ready: e.ready, Desired: e.desired, Images: e.images}
	if since := e.since(item.State); item.Since == nil && !since.IsZero() && !since.After(now) {
		item.Since = &since
	}
	if p := e.Decisive(); p != nil && item.Cause == p.Cause && e.Moved == "" {
		item.Detail = e.detail(p, r)
	} else if item.State != Well {
		item.Detail = strings.TrimPrefix(r.Message, string(r.Cause)+": ")
	}
	return item
}

// since is since when a state without a cause is there.
func (e *Entry) since(state State) time.Time {
	if state == Progressing && !e.running.IsZero() {
		return e.running
	}
	return e.Since()
}

// ofImage are the causes that lie in what an image is named.
var ofImage = map[diagnosis.Cause]bool{
	diagnosis.ImageNotFound: true, diagnosis.ImageNameInvalid: true, diagnosis.ImageUnauthorized: true, diagnosis.ImagePulling: true,
}

// detail says in few words what a cause is about.
func (e *Entry) detail(p *diagnosis.Problem, r *chain.Report) string {
	if first := r.Chain[0]; first.Object.Kind != p.Source.Kind || first.Object.Name != p.Source.Name { // deeper than the pod
		return join(first.Object.String(), first.Says)
	}
	switch {
	case ofImage[p.Cause] && e.image(p) != "":
		return e.image(p)
	case e.Unmasked:
		at := slices.IndexFunc(r.Chain, func(s chain.Step) bool { return s.Cause == p.Cause })
		return r.Chain[max(at, 0)].Says
	case len(p.Logs) > 0 && (p.Cause == diagnosis.CrashLoop || p.Cause == diagnosis.InitFailed): // the message of others says more
		return strings.TrimSpace(p.Logs[len(p.Logs)-1])
	}
	return p.Message
}

// image is that of the container that shows a problem.
func (e *Entry) image(p *diagnosis.Problem) string {
	if t := e.Template(); t != nil {
		return workload.Images(t)[p.Container]
	}
	return ""
}

func join(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}
