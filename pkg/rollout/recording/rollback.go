package recording

import (
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// findRollback reads on after the verdict, to the line at which the program rolled back; false where it did
// not.
func (p *Replay) findRollback(yield func(Frame, error) bool) bool {
	for p.release == nil && p.started {
		line, err := p.in.Next()
		switch {
		case errors.Is(err, io.EOF), err == nil && line.Type == End:
			return false
		case err != nil:
			yield(Frame{}, err)
			return false
		case !p.take(line, yield):
			return false
		}
	}
	return p.state.Outcome == ""
}

// goBack begins the watch of the rollback. If the release has no verdict by now it never gets one: it was
// judged by other flags when it was recorded.
func (p *Replay) goBack(yield func(Frame, error) bool) bool {
	restored := p.back.Targets
	p.back = nil
	if p.state.Outcome == "" {
		p.leaveOpen()
	}
	release := p.state
	release.Workloads = slices.Clone(release.Workloads)
	var targets []rollout.Target
	var refs []workload.Ref
	for i := range release.Workloads {
		w := &release.Workloads[i]
		at := slices.IndexFunc(restored, func(r targetRef) bool { return r.ref() == w.Target.Ref })
		if at < 0 && (restored != nil || w.Target.Baseline == nil) {
			continue
		}
		if w.Outcome == rollout.Superseded { // by the rollback itself, which the watch saw first
			w.Outcome, w.Message, release.Outcome = rollout.Undecided, "", rollout.Undecided
		}
		target := rollout.Target{Ref: w.Target.Ref, UID: w.Target.UID, Generation: w.Target.Generation + 1, Baseline: p.failed(w)}
		target.TakesBack, target.Unblocks = true, true
		if target.Baseline != nil {
			target.Pod = target.Baseline.Workload.Pod
		}
		if at >= 0 {
			target.Generation = restored[at].Generation
		}
		targets, refs = append(targets, target), append(refs, target.Ref)
	}
	if len(targets) == 0 {
		return yield(Frame{Time: p.now(), Elapsed: p.clock, State: p.state, Action: rolledBack}, nil)
	}
	policy := p.policy
	policy.Timeout, policy.WaitForOldPods, policy.All = 0, false, true
	p.refs, p.release = refs, &release
	p.state = rollout.Start(targets, policy, p.now())
	events := rollout.RollbackEvents(&release, refs, p.now())
	return yield(Frame{Time: p.now(), Elapsed: p.clock, State: p.state, Release: p.release, Events: events, Action: rolledBack}, nil)
}

// failed is a workload as the rollback found it; the stage may have it restored already.
func (p *Replay) failed(w *rollout.WorkloadState) *rollout.Baseline {
	now := p.stage.workload(w.Target.Ref)
	if now == nil || w.Target.Template == nil {
		return nil
	}
	found := *now
	found.Template = *w.Target.Template
	found.Annotations = map[string]string{workload.AnnotationRevision: strconv.FormatInt(w.RevisionTo, 10)}
	return &rollout.Baseline{Workload: &found}
}

func (r targetRef) ref() workload.Ref {
	return workload.Ref{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
}
