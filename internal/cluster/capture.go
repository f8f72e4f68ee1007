package cluster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Captured is a workload as it was before its change.
type Captured struct {
	Object
	Revisions []workload.Revision
	// RevisionsErr says why the revisions could not be read: an *Error with the reason Forbidden.
	RevisionsErr error
	Before       *rollout.Baseline
	// New: the workload is to be created. Object is what it will be, without its template.
	New bool
	// Begun: an earlier run of this command has created the workload, and its first rollout has no verdict.
	Begun bool
	// pods are counted by revision; nil where they may not be read.
	pods diagnosis.PodCounts
}

// Capture reads the revisions and pods of each workload and records what is true of it before the change. Many
// workloads of a kind and namespace share these reads. Being forbidden to read is no error of Capture; Preflight judges it.
func (c *Cluster) Capture(ctx context.Context, objects []Object) ([]Captured, error) {
	groups, err := Each(ctx, readTogether(objects), c.captureAll)
	if err != nil {
		return nil, err
	}
	return inOrder(objects, groups), nil
}

// readTogether groups objects whose revisions and pods are listed by one request.
func readTogether(objects []Object) [][]Object {
	type place struct{ kind, namespace string }
	in := map[place][]Object{}
	var order []place
	for _, o := range objects {
		p := place{o.Kind.Kind, o.GetNamespace()}
		if in[p] == nil {
			order = append(order, p)
		}
		in[p] = append(in[p], o)
	}
	var groups [][]Object
	for _, p := range order {
		size := 1
		if len(in[p]) > workload.MaxByName {
			size = len(in[p])
		}
		groups = slices.AppendSeq(groups, slices.Chunk(in[p], size))
	}
	return groups
}

// inOrder brings the results of groups into the order of the objects.
func inOrder(objects []Object, groups [][]Captured) []Captured {
	all := slices.Concat(groups...)
	at := make(map[workload.Ref]int, len(objects))
	for i, o := range objects {
		at[o.Ref()] = i
	}
	slices.SortFunc(all, func(a, b Captured) int { return cmp.Compare(at[a.Ref()], at[b.Ref()]) })
	return all
}

// capture captures one workload.
func (c *Cluster) capture(ctx context.Context, o Object) (Captured, error) {
	all, err := c.captureAll(ctx, []Object{o})
	if err != nil {
		return Captured{}, err
	}
	return all[0], nil
}

// captureAll captures workloads of one kind and namespace.
func (c *Cluster) captureAll(ctx context.Context, objects []Object) ([]Captured, error) {
	if !objects[0].Kind.Releasable() {
		return captureAlone(objects), nil
	}
	var revisions [][]workload.Revision
	var revisionsErr error
	var counts diagnosis.PodCounts
	reads := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			revisions, err = c.revisions(ctx, objects)
			if Is(err, Forbidden) {
				revisions, revisionsErr, err = make([][]workload.Revision, len(objects)), err, nil
			}
			return err
		},
		func(ctx context.Context) (err error) {
			counts, err = c.podCounts(ctx, objects)
			if Is(err, Forbidden) { // the counts of the status are left
				err = nil
			}
			return err
		},
	}
	_, err := Each(ctx, reads, func(ctx context.Context, read func(context.Context) error) (struct{}, error) {
		return struct{}{}, read(ctx)
	})
	if err != nil {
		return nil, err
	}
	captured := make([]Captured, 0, len(objects))
	for i, o := range objects {
		captured = append(captured, Captured{
			Object: o, Revisions: revisions[i], RevisionsErr: revisionsErr,
			Before: rollout.Capture(o.Workload(), revisions[i], counts), pods: counts,
		})
	}
	return captured, nil
}

// captureAlone captures workloads to which nothing belongs that has to be read.
func captureAlone(objects []Object) []Captured {
	captured := make([]Captured, 0, len(objects))
	for _, o := range objects {
		w := o.Workload()
		revisions := workload.ReadRevisions(w, nil)
		captured = append(captured, Captured{Object: o, Revisions: revisions, Before: rollout.Capture(w, revisions, nil)})
	}
	return captured
}

