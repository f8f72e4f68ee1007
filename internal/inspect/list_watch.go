package inspect

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ListWatch makes a list again and again, of objects that watches keep up to date. What explains a workload is read by the
// Lister, whose cluster has to keep what it reads: see watch.Reads.
type ListWatch struct {
	*Lister
	follower *watch.Follower
	feeds    []*objectFeed
	// strays are pods whose controller, or its own, is not there, by it, since when: its watch may be behind that of the
	// pods, or they are being deleted after it.
	strays map[workload.Ref]time.Time
}

// behind is how long one watch may be behind another one.
const behind = 2 * time.Second

// objectFeed takes in the objects of one resource, until the next look takes them over.
type objectFeed struct {
	*Lister
	resource *workload.Resource
	trim     watch.Trimmer

	mu      sync.Mutex
	changes []objectChange
	ready   chan struct{} // closed when all was listed, or can't be watched
	once    sync.Once
	ended   error
	read    map[string]workload.API // what there was at the last look, by UID
}

type objectChange struct {
	object  workload.API
	deleted bool
}

// Watch begins to follow the objects of the list.
func (l *Lister) Watch(f *watch.Follower, clients watch.Clients) *ListWatch {
	w := &ListWatch{Lister: l, follower: f}
	for _, r := range listed() {
		feed := &objectFeed{Lister: l, resource: r, trim: watch.NewTrimmer(), ready: make(chan struct{}), read: map[string]workload.API{}}
		w.feeds = append(w.feeds, feed)
		f.Follow(clients, r, l.namespace, feed)
	}
	return w
}

// Arrived trims and masks an object, as a list does.
func (f *objectFeed) Arrived(o workload.API) { f.arrived(o, f.trim) }

// Changed keeps a change for the next look.
func (f *objectFeed) Changed(o workload.API, deleted bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes = append(f.changes, objectChange{o, deleted})
}

// Listed lets the first look begin.
func (f *objectFeed) Listed() { f.once.Do(func() { close(f.ready) }) }

// Ended lets looks list the resource.
func (f *objectFeed) Ended(err error) {
	f.mu.Lock()
	f.ended = err
	f.mu.Unlock()
	f.Listed()
}

// take hands over what has changed.
func (f *objectFeed) take() ([]objectChange, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changes := f.changes
	f.changes = nil
	return changes, f.ended
}

// List makes the list of what there is now. Only workloads that have changed are looked at, and those that are not well.
func (w *ListWatch) List(ctx context.Context) (app.List, error) {
	w.evidence, w.bounds.notes = map[string]*Inspector{}, nil
	w.cluster.CountValues(mostValues)
	for _, f := range w.feeds {
		if err := w.await(ctx, f); err != nil {
			return app.List{}, err
		}
		changes, ended := f.take()
		for _, c := range changes {
			w.objects.Take(c.object, c.deleted)
			if uid := string(c.object.GetUID()); c.deleted {
				delete(f.read, uid)
			} else {
				f.read[uid] = c.object
			}
		}
		if ended != nil {
			if err := f.listAgain(ctx); err != nil {
				return app.List{}, err
			}
		}
	}
	if len(w.refused) == len(w.feeds) {
		return app.List{}, w.noneListed(w.refused[w.feeds[0].resource.Plural])
	}
	now := w.time()
	all := w.entries(w.objects)
	w.findStrays(all)
	entries := slices.DeleteFunc(all, func(e *app.Entry) bool {
		since, stray := w.strays[e.Ref]
		return stray && time.Since(since) < behind
	})
	w.gather(ctx, slices.DeleteFunc(slices.Clone(entries), (*app.Entry).Settled))
	if err := ctx.Err(); err != nil {
		return app.List{}, context.Cause(ctx)
	}
	list := app.NewList(w.namespace, entries, w.related(ctx, entries), now)
	w.limits(&list, entries)
	return list, nil
}

// await returns when the resource was listed, or with the error of an API server that can't be reached.
func (w *ListWatch) await(ctx context.Context, f *objectFeed) error {
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-f.ready:
			return nil
		case <-clock.C:
		}
		if _, trouble := w.follower.Outage(); trouble != nil && !errors.Is(trouble, watch.ErrSilent) {
			return cluster.APIError(cluster.Call{Verb: "list", Resource: f.resource.Plural, Namespace: w.namespace, Object: f.resource.Plural}, trouble)
		}
	}
}

// findStrays notes the pods whose controller, or its own, is not there. Those of the first list count as they are.
func (w *ListWatch) findStrays(entries []*app.Entry) {
	was, first := w.strays, w.strays == nil
	w.strays = map[workload.Ref]time.Time{}
	for _, e := range entries {
		if !e.Unowned && !e.Abandoned {
			continue
		}
		since, known := was[e.Ref]
		if !known && !first {
			since = time.Now()
		}
		w.strays[e.Ref] = since
	}
}

// listAgain lists what may not be watched. The transport keeps the answer for a while.
func (f *objectFeed) listAgain(ctx context.Context) error {
	read := map[string]workload.API{}
	err := f.Lister.read(ctx, f.resource, f.namespace, metav1.ListOptions{Limit: page}, func(o workload.API) { read[string(o.GetUID())] = o })
	refused := cluster.Is(err, cluster.Forbidden)
	if err != nil && !refused {
		return err
	}
	if was := f.refused[f.resource.Plural] != nil; was != refused {
		f.objects.Forget() // what may be read says more, or less, of each workload
		delete(f.refused, f.resource.Plural)
	}
	if refused {
		f.refused[f.resource.Plural] = err
	}
	for uid, o := range read {
		if was := f.read[uid]; was == nil || was.GetResourceVersion() != o.GetResourceVersion() {
			f.objects.Take(o, false)
		}
	}
	for uid, o := range f.read {
		if read[uid] == nil {
			f.objects.Take(o, true)
		}
	}
	f.read = read
	return nil
}
