package acceptance

import (
	"context"
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// otherEvents writes N warnings about pods of other apps, whose names come first.
func otherEvents(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: otherevents N")
	}
	n, _ := countOf(ts, args)
	s := of(ts)
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(16)
	for i := range n {
		group.Go(func() error {
			name, now := fmt.Sprintf("another-%d", i), metav1.Now()
			_, err := s.client.CoreV1().Events(s.namespace).Create(ctx, &corev1.Event{
				ObjectMeta:     metav1.ObjectMeta{Name: name},
				InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: s.namespace, Name: name},
				Type:           corev1.EventTypeWarning, Reason: "FailedMount", Message: "the volume of another pod can't be mounted",
				FirstTimestamp: now, LastTimestamp: now, Count: 1,
			}, metav1.CreateOptions{})
			return err
		})
	}
	ts.Check(group.Wait())
}
