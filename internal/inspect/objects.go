package inspect

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// readers read the objects of kinds without rollouts.
var readers = map[string]func(*Inspector, context.Context, workload.Ref) (reading, error){
	"Pod": (*Inspector).pod, "Job": (*Inspector).job, "CronJob": (*Inspector).cronJob, "Node": (*Inspector).node,
}

// workload reads a workload with its revisions and its pods.
func (i *Inspector) workload(ctx context.Context, ref workload.Ref) (reading, error) {
	objects, err := resolve.Workloads(ctx, i.cluster, resolve.Selection{Args: []string{ref.String()}, Verb: "why"})
	if err != nil {
		return reading{}, err
	}
	return i.readWorkload(ctx, objects[0])
}

// readWorkload reads the revisions and the pods of a workload.
func (i *Inspector) readWorkload(ctx context.Context, o cluster.Object) (reading, error) {
	w := o.Workload()
	var revisions []workload.Revision
	var pods []*corev1.Pod
	var scaledBy string
	err := together(ctx,
		func(ctx context.Context) error {
			all, err := i.cluster.Revisions(ctx, []cluster.Object{o})
			if err == nil {
				revisions = all[0]
			}
			return i.orForbidden(err, o.Kind.History.Plural)
		},
		func(ctx context.Context) (err error) {
			pods, err = i.pods(ctx, w.Namespace, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(w.Selector)})
			return i.orForbidden(err, "pods")
		},
		func(ctx context.Context) (err error) {
			if !i.page { // the page has the autoscalers of the namespace
				scaledBy, err = i.scaledBy(ctx, w)
			}
			return err
		})
	if err != nil {
		return reading{}, err
	}
	i.requests = 3
	if scaledBy != "" {
		i.requests++
	}
	set := diagnosis.NewPodSet(math.MaxInt) // an earlier report may name any of them
	for _, pod := range pods {
		set.Put(pod)
	}
	seen := diagnosis.Observe(w, revisions, set)
	if slices.Contains(i.seen.Forbidden, o.Kind.History.Plural) {
		seen = diagnosis.ObserveUnversioned(w, pods)
	}
	seen.Forbidden = i.seen.Forbidden
	subject := chain.Workload(seen, i.time())
	subject.Deleted(o)
	return reading{subject: subject, workload: observed{o, seen}, also: scaledBy, moved: func(ctx context.Context) (string, error) {
		now, err := resolve.Workloads(ctx, i.cluster, resolve.Selection{Args: []string{w.Ref.String()}, Verb: "why"})
		if err != nil {
			return "", err
		}
		return changed(o, now[0]), nil
	}}, nil
}

// revision reads the workload that a revision belongs to.
func (i *Inspector) revision(ctx context.Context, ref workload.Ref) (reading, error) {
	client, err := i.cluster.Metadata()
	if err != nil {
		return reading{}, err
	}
	kind := workload.HistoryNamed(ref.Kind)
	found, err := cluster.Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
		return client.Resource(kind.GroupVersion().WithResource(kind.Plural)).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return reading{}, i.notFound(ctx, kind.Plural, ref, err)
	}
	owner := metav1.GetControllerOfNoCopy(found)
	if owner != nil && workload.KindNamed(owner.Kind) != nil && workload.KindNamed(owner.Kind).Releasable() {
		return i.workload(ctx, workload.Ref{Kind: owner.Kind, Namespace: ref.Namespace, Name: owner.Name})
	}
	return reading{}, unsupported(ref)
}

// changed says how an object has changed since it was read, or returns "". The status of a failing one always changes.
func changed(before, now metav1.Object) string {
	switch {
	case before.GetUID() != now.GetUID():
		return "was deleted and created again"
	case before.GetGeneration() != now.GetGeneration():
		return fmt.Sprintf("was changed: generation %d -> %d", before.GetGeneration(), now.GetGeneration())
	case (before.GetDeletionTimestamp() == nil) != (now.GetDeletionTimestamp() == nil):
		return "is being deleted"
	}
	return ""
}

// orForbidden notes what may not be read, which is no error.
func (i *Inspector) orForbidden(err error, what string) error {
	if !cluster.Is(err, cluster.Forbidden) {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !slices.Contains(i.seen.Forbidden, what) {
		i.seen.Forbidden = append(i.seen.Forbidden, what)
	}
	return nil
}

// pods lists pods by name, and masks what is said of them.
func (i *Inspector) pods(ctx context.Context, namespace string, options metav1.ListOptions) ([]*corev1.Pod, error) {
	all, err := i.listPods(ctx, namespace, options)
	i.cluster.Redactor().Pods(all...)
	return all, err
}

func (i *Inspector) listPods(ctx context.Context, namespace string, options metav1.ListOptions) ([]*corev1.Pod, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	var all []*corev1.Pod
	err = cluster.Pages(ctx, options,
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return client.CoreV1().Pods(namespace).List(ctx, o)
		},
		func(page runtime.Object) error {
			list, ok := page.(*corev1.PodList)
			if !ok {
				return nil
			}
			for k := range list.Items {
				all = append(all, &list.Items[k])
			}
			return nil
		})
	slices.SortFunc(all, func(a, b *corev1.Pod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return all, cluster.APIError(cluster.Call{Verb: "list", Resource: "pods", Namespace: namespace, Object: "pods"}, err)
}

// pod reads a pod and the controllers above it.
func (i *Inspector) pod(ctx context.Context, ref workload.Ref) (reading, error) {
	pod, err := i.getPod(ctx, ref)
	if err != nil {
		return reading{}, err
	}
	owners := i.owners(ctx, pod)
	i.requests += 1 + len(owners)
	return reading{subject: chain.Pod(pod, owners, i.time()), moved: func(ctx context.Context) (string, error) {
		now, err := i.getPod(ctx, ref)
		if err != nil {
			return "", err
		}
		return changed(pod, now), nil
	}}, nil
}

func (i *Inspector) getPod(ctx context.Context, ref workload.Ref) (*corev1.Pod, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	pod, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.Pod, error) {
		return client.CoreV1().Pods(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return nil, i.notFound(ctx, "pods", ref, err)
	}
	i.cluster.Redactor().Pod(pod)
	return pod, nil
}

// owners reads the controllers above a pod, the nearest first: their metadata only.
func (i *Inspector) owners(ctx context.Context, pod *corev1.Pod) []chain.Owner {
	client, err := i.cluster.Metadata()
	if err != nil {
		return nil
	}
	var owners []chain.Owner
	var of metav1.Object = pod
	for range 3 {
		above := metav1.GetControllerOfNoCopy(of)
		if above == nil {
			break
		}
		owner := chain.Owner{Ref: workload.Ref{Kind: above.Kind, Namespace: pod.Namespace, Name: above.Name}}
		resource, known := resolve.ResourceOf(above.APIVersion, above.Kind)
		if !known {
			owner.Unread = true
			return append(owners, owner)
		}
		found, err := cluster.Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
			return client.Resource(resource).Namespace(pod.Namespace).Get(ctx, above.Name, metav1.GetOptions{})
		})
		owner.Absent, owner.Unread = absent(err, found, above.UID)
		if owners = append(owners, owner); owner.Absent || owner.Unread {
			break
		}
		of = found
	}
	return owners
}

func absent(err error, found *metav1.PartialObjectMetadata, uid types.UID) (absent, unread bool) {
	err = cluster.APIError(cluster.Call{Verb: "get"}, err)
	switch {
	case cluster.Is(err, cluster.NotFound):
		return true, false
	case err != nil:
		return false, true
	}
	return found.UID != uid, false
}
