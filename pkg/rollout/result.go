package rollout

import (
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// APIVersion and the kinds below are those of the JSON that scripts read; docs/schema holds the schemas.
const (
	APIVersion = "kubectl-app.dev/v1alpha1"
	ResultKind = "ReleaseResult"
)

// Result is the outcome of a whole transaction: what `-o result` prints.
type Result struct {
	APIVersion string  `json:"apiVersion"`
	Kind       string  `json:"kind"`
	Outcome    Outcome `json:"outcome"`
	ExitCode   int     `json:"exitCode"`
	Message    string  `json:"message,omitempty"`
	// NotRolledBack is why workloads of a failed release stay as they are.
	NotRolledBack   string           `json:"notRolledBack,omitempty"`
	Reason          string           `json:"reason,omitempty"` // the change-cause
	DryRun          string           `json:"dryRun,omitempty"` // client or server
	StartTime       time.Time        `json:"startTime"`
	DurationSeconds float64          `json:"durationSeconds"`
	Warnings        []string         `json:"warnings,omitempty"`
	Next            []string         `json:"next,omitempty"`
	Workloads       []WorkloadResult `json:"workloads"`
	// Config is the Secret or ConfigMap that was changed before the workloads.
	Config *ConfigResult `json:"content,omitempty"`
	// Claims are those that the release creates for volumes of its workloads.
	Claims []ClaimResult `json:"claims,omitempty"`
	// Autoscalers were paused before the workloads were scaled, or resumed.
	Autoscalers []AutoscalerResult `json:"autoscalers,omitempty"`
	// Exposed is how an app can be reached that was exposed.
	Exposed *ExposedResult `json:"exposed,omitempty"`
	// InterruptedAfter is when a signal came, where the command did more after it; 0 where it ended then.
	InterruptedAfter time.Duration `json:"-"`
}

// WorkloadResult is one workload of a Result.
type WorkloadResult struct {
	workload.Ref
	// Created: the release has created it.
	Created bool `json:"created,omitempty"`
	// Scale is the change of the replicas; nil for a change of the template.
	Scale    *FromTo[int32]            `json:"scale,omitempty"`
	Revision Revisions                 `json:"revision"`
	Images   FromTo[map[string]string] `json:"images"`       // by container
	Env      workload.EnvChange        `json:"env,omitzero"` // names, never values
	Changes  []workload.TemplateChange `json:"changes,omitempty"`
	Outcome  Outcome                   `json:"outcome"`
	Message  string                    `json:"message,omitempty"`
	Replicas Counts                    `json:"replicas"`
	Findings []diagnosis.Finding       `json:"findings"`
	// Failed: its own rollout failed; others of a failed release only go back with it.
	Failed bool `json:"failed,omitempty"`
	// Paused: the failed rollout was stopped where it was (--on-failure=pause).
	Paused bool `json:"paused,omitempty"`
	// Rollback is how the way back went, when one was taken.
	Rollback *RollbackResult `json:"rollback,omitempty"`
}

// RollbackResult is the watch of a rollback.
type RollbackResult struct {
	Outcome  Outcome             `json:"outcome"`
	Revision Revisions           `json:"revision"`
	Replicas Counts              `json:"replicas"`
	Findings []diagnosis.Finding `json:"findings,omitempty"`
	Message  string              `json:"message,omitempty"`
}

// Revisions are the numbers before and after; 0, and left out of the JSON, while there is none that is known.
type Revisions struct {
	From int64 `json:"from,omitempty"`
	To   int64 `json:"to,omitempty"`
	// Restores is the revision whose template an undo takes. The controller then gives it a new number.
	Restores int64 `json:"restores,omitempty"`
}

// FromTo is a value before and after.
type FromTo[T any] struct {
	From T `json:"from"`
	To   T `json:"to"`
}

// NewResult sums up the watch of a release, and of its rollback where there was one (nil else).
// The caller sets the exit code and what it alone knows: reason, warnings, what comes next.
func NewResult(release State, rollback *State, now time.Time) Result {
	r := Result{
		APIVersion: APIVersion, Kind: ResultKind, Outcome: release.Outcome,
		StartTime: release.Started.UTC(), DurationSeconds: seconds(now.Sub(release.Started)),
		Workloads: make([]WorkloadResult, 0, len(release.Workloads)),
	}
	for i := range release.Workloads {
		r.Workloads = append(r.Workloads, newWorkloadResult(&release.Workloads[i]))
	}
	if rollback != nil {
		r.addRollback(rollback)
	}
	return r
}

func newWorkloadResult(w *WorkloadState) WorkloadResult {
	result := WorkloadResult{
		Ref:      w.Target.Ref,
		Created:  w.Target.isNew(),
		Scale:    w.Scale,
		Revision: Revisions{w.RevisionFrom, w.RevisionTo, w.Target.Restores},
		Images:   FromTo[map[string]string]{w.ImagesFrom, w.ImagesTo},
		Env:      w.Env,
		Changes:  w.Changes,
		Outcome:  w.Outcome,
		Message:  w.Message,
		Replicas: w.Counts,
		Findings: w.Findings,
		Failed:   w.Outcome == Failed,
	}
	if result.Outcome == "" { // the release was over before this one was decided
		result.Outcome = Undecided
	}
	if result.Findings == nil {
		result.Findings = []diagnosis.Finding{}
	}
	return result
}

// addRollback joins the rollback's workloads to the release's. The release counts as rolled back
// only when every workload that it left failed or half-way is verified to be back.
func (r *Result) addRollback(rollback *State) {
	back := map[workload.Ref]*WorkloadState{}
	for i := range rollback.Workloads {
		back[rollback.Workloads[i].Target.Ref] = &rollback.Workloads[i]
	}
	worst := RolledBack
	for i := range r.Workloads {
		w := &r.Workloads[i]
		state, tried := back[w.Ref]
		if !tried {
			left := w.Outcome
			if left == Undecided { // half-way, and nobody brings it to an end
				left = Failed
			}
			worst = Worse(worst, left)
			continue
		}
		w.Rollback = &RollbackResult{
			Outcome: state.Outcome, Revision: Revisions{From: w.Revision.To, To: state.RevisionTo},
			Replicas: state.Counts, Findings: state.Findings, Message: state.Message,
		}
		w.Outcome = rollbackOutcome(state.Outcome)
		if w.Outcome == RolledBack {
			w.Findings = WithoutPods(w.Findings)
			if w.Created { // it is gone
				for j := range w.Findings {
					w.Findings[j].Next = nil
				}
			}
		}
		worst = Worse(worst, w.Outcome)
	}
	if worst == RolledBack && r.Outcome == Interrupted {
		// Nothing has failed: a signal ended the release, and it left all as it was before.
		return
	}
	r.Outcome = worst
}

// WithoutPods leaves out the commands about pods that are gone, and those that make them anew: a rollback has taken them
// away, or long since the recording.
func WithoutPods(found []diagnosis.Finding) []diagnosis.Finding {
	kept := slices.Clone(found)
	for i := range kept {
		f := &kept[i]
		f.Next = slices.DeleteFunc(slices.Clone(f.Next), func(command string) bool {
			return f.Exemplar != "" && (strings.Contains(command, f.Exemplar) || strings.HasPrefix(command, "kubectl app rollout restart "))
		})
	}
	return kept
}

// rollbackOutcome is what the end of a rollback's watch makes of the release.
func rollbackOutcome(o Outcome) Outcome {
	switch o {
	case Succeeded, Unchanged:
		return RolledBack
	case Superseded, Interrupted, Undecided:
		return o
	default:
		return RollbackFailed
	}
}

// severity orders how a failed release may have ended, the best first.
var severity = []Outcome{Unchanged, Succeeded, RolledBack, TimedOut, Failed, Superseded, Interrupted, Undecided, RollbackFailed}

// Worse is the one of two outcomes of which a release has to tell.
func Worse(a, b Outcome) Outcome {
	if slices.Index(severity, b) > slices.Index(severity, a) {
		return b
	}
	return a
}

// seconds rounds to the millisecond: more digits would only be noise. One division, since Duration.Seconds
// adds two floats, and prints 2.764 as 2.7640000000000002.
func seconds(d time.Duration) float64 {
	return float64(d.Round(time.Millisecond).Milliseconds()) / 1000
}
