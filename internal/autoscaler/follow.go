package autoscaler

import (
	"context"
	"errors"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// syncPeriod is how often the controller computes: --horizontal-pod-autoscaler-sync-period of kube-controller-manager has
// this default.
const syncPeriod = 15 * time.Second

// End is how the wait for an autoscaler ended.
type End struct {
	Outcome rollout.Outcome
	// Uncomputed says why there is no number; nil if there is one.
	Uncomputed *autoscale.Uncomputed
	// Message is what was computed, or what ended the wait.
	Message string
}

// Follow waits until the controller has computed a number for an autoscaler as it was written. A cause that does not go away by
// itself ends the wait; one that may does so after timeout. changed: it was written just now, and its status may be about what was
// there before. news gets each cause that it waits for.
func Follow(ctx context.Context, c *cluster.Cluster, written *autoscalingv2.HorizontalPodAutoscaler, changed bool, timeout time.Duration, news func(string)) (End, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	f := &follower{cluster: c, written: written, news: news}
	// A status without a generation leaves open what it is about, until the next computation.
	if changed {
		f.settled = time.After(2 * syncPeriod)
	}
	end, err := f.run(ctx)
	if end == nil && err == nil {
		return f.ended(ctx), nil
	}
	if err != nil {
		return End{}, err
	}
	return *end, nil
}

var errTimeout = errors.New("the time ran out")

type follower struct {
	cluster *cluster.Cluster
	written *autoscalingv2.HorizontalPodAutoscaler
	news    func(string)
	// settled comes when a status that nobody has changed is about the present spec, too; nil after that.
	settled <-chan time.Time
	latest  *autoscalingv2.HorizontalPodAutoscaler
	said    string
}

// run reads the autoscaler and its changes; nil and no error at the end of ctx.
func (f *follower) run(ctx context.Context) (*End, error) {
	now := f.written
	for {
		if end := f.look(now); end != nil {
			return end, nil
		}
		end, err := f.watch(ctx, now.ResourceVersion)
		if end != nil || err != nil || ctx.Err() != nil {
			return end, err
		}
		// The watch has ended, as watches do.
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(time.Second):
		}
		now, err = f.cluster.Autoscaler(ctx, f.written.Namespace, f.written.Name)
		switch {
		case ctx.Err() != nil:
			return nil, nil //nolint:nilerr // who asks looks at the context
		case cluster.Is(err, cluster.NotFound):
			return f.deleted(), nil
		case err != nil:
			return nil, err
		}
	}
}

// watch follows the changes since a version; nil and no error if the watch ends.
func (f *follower) watch(ctx context.Context, since string) (*End, error) {
	client, err := f.cluster.Typed()
	if err != nil {
		return nil, err
	}
	w, err := client.AutoscalingV2().HorizontalPodAutoscalers(f.written.Namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector("metadata.name", f.written.Name).String(), ResourceVersion: since,
	})
	if err != nil {
		err = cluster.APIError(cluster.Call{Verb: "watch", Resource: "horizontalpodautoscalers", Namespace: f.written.Namespace, Object: "horizontalpodautoscaler/" + f.written.Name}, err)
		if cluster.Is(err, cluster.Forbidden) {
			return nil, err
		}
		return nil, nil //nolint:nilerr // the next read says more
	}
	defer w.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-f.settled:
			f.settled = nil
			if end := f.look(f.latest); end != nil {
				return end, nil
			}
		case event, open := <-w.ResultChan():
			now, ok := event.Object.(*autoscalingv2.HorizontalPodAutoscaler)
			switch {
			case !open || !ok:
				return nil, nil
			case event.Type == watch.Deleted:
				return f.deleted(), nil
			}
			if end := f.look(now); end != nil {
				return end, nil
			}
		}
	}
}

// look tells whether an autoscaler decides the wait; nil if not.
func (f *follower) look(now *autoscalingv2.HorizontalPodAutoscaler) *End {
	f.latest = now
	switch {
	case now.UID != f.written.UID:
		return f.deleted()
	case now.Spec.ScaleTargetRef != f.written.Spec.ScaleTargetRef || len(autoscale.Compare(f.written, now)) > 0:
		return &End{Outcome: rollout.Superseded, Message: "someone else has changed its settings"}
	case !f.observed(now):
		return nil
	}
	why := autoscale.WhyUncomputed(now)
	switch {
	case why == nil:
		return &End{Outcome: rollout.Succeeded, Message: autoscale.StatusText(now)}
	case !why.Cause.Heals():
		return &End{Outcome: rollout.Failed, Uncomputed: why, Message: why.Message}
	case why.Message != f.said && why.Cause != autoscale.NotComputedYet:
		f.said = why.Message
		f.news("waiting: " + f.cluster.Redactor().Text(why.Message))
	}
	return nil
}

// observed tells whether a status is about the autoscaler as it was written.
func (f *follower) observed(now *autoscalingv2.HorizontalPodAutoscaler) bool {
	since := autoscale.UnableSince(now)
	switch {
	case autoscale.CountsGenerations(now) && autoscale.Observed(now):
		return true
	case since != nil && !since.Before(f.writtenAt()):
		return true
	case since == nil && autoscale.CountsGenerations(now):
		return false
	case !autoscale.CountsGenerations(now) && now.ResourceVersion != f.written.ResourceVersion:
		return autoscale.Observed(now)
	}
	return f.settled == nil && (since != nil || autoscale.Observed(now))
}

// writtenAt is when the autoscaler was written, by the clock of the server and in whole seconds.
func (f *follower) writtenAt() time.Time {
	at := f.written.CreationTimestamp.Time
	for _, m := range f.written.ManagedFields {
		if m.Subresource == "" && m.Time != nil && m.Time.After(at) {
			at = m.Time.Time
		}
	}
	return at
}

func (f *follower) deleted() *End {
	return &End{Outcome: rollout.Superseded, Message: "someone else has deleted it"}
}

// ended is how the wait ends with its context.
func (f *follower) ended(ctx context.Context) End {
	if !errors.Is(context.Cause(ctx), errTimeout) {
		return End{Outcome: rollout.Interrupted, Message: "the autoscaler stays as it was written"}
	}
	why := autoscale.WhyUncomputed(f.latest)
	if why == nil || !f.observed(f.latest) {
		ref := workload.Ref{Kind: "HorizontalPodAutoscaler", Namespace: f.written.Namespace, Name: f.written.Name}
		why = &autoscale.Uncomputed{
			Cause: autoscale.NotComputedYet, Message: "the controller has not computed it yet",
			Next: []string{"kubectl describe " + ref.String() + cluster.InFlag(ref.Namespace)},
		}
	}
	return End{Outcome: rollout.TimedOut, Uncomputed: why, Message: why.Message}
}
