package inspect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Lister reads the workloads of a namespace, or of all.
type Lister struct {
	cluster   *cluster.Cluster
	now       func() time.Time
	namespace string // "": all
	selector  labels.Selector

	mu      sync.Mutex
	objects *app.Objects
	// refused are the errors of resources that may not be listed.
	refused map[string]error
	// evidence is what was read for wants, by namespace.
	evidence map[string]*Inspector
	bounds   bounds
}

// NewLister makes a Lister. namespace is "" for all; now is the local clock.
func NewLister(c *cluster.Cluster, namespace string, selector labels.Selector, now func() time.Time) *Lister {
	return &Lister{
		cluster: c, now: now, namespace: namespace, selector: selector,
		objects: app.NewObjects(), refused: map[string]error{}, evidence: map[string]*Inspector{},
	}
}

// listed are the resources of a list, each of which is listed once.
func listed() []*workload.Resource {
	var all []*workload.Resource
	add := func(r *workload.Resource) {
		if !slices.ContainsFunc(all, func(known *workload.Resource) bool { return known.Plural == r.Plural }) {
			all = append(all, r)
		}
	}
	for _, k := range workload.Kinds() {
		switch _, isPod := k.Make().(*corev1.Pod); {
		case k.Releasable():
			add(&k.Resource)
			add(&k.History.Resource)
		case isPod, k.Group == batchv1.GroupName:
			add(&k.Resource)
		}
	}
	return all
}

// List reads all workloads, and what explains those that are not well. The requests are bounded by kinds and pages, and by
// the numbers in bounds.
func (l *Lister) List(ctx context.Context) (app.List, error) {
	l.cluster.CountValues(mostValues)
	if err := l.readObjects(ctx); err != nil {
		return app.List{}, err
	}
	entries := l.entries(l.objects)
	l.gather(ctx, entries)
	entries, err := l.again(ctx, entries)
	if err != nil {
		return app.List{}, err
	}
	related := l.related(ctx, entries)
	list := app.NewList(l.namespace, entries, related, l.time())
	l.limits(&list, entries)
	return list, nil
}

// entries are those that the selector matches.
func (l *Lister) entries(objects *app.Objects) []*app.Entry {
	return slices.DeleteFunc(objects.Entries(l.forbidden, l.mask, l.time()), func(e *app.Entry) bool {
		return !l.selector.Matches(labels.Set(e.Labels()))
	})
}

// time is that of the API server, as far as it is known.
func (l *Lister) time() time.Time { return l.now().Add(l.cluster.Skew()) }

// readObjects lists all resources, side by side. One that may not be listed is no error, as long as another one may.
func (l *Lister) readObjects(ctx context.Context) error {
	resources := listed()
	_, err := cluster.Each(ctx, resources, func(ctx context.Context, r *workload.Resource) (struct{}, error) {
		err := l.read(ctx, r, l.namespace, metav1.ListOptions{Limit: page}, l.put)
		if !cluster.Is(err, cluster.Forbidden) {
			return struct{}{}, err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.refused[r.Plural] = err
		return struct{}{}, nil
	})
	if err != nil || len(l.refused) < len(resources) {
		return err
	}
	return l.noneListed(l.refused[resources[0].Plural])
}

// page keeps the memory of a list small: as objects, pods take 10 KB each until they are trimmed.
const page = 400

// read lists a resource. Each object is trimmed, and masked as far as no template of it is known.
func (l *Lister) read(ctx context.Context, r *workload.Resource, namespace string, options metav1.ListOptions, use func(workload.API)) error {
	trim := watch.NewTrimmer()
	err := l.cluster.EachObject(ctx, r, namespace, options, func(o workload.API) {
		l.arrived(o, trim)
		use(o)
	})
	return cluster.APIError(cluster.Call{Verb: "list", Resource: r.Plural, Namespace: namespace, Object: r.Plural}, err)
}

// arrived trims and masks an object.
func (l *Lister) arrived(o workload.API, trim watch.Trimmer) {
	pod, ok := o.(*corev1.Pod)
	if ok {
		l.cluster.Redactor().Arrived(pod)
	}
	if ok && ownTemplate(pod) {
		o.SetManagedFields(nil)
	} else {
		trim.Trim(o)
	}
}

// ownTemplate tells of a pod that no other object holds the template of.
func ownTemplate(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOfNoCopy(pod)
	return owner == nil || workload.KindNamed(owner.Kind) == nil
}

func (l *Lister) put(o workload.API) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.objects.Put(o)
}

