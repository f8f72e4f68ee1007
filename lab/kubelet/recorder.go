package kubelet

import (
	"context"
	"hash/fnv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/utils/clock"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// The recorder is client-go's, made of its correlator (which counts, combines
// and holds back), but with several writers side by side, and one rule more: a
// real kubelet writes no more than 50 events a second, 100 at once, and drops
// what it can't queue. Here that limit holds for the events that say that all is
// well; those that warn come through as long as there is room.
const (
	recorderShards = 4
	recorderQueue  = 2048
	normalRate     = 50
	normalBurst    = 300
)

type recorder struct {
	client kubernetes.Interface
	shards []chan *corev1.Event
	normal flowcontrol.PassiveRateLimiter
}

func newRecorder(client kubernetes.Interface) *recorder {
	r := &recorder{client: client, normal: flowcontrol.NewTokenBucketPassiveRateLimiter(normalRate, normalBurst)}
	for range recorderShards {
		r.shards = append(r.shards, make(chan *corev1.Event, recorderQueue))
	}
	return r
}

// record queues events; all of a pod go the same way, in their order.
func (r *recorder) record(pod *corev1.Pod, events []lifecycle.Event) {
	if len(events) == 0 {
		return
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(pod.UID))
	shard := r.shards[hash.Sum32()%recorderShards]
	for _, e := range events {
		if e.Type == corev1.EventTypeNormal && !r.normal.TryAccept() {
			continue
		}
		select {
		case shard <- lifecycle.APIEvent(pod, e):
		default:
		}
	}
}

// run writes the events of one shard until ctx ends.
func (r *recorder) run(ctx context.Context, shard <-chan *corev1.Event) error {
	correlator := record.NewEventCorrelator(clock.RealClock{})
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-shard:
			result, err := correlator.EventCorrelate(event)
			if err != nil || result.Skip {
				continue
			}
			if written := r.write(ctx, result); written != nil {
				correlator.UpdateState(written)
			}
		}
	}
}

// write creates an event or raises its count. One that can't be written is lost,
// as the kubelet's are.
func (r *recorder) write(ctx context.Context, result *record.EventCorrelateResult) *corev1.Event {
	event := result.Event
	events := r.client.CoreV1().Events(event.Namespace)
	if event.Count > 1 {
		written, err := events.Patch(ctx, event.Name, types.StrategicMergePatchType, result.Patch, metav1.PatchOptions{})
		if err == nil {
			return written
		}
		if !apierrors.IsNotFound(err) {
			return nil
		}
		event.ResourceVersion = ""
	}
	written, err := events.Create(ctx, event, metav1.CreateOptions{})
	if err != nil {
		return nil
	}
	return written
}
