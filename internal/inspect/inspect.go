// Package inspect reads what explains one object: the object, its pods and what they refer to, side by side and in a
// bounded number of requests. It changes nothing.
package inspect

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// most is how many requests one look makes, pages of a list not counted.
const most = 12

// The requests that are kept for the end: the related objects, and the object itself once more. Secrets whose values have to
// be masked come before the related objects.
const (
	kept        = 3
	atLast      = 1
	mostSecrets = 6
)

// Inspector reads one object and what belongs to it.
type Inspector struct {
	cluster *cluster.Cluster
	now     func() time.Time

	mu       sync.Mutex
	requests int
	seen     diagnosis.Observed // what was read for Wants
	asked    map[any]bool       // of it
	again    bool               // wants were read before
	page     bool               // a workload that is as wanted is not read again
	counted  bool               // the Secrets that are read for their values count as requests, too
}

// New makes an Inspector; now is the local clock.
func New(c *cluster.Cluster, now func() time.Time) *Inspector {
	return &Inspector{cluster: c, now: now}
}

// reading is one object as it was read: its subject, and how to tell that it has changed since.
type reading struct {
	subject *chain.Subject
	// moved describes what has changed since, or returns "".
	moved func(context.Context) (string, error)
	// workload is it, where it is one.
	workload observed
	// also is what else is true of the object; "" for nothing.
	also string
}

// observed is a workload as it was read.
type observed struct {
	object cluster.Object
	seen   diagnosis.Observed
}

// Why explains the object. One that changes while it is read is read again once.
func (i *Inspector) Why(ctx context.Context, kind string, ref workload.Ref) (chain.Report, error) {
	switch kind {
	case "Service":
		return i.whyService(ctx, ref)
	case "Ingress":
		return i.whyIngress(ctx, ref)
	}
	read := readers[kind]
	if k := workload.KindNamed(kind); k != nil && k.Releasable() {
		read = (*Inspector).workload
	}
	if workload.HistoryNamed(kind) != nil {
		read = (*Inspector).revision
	}
	if read == nil {
		return chain.Report{}, unsupported(ref)
	}
	i.counted = true
	report, _, err := i.explain(ctx, ref, func(ctx context.Context) (reading, error) { return read(i, ctx, ref) })
	return report, err
}

// Explains tells whether Why explains objects of a kind, by any of kubectl's names for it.
func Explains(word string) bool {
	resource, _ := resolve.ResourceNamed(word)
	for kind := range readers {
		if strings.ToLower(kind)+"s" == resource.Resource {
			return true
		}
	}
	return false
}

// explain reads an object and explains it, again once if it changes meanwhile.
func (i *Inspector) explain(ctx context.Context, ref workload.Ref, read func(context.Context) (reading, error)) (chain.Report, reading, error) {
	var r reading
	what := ""
	for range 2 {
		i.reset()
		var err error
		if r, err = read(ctx); err != nil {
			return chain.Report{}, r, err
		}
		i.gather(ctx, r.subject)
		related, moved, err := i.finish(ctx, r)
		switch {
		case err != nil:
			return chain.Report{}, r, err
		case moved == "":
			report := r.subject.Explain(related)
			accepted(&report, r.workload.seen, i.cluster.Redactor().Changed)
			if r.also != "" {
				report.Also = append(report.Also, r.also)
			}
			i.clock(&report)
			i.unrecognized(&report, r.subject)
			return report, r, nil
		}
		what = moved
	}
	return chain.Moved(ref, what, i.time()), r, nil
}

func (i *Inspector) reset() {
	if i.counted {
		i.cluster.CountValues(mostSecrets)
	}
	i.requests, i.seen, i.asked, i.again = 0, diagnosis.Observed{Logs: map[diagnosis.LogKey]diagnosis.Log{}, Nodes: map[string]*corev1.Node{}, Silent: map[string]string{}}, map[any]bool{}, false
}

// time is that of the API server, as far as it is known.
func (i *Inspector) time() time.Time { return i.now().Add(i.cluster.Skew()) }

// clock notes that the times of a report are the API server's.
func (i *Inspector) clock(r *chain.Report) {
	if skew := i.cluster.Skew(); skew != 0 {
		r.Notes = append(r.Notes, skewed(skew))
	}
}

// gather looks, and reads what the look wants, for as long as it learns something.
func (i *Inspector) gather(ctx context.Context, s *chain.Subject) {
	wants := s.Look(false)
	if s.StatusOnly {
		return
	}
	for range 2 {
		if !i.fetch(ctx, s, wants) {
			break
		}
		s.Take(i.seen)
		wants = s.Look(false)
	}
	s.Take(i.seen)
	s.Look(true)
	if i.dryRuns(ctx, s) {
		s.Take(i.seen)
		s.Look(true)
	}
}

// finish reads what explains the cause further, and whether the object has changed meanwhile.
func (i *Inspector) finish(ctx context.Context, r reading) (related map[workload.Ref]chain.Related, moved string, err error) {
	related = map[workload.Ref]chain.Related{}
	var mu sync.Mutex
	var work []func(context.Context) error
	if !i.page || !r.subject.AsWanted() {
		work = append(work, func(ctx context.Context) (err error) {
			moved, err = r.moved(ctx)
			return err
		})
	}
	for _, ref := range r.subject.Related() {
		if object := i.known(ref); object != nil {
			related[ref] = chain.Related{Object: object}
			continue
		}
		if !i.spend(atLast) {
			break
		}
		work = append(work, func(ctx context.Context) error {
			found := i.related(ctx, ref)
			mu.Lock()
			defer mu.Unlock()
			related[ref] = found
			return nil
		})
	}
	return related, moved, together(ctx, work...)
}

// spend takes a request from the bound, if one is left beside those that are to be kept.
func (i *Inspector) spend(kept int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	secrets := i.secrets()
	if i.requests+secrets >= most-max(atLast, kept-max(0, secrets-mostSecrets+kept-atLast)) {
		return false
	}
	i.requests++
	return true
}

// secrets counts those that were read for their values, where they count.
func (i *Inspector) secrets() int {
	if !i.counted {
		return 0
	}
	return i.cluster.ValuesRead()
}

// together runs functions side by side.
func together(ctx context.Context, work ...func(context.Context) error) error {
	_, err := cluster.Each(ctx, work, func(ctx context.Context, do func(context.Context) error) (struct{}, error) {
		return struct{}{}, do(ctx)
	})
	return err
}

func unsupported(ref workload.Ref) error {
	return &cluster.Error{
		Reason: cluster.Unsupported, Object: ref.String(),
		Message: fmt.Sprintf("why works on workloads, pods, jobs, cronjobs, nodes, autoscalers, services and ingresses; %s is none of them", ref),
		Next:    []string{"kubectl describe " + ref.String() + cluster.InFlag(ref.Namespace)},
	}
}
