package inspect

import (
	"context"
	"errors"
	"maps"
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
	// follow begins to watch the objects of a feed.
	follow func(*objectFeed)
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
	ready    chan struct{} // closed when all was listed, or can't be watched
	once     sync.Once
	read     map[string]workload.API // what there was at the last look, by UID

	mu      sync.Mutex
	changes []objectChange
	ended   bool      // it can't be watched: each look lists it
	tried   time.Time // when the watch began, or ended
	// whole: the changes are all that there is, as at the end of the first list.
	whole bool
}

type objectChange struct {
	object  workload.API
	deleted bool
}

// Watch begins to follow the objects of the list.
func (l *Lister) Watch(f *watch.Follower, clients watch.Clients) *ListWatch {
	w := &ListWatch{Lister: l, follower: f, follow: func(feed *objectFeed) { f.Follow(clients, feed.resource, l.namespace, feed) }}
	for _, r := range listed() {
		feed := &objectFeed{Lister: l, resource: r, trim: watch.NewTrimmer(), ready: make(chan struct{}), read: map[string]workload.API{}}
		w.feeds = append(w.feeds, feed)
		w.follow(feed)
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

// Listed lets the first look begin, or ends the lists of a feed whose watch began again.
func (f *objectFeed) Listed() {
	f.mu.Lock()
	f.whole, f.ended = f.whole || f.ended, false
	f.mu.Unlock()
	f.once.Do(func() { close(f.ready) })
}

// Ended lets looks list the resource.
func (f *objectFeed) Ended(error) {
	f.mu.Lock()
	f.changes, f.ended, f.whole, f.tried = nil, true, false, time.Now()
	f.mu.Unlock()
	f.once.Do(func() { close(f.ready) })
}

// take hands over what has changed. While the resource has to be listed, retry tells when it should be watched again.
func (f *objectFeed) take() (changes []objectChange, whole, ended, retry bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		if retry = time.Since(f.tried) > watch.AskAgain; retry {
			f.tried = time.Now()
		}
		return nil, false, true, retry
	}
	changes, whole = f.changes, f.whole
	f.changes, f.whole = nil, false
	return changes, whole, false, false
}

// takeOver brings the objects of a feed up to date.
func (w *ListWatch) takeOver(ctx context.Context, f *objectFeed) error {
	changes, whole, ended, retry := f.take()
	if ended {
		if retry {
			w.follow(f)
		}
		return f.listAgain(ctx)
	}
	if whole {
		f.allow(nil)
		gone := maps.Clone(f.read)
		for _, c := range changes {
			delete(gone, string(c.object.GetUID()))
		}
		for uid, o := range gone {
			w.objects.Take(o, true)
			delete(f.read, uid)
		}
	}
	for _, c := range changes {
		w.objects.Take(c.object, c.deleted)
		if uid := string(c.object.GetUID()); c.deleted {
			delete(f.read, uid)
		} else {
			f.read[uid] = c.object
		}
	}
	return nil
}

// List makes the list of what there is now. Only workloads that have changed are looked at, and those that are not well.
func (w *ListWatch) List(ctx context.Context) (app.List, error) {
	w.evidence, w.bounds.notes = map[string]*Inspector{}, nil
	w.cluster.CountValues(mostValues)
	for _, f := range w.feeds {
		if err := w.await(ctx, f); err != nil {
			return app.List{}, err
		}
		if err := w.takeOver(ctx, f); err != nil {
			return app.List{}, err
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
	if err != nil && !cluster.Is(err, cluster.Forbidden) {
		return err
	}
	f.allow(err)
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

// allow notes whether the resource may be read: the error is the refusal.
func (f *objectFeed) allow(refusal error) {
	if was := f.refused[f.resource.Plural] != nil; was != (refusal != nil) {
		f.objects.Forget() // what may be read says more, or less, of each workload
		delete(f.refused, f.resource.Plural)
	}
	if refusal != nil {
		f.refused[f.resource.Plural] = refusal
	}
}
