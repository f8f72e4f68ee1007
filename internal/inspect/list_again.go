package inspect

import (
	"context"
	"maps"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	mostByName = 48 // objects of a kind that are asked for by name; of more, the kind is listed
	mostAgain  = 8  // workloads that are read again by name; if more have changed, everything is read again
)

// again reads the workloads again that changed while they were read. Of those that change once more, nothing is known.
func (l *Lister) again(ctx context.Context, entries []*app.Entry) ([]*app.Entry, error) {
	entries, moved := l.moved(ctx, entries)
	if len(moved) == 0 {
		return entries, nil
	}
	objects := app.NewObjects()
	l.evidence = map[string]*Inspector{}
	if len(moved) > mostAgain {
		l.objects, entries = objects, nil
		if err := l.readObjects(ctx); err != nil {
			return nil, err
		}
	}
	for ref := range moved {
		if len(moved) <= mostAgain {
			if err := l.readOne(ctx, ref, objects); err != nil {
				return nil, err
			}
		}
	}
	fresh := l.entries(objects)
	if len(moved) <= mostAgain {
		isMoved := func(e *app.Entry) bool { _, is := moved[e.Ref]; return is }
		entries = slices.DeleteFunc(entries, isMoved)
		fresh = slices.DeleteFunc(fresh, func(e *app.Entry) bool { return !isMoved(e) })
	}
	l.gather(ctx, fresh)
	fresh, moved = l.moved(ctx, fresh)
	for _, e := range fresh {
		e.Moved = moved[e.Ref]
	}
	return append(entries, fresh...), nil
}

// readOne reads a workload with its revisions and pods. One that is gone is no error.
func (l *Lister) readOne(ctx context.Context, ref workload.Ref, into *app.Objects) error {
	kind := workload.KindNamed(ref.Kind)
	var found workload.API
	err := l.read(ctx, &kind.Resource, ref.Namespace, metav1.ListOptions{FieldSelector: byName(ref.Name)}, func(o workload.API) { found = o })
	if err != nil || found == nil {
		return err
	}
	into.Put(found)
	o, _ := workload.ObjectOf(found)
	var mu sync.Mutex
	list := func(r *workload.Resource) func(context.Context) error {
		if l.refused[r.Plural] != nil {
			return func(context.Context) error { return nil }
		}
		return func(ctx context.Context) error {
			return l.read(ctx, r, ref.Namespace, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(o.Selector())}, func(o workload.API) {
				mu.Lock()
				defer mu.Unlock()
				into.Put(o)
			})
		}
	}
	return together(ctx, list(&kind.History.Resource), list(&workload.KindNamed("Pod").Resource))
}

// moved tells which workloads have changed since they were read, and how. Those that are gone are left out of entries, and
// so are pods whose controller was made after its kind was listed: it is part of a workload that has changed.
func (l *Lister) moved(ctx context.Context, entries []*app.Entry) ([]*app.Entry, map[workload.Ref]string) {
	moved, gone := map[workload.Ref]string{}, map[*app.Entry]bool{}
	var mu sync.Mutex
	var work []func(context.Context) error
	for _, r := range listed() {
		asked := slices.DeleteFunc(slices.Clone(entries), func(e *app.Entry) bool {
			return e.Ref.Kind != r.Kind || l.refused[r.Plural] != nil || !e.Unowned && (e.Quiet || !workload.KindNamed(r.Kind).Releasable())
		})
		if len(asked) == 0 {
			continue
		}
		work = append(work, func(ctx context.Context) error {
			now, err := l.metadata(ctx, r, asked)
			if err != nil {
				return nil // they count as they were read
			}
			mu.Lock()
			defer mu.Unlock()
			for _, e := range asked {
				found := now[e.Ref]
				switch {
				case found == nil:
					gone[e] = !e.Unowned
				case e.Unowned:
					ref, made := above(e, found)
					if gone[e] = made; ref.Name != "" {
						moved[ref] = "got a new " + r.Kind
					}
				default:
					if what := changed(e.Objects[0], found); what != "" {
						moved[e.Ref] = what
					}
				}
			}
			return nil
		})
	}
	_ = together(ctx, work...)
	return slices.DeleteFunc(entries, func(e *app.Entry) bool { return gone[e] }), moved
}

// above is the workload that a controller of pods belongs to. made: it is the controller that made them.
func above(pods *app.Entry, controller *metav1.PartialObjectMetadata) (_ workload.Ref, made bool) {
	of := metav1.GetControllerOfNoCopy(pods.Objects[0])
	if of.UID != controller.UID {
		return workload.Ref{}, false
	}
	if owner := metav1.GetControllerOfNoCopy(controller); owner != nil {
		of = owner
	}
	if k := workload.KindNamed(of.Kind); k == nil || !k.Releasable() {
		return workload.Ref{}, true
	}
	return workload.Ref{Kind: of.Kind, Namespace: controller.Namespace, Name: of.Name}, true
}

// metadata reads what entries of a kind are now.
func (l *Lister) metadata(ctx context.Context, r *workload.Resource, entries []*app.Entry) (map[workload.Ref]*metav1.PartialObjectMetadata, error) {
	client, err := l.cluster.Metadata()
	if err != nil {
		return nil, err
	}
	type query struct{ namespace, fields string }
	queries := map[query]bool{}
	for _, e := range entries {
		queries[query{e.Ref.Namespace, byName(e.Ref.Name)}] = true
	}
	if len(queries) > mostByName {
		queries = map[query]bool{{namespace: l.namespace}: true}
	}
	found := map[workload.Ref]*metav1.PartialObjectMetadata{}
	var mu sync.Mutex
	keep := func(m *metav1.ObjectMeta) { // little of it: there may be thousands
		mu.Lock()
		defer mu.Unlock()
		found[workload.Ref{Kind: r.Kind, Namespace: m.Namespace, Name: m.Name}] = &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
			Name: m.Name, Namespace: m.Namespace, UID: m.UID, Generation: m.Generation, DeletionTimestamp: m.DeletionTimestamp, OwnerReferences: m.OwnerReferences,
		}}
	}
	_, err = cluster.Each(ctx, slices.Collect(maps.Keys(queries)), func(ctx context.Context, q query) (struct{}, error) {
		of := client.Resource(r.GroupVersion().WithResource(r.Plural)).Namespace(q.namespace)
		return struct{}{}, cluster.Pages(ctx, metav1.ListOptions{FieldSelector: q.fields, Limit: page},
			func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return of.List(ctx, o) },
			func(objects runtime.Object) error {
				if list, ok := objects.(*metav1.PartialObjectMetadataList); ok {
					for k := range list.Items {
						keep(&list.Items[k].ObjectMeta)
					}
				}
				return nil
			})
	})
	return found, err
}

// byName is the field selector of one object.
func byName(name string) string {
	return fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()
}