// podPage keeps the memory of a capture small, however many pods there are: those of a cluster take 10 KB each.
const podPage = 250

// podCounts counts the pods of workloads of one kind and namespace: one request for each page of them.
func (c *Cluster) podCounts(ctx context.Context, objects []Object) (diagnosis.PodCounts, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	namespace, subject := objects[0].GetNamespace(), subjectOf(objects)
	counts, now := diagnosis.PodCounts{}, time.Now().Add(c.Skew())
	options := jointly(objects)
	options.Limit = podPage
	err = Pages(ctx, options, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.CoreV1().Pods(namespace).List(ctx, o)
	}, func(page runtime.Object) error {
		return meta.EachListItem(page, func(o runtime.Object) error {
			if pod, ok := o.(*corev1.Pod); ok {
				counts.Add(pod, now)
			}
			return nil
		})
	})
	if err != nil {
		return nil, APIError(Call{"list", "pods", namespace, "the pods of " + subject}, err)
	}
	return counts, nil
}

// revisions lists the objects that hold the revisions of workloads of one kind and namespace, each workload's oldest first.
func (c *Cluster) revisions(ctx context.Context, objects []Object) ([][]workload.Revision, error) {
	history, namespace := objects[0].Kind.History, objects[0].GetNamespace()
	list, err := c.listObjects(ctx, &history.Resource, namespace, jointly(objects))
	if err != nil {
		return nil, APIError(Call{"list", history.Plural, namespace, "the " + history.Plural + " of " + subjectOf(objects)}, err)
	}
	of := map[types.UID][]workload.API{}
	for _, o := range list {
		if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
			of[owner.UID] = append(of[owner.UID], o)
		}
	}
	all := make([][]workload.Revision, 0, len(objects))
	for _, o := range objects {
		for _, revision := range of[o.GetUID()] {
			c.redactor.Revision(history, revision)
		}
		all = append(all, workload.ReadRevisions(o.Workload(), of[o.GetUID()]))
	}
	return all, nil
}

// jointly selects what belongs to any of the workloads.
func jointly(objects []Object) metav1.ListOptions {
	selectors := make([]*metav1.LabelSelector, 0, len(objects))
	for _, o := range objects {
		selectors = append(selectors, o.Selector())
	}
	return metav1.ListOptions{LabelSelector: workload.JointSelector(selectors)}
}

func subjectOf(objects []Object) string {
	if len(objects) == 1 {
		return objects[0].Ref().String()
	}
	return fmt.Sprintf("%d %s", len(objects), objects[0].Kind.Plural)
}

// Revisions lists the revisions of each workload, in the objects' order, each workload's oldest first.
func (c *Cluster) Revisions(ctx context.Context, objects []Object) ([][]workload.Revision, error) {
	return Each(ctx, objects, func(ctx context.Context, o Object) ([]workload.Revision, error) {
		all, err := c.revisions(ctx, []Object{o})
		if err != nil {
			return nil, err
		}
		return all[0], nil
	})
}

// RevisionObjects are what kubectl shows of revisions: the ReplicaSet, or the workload with the revision's template.
func (c *Cluster) RevisionObjects(ctx context.Context, o Object, revisions []workload.Revision) ([]runtime.Object, error) {
	var kept []workload.API
	if history := o.Kind.History; len(revisions) > 0 && !revisions[0].ByPods {
		var err error
		if kept, err = c.listObjects(ctx, &history.Resource, o.GetNamespace(), jointly([]Object{o})); err != nil {
			return nil, APIError(Call{"list", history.Plural, o.GetNamespace(), "the " + history.Plural + " of " + subjectOf([]Object{o})}, err)
		}
	}
	var all []runtime.Object
	for _, r := range revisions {
		if r.ByPods {
			of := o.Copy()
			of.SetTemplate(&r.Template)
			all = append(all, of.API)
			continue
		}
		for _, k := range kept {
			if k.GetUID() == r.UID {
				all = append(all, k)
			}
		}
	}
	return all, nil
}