// noneListed is the error where nothing may be listed.
func (l *Lister) noneListed(err error) error {
	if l.namespace != "" {
		return err
	}
	return &cluster.Error{
		Reason: cluster.Forbidden, Err: err,
		Message: "no permission to list workloads in all namespaces; you may have it in one namespace: give -n NAMESPACE",
		Next:    []string{"kubectl app status -n NAMESPACE", "kubectl auth can-i list deployments --all-namespaces"},
	}
}

// in is the evidence of a namespace.
func (l *Lister) in(namespace string) *Inspector {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.evidence[namespace]
	if i == nil {
		i = New(l.cluster, l.now)
		i.reset()
		for _, r := range listed() {
			if l.refused[r.Plural] != nil && !isWorkload(r) {
				i.seen.Forbidden = append(i.seen.Forbidden, r.Plural)
			}
		}
		l.evidence[namespace] = i
	}
	return i
}

// namespaces are those with evidence.
func (l *Lister) namespaces() []*Inspector {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.evidence))
}

func (l *Lister) forbidden(namespace string) []string { return l.in(namespace).seen.Forbidden }

// isWorkload tells a kind with lines of its own from one that explains others.
func isWorkload(r *workload.Resource) bool {
	k := workload.KindNamed(r.Kind)
	return k != nil && (k.Releasable() || k.Group == batchv1.GroupName)
}

// limits says what the list is not based on.
func (l *Lister) limits(list *app.List, entries []*app.Entry) {
	for _, r := range listed() {
		if l.refused[r.Plural] == nil || !isWorkload(r) {
			continue
		}
		if list.State.Rank() > app.Unknown.Rank() {
			list.State = app.Unknown
		}
		list.NotSeen = append(list.NotSeen, chain.NotSeen{Resource: r.Plural, Hides: "they are not listed", Next: []string{"kubectl auth can-i list " + r.Plural}})
	}
	unmasked := len(slices.DeleteFunc(slices.Clone(entries), func(e *app.Entry) bool { return !e.Unmasked }))
	secrets, why := l.cluster.Unrecognized()
	refused := slices.IndexFunc(why, func(err error) bool { return cluster.Is(err, cluster.Forbidden) })
	if refused >= 0 {
		list.NotSeen = append(list.NotSeen, chain.NotSeen{Resource: "secrets", Hides: "their values can't be recognized in logs and messages", Next: []string{"kubectl auth can-i get secrets"}})
	}
	for i := range list.NotSeen {
		next := list.NotSeen[i].Next
		for k, c := range next {
			c, _, _ = strings.Cut(c, " -n ")
			next[k] = c + l.scope()
		}
	}
	list.Notes = append(list.Notes, l.bounds.notes...)
	if unmasked > 0 {
		other := slices.IndexFunc(why, func(err error) bool { return !cluster.Is(err, cluster.Forbidden) })
		list.Notes = append(list.Notes, fmt.Sprintf("what the programs of %s say is left out: %s was not read (%s), and its values could not be masked; kubectl app why TYPE/NAME looks at one of them",
			workload.Plural(unmasked, "workload", "workloads"), secrets[other].String()+cluster.InNamespace(secrets[other].Namespace), firstLine(why[other].Error())))
	}
	if skew := l.cluster.Skew(); skew != 0 {
		list.Notes = append(list.Notes, skewed(skew))
	}
}

// scope is -n or --all-namespaces of a command to type.
func (l *Lister) scope() string {
	if l.namespace == "" {
		return " --all-namespaces"
	}
	return " -n " + l.namespace
}

// skewed says that the times of a report are the API server's.
func skewed(skew time.Duration) string {
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("the clock of the API server is %s %s that of this machine: times here are the API server's", skew.Abs().Round(time.Second), direction)
}
