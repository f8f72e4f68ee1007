package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// checkAdmission lets the API server try the changes without storing them, so that validation, webhooks
// and policies speak first. It also proves the permission to patch. What the server makes of each change is
// noted in it.
func (c *Cluster) checkAdmission(ctx context.Context, changes []Change, o PreflightOptions) ([]Change, []Check, error) {
	type answer struct {
		change Change
		checks []Check
	}
	answers, err := Each(ctx, changes, func(ctx context.Context, change Change) (answer, error) {
		tried, checks, err := c.tryChange(ctx, change, o)
		return answer{tried, checks}, err
	})
	if err != nil {
		return nil, nil, err
	}
	tried := make([]Change, 0, len(answers))
	var checks []Check
	for _, a := range answers {
		tried, checks = append(tried, a.change), append(checks, a.checks...)
	}
	return tried, checks, nil
}

func (c *Cluster) tryChange(ctx context.Context, change Change, o PreflightOptions) (Change, []Check, error) {
	collector := &serverWarnings{}
	written, err := c.apply(withWarnings(ctx, collector), change, WriteOptions{FieldManager: o.FieldManager, DryRun: true})
	if err == nil {
		checks := append(collector.checks(change), checkEffect(change, written.Object)...)
		change.predicted = written.Object
		return change, checks, nil
	}
	check, ok := admissionCheck(change, err)
	if !ok {
		return change, nil, err
	}
	return change, []Check{check}, nil
}

// checkEffect refuses a change of which the API server would not store all.
func checkEffect(change Change, after Object) []Check {
	message := noEffect(change, after)
	if message == "" {
		return nil
	}
	return []Check{{
		Check: CheckAdmission, Level: Refuse, Workload: change.Ref(), Object: change.Ref().String(),
		Message: message, Next: []string{"kubectl get mutatingwebhookconfigurations,mutatingadmissionpolicies"},
	}}
}

// noEffect says what of a change is not in the stored object; "" if all of it is.
func noEffect(change Change, after Object) string {
	before, asked, stored := change.Template(), &change.Edit.Template, after.Template()
	dropped, kept := workload.Dropped(before, asked, stored), workload.SameTemplate(before, stored)
	if len(dropped) == 0 && (!kept || workload.SameButImages(before, asked)) {
		return ""
	}
	result, by := "does not store all of it", "sets it back"
	if kept {
		result = "keeps its template as it was"
	}
	if len(dropped) > 0 {
		by = "drops " + strings.Join(dropped, ", ")
	}
	return fmt.Sprintf("the API server accepts the change of %s, but %s: a webhook or a policy %s", change.Ref(), result, by)
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
