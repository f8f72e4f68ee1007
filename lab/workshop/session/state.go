package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// What is known of an exercise is kept at its namespace.
const (
	exerciseLabel     = "workshop.kubectl-app.dev/exercise"
	startedAnnotation = "workshop.kubectl-app.dev/started"
	doneAnnotation    = "workshop.kubectl-app.dev/done"
	hintsAnnotation   = "workshop.kubectl-app.dev/hints"
)

// State is how far an exercise is.
type State struct {
	ID string
	// Started is when it was begun, zero while its start is not complete.
	Started time.Time
	// Done: all its checks were passed at some time.
	Done bool
	// Hints are how many hints were given to each check, by its index.
	Hints map[int]int
	// Ending: the namespace is being deleted.
	Ending bool
}

func answeredBy(err error) (apierrors.APIStatus, bool) {
	var status apierrors.APIStatus
	return status, errors.As(err, &status)
}

// States returns the exercises that have a namespace.
func (s *Session) States(ctx context.Context) (map[string]State, error) {
	namespaces, err := s.client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{LabelSelector: exerciseLabel})
	if err != nil {
		return nil, fmt.Errorf("reading the namespaces of the workshop: %w", err)
	}
	states := map[string]State{}
	for i := range namespaces.Items {
		state := stateOf(&namespaces.Items[i])
		states[state.ID] = state
	}
	return states, nil
}

// Current is the exercise whose namespace kubectl uses, or else the one that was begun last; ok is false if there is none.
func (s *Session) Current(states map[string]State) (current State, ok bool) {
	for id, state := range states {
		switch {
		case state.Ending || state.Started.IsZero():
		case exercise.NamespacePrefix+id == s.Namespace():
			return state, true
		case !ok || state.Started.After(current.Started):
			current, ok = state, true
		}
	}
	return current, ok
}

func stateOf(namespace *corev1.Namespace) State {
	state := State{
		ID: namespace.Labels[exerciseLabel], Ending: namespace.DeletionTimestamp != nil, Hints: map[int]int{},
		Done: namespace.Annotations[doneAnnotation] != "",
	}
	state.Started, _ = time.Parse(time.RFC3339Nano, namespace.Annotations[startedAnnotation])
	var hints map[string]int
	_ = json.Unmarshal([]byte(namespace.Annotations[hintsAnnotation]), &hints) // what someone else wrote counts as none
	for check, n := range hints {
		if index, err := strconv.Atoi(check); err == nil {
			state.Hints[index] = n
		}
	}
	return state
}

// SetStarted makes an exercise the current one.
func (s *Session) SetStarted(ctx context.Context, namespace string, now time.Time) error {
	return s.annotate(ctx, namespace, startedAnnotation, now.UTC().Format(time.RFC3339Nano))
}

// SetDone notes that all checks were passed.
func (s *Session) SetDone(ctx context.Context, namespace string, now time.Time) error {
	return s.annotate(ctx, namespace, doneAnnotation, now.UTC().Format(time.RFC3339))
}

// SetHints notes which hints were given.
func (s *Session) SetHints(ctx context.Context, namespace string, hints map[int]int) error {
	text, err := json.Marshal(hints)
	if err != nil {
		return err
	}
	return s.annotate(ctx, namespace, hintsAnnotation, string(text))
}

func (s *Session) annotate(ctx context.Context, namespace, key, value string) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]string{key: value}}})
	if err != nil {
		return err
	}
	_, err = s.client.CoreV1().Namespaces().Patch(ctx, namespace, types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return fmt.Errorf("namespace %s: %w", namespace, err)
	}
	return nil
}
