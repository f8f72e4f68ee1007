package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// checkAdmission lets the API server try the change without storing it, so that validation, webhooks
// and policies speak first. It also proves the permission to patch.
func (c *Cluster) checkAdmission(ctx context.Context, changes []Change, o PreflightOptions) ([]Object, []Check, error) {
	type answer struct {
		object Object
		checks []Check
	}
	answers, err := each(ctx, changes, func(ctx context.Context, change Change) (answer, error) {
		object, checks, err := c.tryChange(ctx, change, o)
		return answer{object, checks}, err
	})
	if err != nil {
		return nil, nil, err
	}
	objects := make([]Object, 0, len(answers))
	var checks []Check
	for _, a := range answers {
		objects, checks = append(objects, a.object), append(checks, a.checks...)
	}
	return objects, checks, nil
}

func (c *Cluster) tryChange(ctx context.Context, change Change, o PreflightOptions) (Object, []Check, error) {
	collector := &serverWarnings{}
	written, err := c.apply(withWarnings(ctx, collector), change, WriteOptions{FieldManager: o.FieldManager, DryRun: true})
	if err == nil {
		return written.Object, append(collector.checks(change), checkEffect(change, written.Object)...), nil
	}
	check, ok := admissionCheck(change, err)
	if !ok {
		return Object{}, nil, err
	}
	return change.Edited(), []Check{check}, nil
}

// checkEffect refuses a change of which nothing would be left: there would be no rollout to watch.
func checkEffect(change Change, predicted Object) []Check {
	if !withoutEffect(change, predicted.Deployment) {
		return nil
	}
	return []Check{{
		Check: CheckAdmission, Level: Refuse, Workload: change.Ref(), Object: change.Ref().String(),
		Message: noEffect(change.Ref()), Next: []string{"kubectl get mutatingwebhookconfigurations,mutatingadmissionpolicies"},
	}}
}

func withoutEffect(change Change, after *appsv1.Deployment) bool {
	return !change.Unchanged() && workload.SameTemplate(&change.Deployment.Spec.Template, &after.Spec.Template)
}

func noEffect(ref workload.Ref) string {
	return fmt.Sprintf("the API server takes the change of %s and keeps its template as it was: a webhook or a policy sets it back", ref)
}

// admissionCheck turns an answer that is about this change into a check; other errors end the command.
func admissionCheck(change Change, err error) (Check, bool) {
	var e *Error
	if !errors.As(err, &e) {
		return Check{}, false
	}
	check := Check{
		Check: CheckAdmission, Level: Refuse, Workload: change.Ref(), Object: change.Ref().String(),
		Message: e.Message, Next: e.Next,
	}
	switch e.Reason {
	case Invalid:
		// A webhook with side effects can't be asked beforehand (apiserver: NewDryRunUnsupportedErr).
		if strings.Contains(e.Message, "does not support dry run") {
			check.Level = Warn
		}
	case Denied:
	case Forbidden:
		check.Check = CheckPermission
	case ServerFault:
		if !strings.Contains(e.Message, "failed calling webhook") {
			return Check{}, false
		}
	default:
		return Check{}, false
	}
	return check, true
}

// serverWarnings collects the Warning headers of requests (KEP-1693): deprecations, and what
// PodSecurity has against the template.
type serverWarnings struct {
	mu    sync.Mutex
	texts []string
}

func (w *serverWarnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.texts, text) {
		w.texts = append(w.texts, text)
	}
}

func (w *serverWarnings) checks(change Change) []Check {
	w.mu.Lock()
	defer w.mu.Unlock()
	var checks []Check
	for _, text := range w.texts {
		checks = append(checks, Check{
			Check: CheckAdmission, Level: Warn, Workload: change.Ref(), Object: change.Ref().String(),
			Message: change.Ref().String() + ": the API server warns: " + text,
		})
	}
	return checks
}

type warningsKey struct{}

func withWarnings(ctx context.Context, w *serverWarnings) context.Context {
	return context.WithValue(ctx, warningsKey{}, w)
}

// warningRouter hands a server's warning to the collector of the request's context, if it has one.
// Elsewhere warnings are dropped: they would be printed behind the live view.
type warningRouter struct{}

// HandleWarningHeaderWithContext is called by client-go for each Warning header.
func (warningRouter) HandleWarningHeaderWithContext(ctx context.Context, code int, _ string, text string) {
	if w, ok := ctx.Value(warningsKey{}).(*serverWarnings); ok && code == 299 && text != "" {
		w.add(text)
	}
}
