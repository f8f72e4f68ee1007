package session

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

const (
	// look is the time between two looks for what is awaited.
	look = 100 * time.Millisecond
	// longest is how long is waited for a start, and for the end of what was there before.
	longest = 3 * time.Minute
)

// Start makes the namespace of an exercise and applies its start.
func (s *Session) Start(ctx context.Context, e *exercise.Exercise, now func() time.Time) error {
	if err := s.makeNamespace(ctx, e); err != nil {
		return err
	}
	return s.begin(ctx, e, now)
}

// Reset removes all that is in the namespace of an exercise, and applies its start again.
func (s *Session) Reset(ctx context.Context, e *exercise.Exercise, now func() time.Time) error {
	if err := s.makeNamespace(ctx, e); err != nil {
		return err
	}
	if err := s.purge(ctx, e.Namespace()); err != nil {
		return err
	}
	if err := s.SetHints(ctx, e.Namespace(), nil); err != nil {
		return err
	}
	return s.begin(ctx, e, now)
}

func (s *Session) begin(ctx context.Context, e *exercise.Exercise, now func() time.Time) error {
	situation, err := check.CompileSituation(e.Situation)
	if err != nil {
		return fmt.Errorf("exercise %s: %w", e.ID, err)
	}
	if err := s.apply(ctx, e); err != nil {
		return err
	}
	results, err := s.AwaitDone(ctx, e.Namespace(), situation, longest)
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case check.Left(results) > 0:
		return fmt.Errorf("exercise %s: its pods have not started within %s; see: kubectl get pods -n %s", e.ID, longest, e.Namespace())
	}
	return s.SetStarted(ctx, e.Namespace(), now())
}

// End deletes the namespace of an exercise and waits until it is gone. Its pods get no time to stop.
func (s *Session) End(ctx context.Context, namespace string) error {
	if err := s.own(ctx, namespace); err != nil {
		return err
	}
	if err := s.purge(ctx, namespace); err != nil {
		return err
	}
	err := s.client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("namespace %s: %w", namespace, err)
	}
	return s.awaitGone(ctx, namespace)
}

// own refuses a namespace that the workshop did not make.
func (s *Session) own(ctx context.Context, namespace string) error {
	found, err := s.client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("namespace %s: %w", namespace, err)
	}
	if found.Labels[exerciseLabel] == "" {
		return fmt.Errorf("namespace %s was not made by the workshop; it is left as it is", namespace)
	}
	return nil
}

// makeNamespace creates the namespace. One that is being deleted is awaited; one of the workshop is used again.
func (s *Session) makeNamespace(ctx context.Context, e *exercise.Exercise) error {
	name := e.Namespace()
	wanted := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{exerciseLabel: e.ID}}}
	_, err := s.client.CoreV1().Namespaces().Create(ctx, wanted, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		found, getErr := s.client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		if getErr == nil && found.DeletionTimestamp == nil {
			return s.own(ctx, name)
		}
		if err := s.awaitGone(ctx, name); err != nil {
			return err
		}
		_, err = s.client.CoreV1().Namespaces().Create(ctx, wanted, metav1.CreateOptions{})
	}
	if err != nil {
		return fmt.Errorf("namespace %s: %w", name, err)
	}
	return nil
}

func (s *Session) awaitGone(ctx context.Context, namespace string) error {
	return s.await(ctx, "namespace "+namespace+" is still being deleted", func(ctx context.Context) (bool, error) {
		_, err := s.client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// await waits for a state, and says what lasts if it does not come.
func (s *Session) await(ctx context.Context, lasting string, reached func(context.Context) (bool, error)) error {
	err := wait.PollUntilContextTimeout(ctx, look, longest, true, reached)
	if wait.Interrupted(err) && ctx.Err() == nil {
		return fmt.Errorf("%s after %s", lasting, longest)
	}
	return err
}
