package preflight

import (
	"context"
	"errors"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
)

// checkAdmission lets the API server try the changes without storing them, so that validation, webhooks
// and policies speak first. It also proves the permission to patch. What the server makes of each change is
// noted in it.
func (c checker) checkAdmission(ctx context.Context, changes []cluster.Change, o Options) ([]cluster.Change, []Check, error) {
	type answer struct {
		change cluster.Change
		checks []Check
	}
	answers, err := cluster.Each(ctx, changes, func(ctx context.Context, change cluster.Change) (answer, error) {
		tried, checks, err := c.tryChange(ctx, change, o)
		return answer{tried, checks}, err
	})
	if err != nil {
		return nil, nil, err
	}
	tried := make([]cluster.Change, 0, len(answers))
	var checks []Check
	for _, a := range answers {
		tried, checks = append(tried, a.change), append(checks, a.checks...)
	}
	return tried, checks, nil
}

func (c checker) tryChange(ctx context.Context, change cluster.Change, o Options) (cluster.Change, []Check, error) {
	tried, warnings, err := c.DryRun(ctx, change, o.FieldManager)
	if err == nil {
		return tried, append(warningChecks(change, warnings), checkEffect(tried)...), nil
	}
	check, ok := admissionCheck(change, err)
	if !ok {
		return change, nil, err
	}
	return change, []Check{check}, nil
}

// checkEffect refuses a change of which the API server would not store all.
func checkEffect(change cluster.Change) []Check {
	message := change.NoEffect(change.After())
	if message == "" {
		return nil
	}
	return []Check{{
		Check: CheckAdmission, Level: Refuse, Workload: change.Ref(), Object: change.Ref().String(),
		Message: message, Next: []string{"kubectl get mutatingwebhookconfigurations,mutatingadmissionpolicies"},
	}}
}

// admissionCheck turns an answer that is about this change into a check; other errors end the command.
func admissionCheck(change cluster.Change, err error) (Check, bool) {
	var e *cluster.Error
	if !errors.As(err, &e) {
		return Check{}, false
	}
	check := Check{
		Check: CheckAdmission, Level: Refuse, Workload: change.Ref(), Object: change.Ref().String(),
		Message: e.Message, Next: e.Next,
	}
	switch e.Reason {
	case cluster.Invalid:
		// A webhook with side effects can't be asked beforehand (apiserver: NewDryRunUnsupportedErr).
		if strings.Contains(e.Message, "does not support dry run") {
			check.Level = Warn
		}
	case cluster.Denied:
	case cluster.Forbidden:
		check.Check = CheckPermission
	case cluster.ServerFault:
		if !strings.Contains(e.Message, "failed calling webhook") {
			return Check{}, false
		}
	default:
		return Check{}, false
	}
	return check, true
}

// warningChecks pass on what the API server warns of.
func warningChecks(change cluster.Change, warnings []string) []Check {
	var checks []Check
	for _, text := range warnings {
		checks = append(checks, Check{
			Check: CheckAdmission, Level: Warn, Workload: change.Ref(), Object: change.Ref().String(),
			Message: change.Ref().String() + ": the API server warns: " + text,
		})
	}
	return checks
}
