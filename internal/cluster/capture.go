package cluster

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"

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
	// pods are counted by revision; nil where they may not be read.
	pods diagnosis.PodCounts
}

// Capture reads the revisions and pods of each workload and records what is true of it before the change.
// Being forbidden to read them is no error of Capture; Preflight judges it.
func (c *Cluster) Capture(ctx context.Context, objects []Object) ([]Captured, error) {
	return Each(ctx, objects, c.capture)
}

func (c *Cluster) capture(ctx context.Context, o Object) (Captured, error) {
	captured := Captured{Object: o}
	w := o.Workload()
	var counts diagnosis.PodCounts
	reads := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			captured.Revisions, err = c.revisions(ctx, w)
			if Is(err, Forbidden) {
				captured.RevisionsErr, err = err, nil
			}
			return err
		},
		func(ctx context.Context) (err error) {
			counts, err = c.podCounts(ctx, w)
			if Is(err, Forbidden) { // the counts of the status are left
				err = nil
			}
			return err
		},
	}
	_, err := Each(ctx, reads, func(ctx context.Context, read func(context.Context) error) (struct{}, error) {
		return struct{}{}, read(ctx)
	})
	captured.Before, captured.pods = rollout.Capture(w, captured.Revisions, counts), counts
	return captured, err
}

// podPage keeps the memory of a capture small, however many pods there are.
const podPage = 500

// podCounts counts a workload's pods: one request for each page of them.
func (c *Cluster) podCounts(ctx context.Context, w *workload.Workload) (diagnosis.PodCounts, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	pages := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return Read(ctx, func(ctx context.Context) (*corev1.PodList, error) {
			return client.CoreV1().Pods(w.Namespace).List(ctx, o)
		})
	})
	pages.PageSize, pages.PageBufferSize = podPage, 0
	counts, now := diagnosis.PodCounts{}, time.Now()
	err = pages.EachListItem(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(w.Selector)}, func(o runtime.Object) error {
		if pod, ok := o.(*corev1.Pod); ok {
			counts.Add(pod, now)
		}
		return nil
	})
	if err != nil {
		return nil, APIError(Call{"list", "pods", w.Namespace, "the pods of " + w.String()}, err)
	}
	return counts, nil
}

// revisions lists the objects that hold a workload's revisions: one request.
func (c *Cluster) revisions(ctx context.Context, w *workload.Workload) ([]workload.Revision, error) {
	history := workload.KindNamed(w.Kind).History
	list, err := c.listObjects(ctx, &history.Resource, w.Namespace, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(w.Selector)})
	if err != nil {
		return nil, APIError(Call{"list", history.Plural, w.Namespace, "the " + history.Plural + " of " + w.String()}, err)
	}
	for _, o := range list {
		c.redactor.Revision(history, o)
	}
	return workload.ReadRevisions(w, list), nil
}

// Revisions lists the revisions of each workload, in the objects' order, each workload's oldest first.
func (c *Cluster) Revisions(ctx context.Context, objects []Object) ([][]workload.Revision, error) {
	return Each(ctx, objects, func(ctx context.Context, o Object) ([]workload.Revision, error) {
		return c.revisions(ctx, o.Workload())
	})
}
