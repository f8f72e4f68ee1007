package inspect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The most that is read for one list, lists of objects not counted.
const (
	mostByObject = 2  // objects whose events are asked for one by one; of more, the events are listed
	mostEvents   = 20 // pages of events
	mostUnlisted = 3  // objects whose events are asked for one by one where the list was cut
	mostStarting = 6  // pods that are being started, whose events are asked for one by one as well
	mostLogs     = 48
	mostGets     = 24 // references, and objects that causes point to
	mostValues   = 48 // Secrets whose values are to be masked
	logsTime     = 4 * time.Second
)

// bounds notes what was left out. The notes are for the reader of the list.
type bounds struct {
	mu    sync.Mutex
	notes []string
}

func (b *bounds) reached(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Contains(b.notes, note) {
		b.notes = append(b.notes, note)
	}
}

// wanting is an entry with what would explain it.
type wanting struct {
	*app.Entry
	wants diagnosis.Wants
	uids  map[types.UID]bool // objects whose events were asked for
}

// gather looks at all entries, and reads what the looks want.
func (l *Lister) gather(ctx context.Context, entries []*app.Entry) {
	var open []*wanting
	var pods []*corev1.Pod
	for _, e := range entries {
		for _, o := range e.Objects {
			if pod, ok := o.(*corev1.Pod); ok && !e.Quiet {
				pods = append(pods, pod)
			}
		}
	}
	l.cluster.Redactor().Pods(pods...)
	for _, e := range entries {
		if !e.Quiet {
			l.mask(e.Objects...)
		}
		w := &wanting{Entry: e, wants: e.Look(false), uids: map[types.UID]bool{}}
		if !w.wants.Empty() || len(w.wants.References)+len(w.wants.Nodes) > 0 {
			open = append(open, w)
			continue
		}
		e.Look(true)
	}
	reads := &evidenceReads{Lister: l, asked: map[any]bool{}, interesting: map[types.UID]bool{}}
	for _, w := range open {
		for _, o := range w.Objects {
			reads.interesting[o.GetUID()] = true
		}
	}
	for round := range 2 {
		if !reads.fetch(ctx, open, round > 0) {
			break
		}
		for _, w := range open {
			l.take(w)
			w.wants = w.Look(false)
		}
	}
	for _, w := range open {
		l.take(w)
		w.Look(true)
	}
	l.leaveOutTexts(entries)
}

// leaveOutTexts leaves out what the programs of workloads say whose Secrets were not read, though they may be read.
func (l *Lister) leaveOutTexts(entries []*app.Entry) {
	unread := map[types.NamespacedName]error{}
	names, why := l.cluster.Unrecognized()
	for i, s := range names {
		if !cluster.Is(why[i], cluster.Forbidden) {
			unread[types.NamespacedName{Namespace: s.Namespace, Name: s.Name}] = why[i]
		}
	}
	if len(unread) == 0 {
		return
	}
	for _, e := range entries {
		for _, o := range e.Objects {
			pod, ok := o.(*corev1.Pod)
			if !ok || e.Quiet || e.Unmasked {
				continue
			}
			e.Unmasked = slices.ContainsFunc(l.cluster.Redactor().Secrets(pod), func(s types.NamespacedName) bool { return unread[s] != nil })
		}
	}
}

// mask hides values in what controllers say of objects. The pods are masked all at once.
func (l *Lister) mask(objects ...metav1.Object) {
	redactor := l.cluster.Redactor()
	for _, o := range objects {
		switch o := o.(type) {
		case *corev1.Pod:
		case workload.API:
			if h := workload.HistoryOf(o); h != nil {
				redactor.Revision(h, o)
			} else if w, ok := workload.ObjectOf(o); ok {
				redactor.Workload(w)
			}
		}
	}
}

// take hands an entry what was read for it.
func (l *Lister) take(w *wanting) {
	for uid := range w.wants.Events {
		w.uids[uid] = true
	}
	seen := l.in(w.Ref.Namespace).seen
	claims := slices.Concat(slices.Collect(maps.Values(w.wants.Claims))...)
	seen.Claims = slices.DeleteFunc(slices.Clone(seen.Claims), func(c *corev1.PersistentVolumeClaim) bool { return !slices.Contains(claims, c.Name) })
	seen.Events = slices.DeleteFunc(slices.Clone(seen.Events), func(e *corev1.Event) bool {
		return !w.uids[e.InvolvedObject.UID] && !slices.ContainsFunc(seen.Claims, func(c *corev1.PersistentVolumeClaim) bool { return c.UID == e.InvolvedObject.UID })
	})
	w.Take(seen)
}

// evidenceReads reads what looks want, each thing once.
type evidenceReads struct {
	*Lister
	asked    map[any]bool
	logs     int
	gets     int
	all      bool // events were listed
	work     []func(context.Context) error
	logWork  []func(context.Context) error
	logged   []types.NamespacedName // the pods of logWork
	byObject []eventsRead
	// starting are those of byObject about pods and claims that normal events explain.
	starting []func(context.Context) error
	// interesting are the objects of entries that want something.
	interesting map[types.UID]bool
}

// key names something in a namespace.
type key struct {
	namespace string
	what      any
}

func (r *evidenceReads) once(k key) bool {
	if r.asked[k] {
		return false
	}
	r.asked[k] = true
	return true
}

// fetch reads what the entries want and have not got, side by side. It is false if there was nothing to read.
func (r *evidenceReads) fetch(ctx context.Context, open []*wanting, again bool) bool {
	r.work, r.logWork, r.logged, r.byObject, r.starting = nil, nil, nil, nil, nil
	wanted := 0
	for _, w := range open {
		wanted += len(w.wants.References)
		r.want(w, again)
	}
	switch {
	case r.all: // they are there
	case len(r.byObject) > mostByObject:
		r.all = true
		r.work = append(r.work, r.listEvents)
		r.work = append(r.work, r.starting[:min(len(r.starting), mostStarting)]...)
		if len(r.starting) > mostStarting {
			r.bounds.reached("the events of only %d starting pods were read: kubectl app why TYPE/NAME reads those of one workload", mostStarting)
		}
	default:
		for _, o := range r.byObject {
			r.work = append(r.work, o.read)
		}
	}
	r.cluster.Redactor().Recognize(r.logged...) // in one order: which are read must not differ from look to look
	logs := func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, logsTime)
		defer cancel()
		_ = together(ctx, r.logWork...) // a node that does not answer must not end the other reads
		return nil
	}
	n := len(r.work) + len(r.logWork)
	// Each read has noted what it could not read: the others go on.
	_ = together(ctx, append(r.work, logs)...)
	return n > 0 || wanted > 0 && !again
}

// want collects the reads for one entry.
func (r *evidenceReads) want(w *wanting, again bool) {
	namespace := w.Ref.Namespace
	i := r.in(namespace)
	for uid := range w.wants.Events {
		if r.once(key{namespace, uid}) {
			read := func(ctx context.Context) error { return i.events(ctx, namespace, "involvedObject.uid="+string(uid)) }
			if r.byObject = append(r.byObject, eventsRead{uid, read}); w.starts(uid) {
				r.starting = append(r.starting, read)
			}
		}
	}
	for _, k := range w.wants.Logs {
		if !r.once(key{namespace, k}) {
			continue
		}
		if r.logs++; r.logs > mostLogs {
			r.bounds.reached("the logs of only %d containers were read: kubectl app why TYPE/NAME reads those of one workload", mostLogs)
			continue
		}
		r.logged = append(r.logged, types.NamespacedName{Namespace: namespace, Name: k.Pod})
		r.logWork = append(r.logWork, func(ctx context.Context) error { return i.log(ctx, namespace, k) })
	}
	for _, names := range w.wants.Claims {
		for _, name := range names {
			if r.once(key{namespace, "claim " + name}) {
				r.get(func(ctx context.Context) error { return i.claim(ctx, namespace, name) })
				read := func(ctx context.Context) error {
					return i.events(ctx, namespace, "involvedObject.kind=PersistentVolumeClaim,involvedObject.name="+name)
				}
				r.byObject, r.starting = append(r.byObject, eventsRead{"", read}), append(r.starting, read)
			}
		}
	}
	for name := range w.wants.Nodes {
		if r.once(key{namespace, "node " + name}) {
			r.get(func(ctx context.Context) error { return i.nodeOf(ctx, name) })
		}
	}
	if again && len(w.wants.References) > 0 && !r.eventsOf(w) { // they would say more
		if r.once(key{namespace, "quotas"}) {
			r.get(func(ctx context.Context) error { return i.quotas(ctx, namespace) })
		}
		for _, reference := range needed(w.Templates()) {
			if r.once(key{namespace, reference}) {
				r.get(func(ctx context.Context) error { return i.reference(ctx, namespace, reference) })
			}
		}
	}
}

func (r *evidenceReads) get(read func(context.Context) error) {
	if r.gets++; r.gets > mostGets {
		r.bounds.reached("only %d of the objects that causes point to were read", mostGets)
		return
	}
	r.work = append(r.work, read)
}

// related reads the objects that the decisive problems point to.
func (l *Lister) related(ctx context.Context, entries []*app.Entry) map[workload.Ref]chain.Related {
	found := map[workload.Ref]chain.Related{}
	var mu sync.Mutex
	var work []func(context.Context) error
	asked := map[workload.Ref]bool{}
	for _, e := range entries {
		for _, ref := range e.References() {
			switch {
			case asked[ref]:
				continue
			case len(work) == mostGets:
				l.bounds.reached("only %d of the objects that causes point to were read", mostGets)
				continue
			}
			asked[ref] = true
			i := l.in(e.Ref.Namespace)
			work = append(work, func(ctx context.Context) error {
				object := i.related(ctx, ref)
				mu.Lock()
				defer mu.Unlock()
				found[ref] = object
				return nil
			})
		}
	}
	_ = together(ctx, work...)
	return found
}
