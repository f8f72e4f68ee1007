package recording

import (
	"encoding/json"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// take takes in one line.
func (p *Replay) take(line Line, yield func(Frame, error) bool) bool {
	if line.Type != Initial && line.Type != Update && line.Type != Watch && !p.started {
		p.begin(nil)
	}
	p.clock = max(p.clock, line.Elapsed())
	rule := takers[line.Type]
	if rule == nil {
		return true
	}
	if line.Type == Action && p.pending && !yield(p.step(""), nil) { // what it followed
		return false
	}
	said, err := rule(p, line)
	if err != nil {
		yield(Frame{}, &SyntaxError{p.in.Line(), err})
		return false
	}
	if !p.started || line.Type == Initial {
		return true
	}
	if p.back != nil {
		return p.goBack(yield)
	}
	if p.state.Outcome != "" {
		return true
	}
	if said == "" {
		p.pending = true
		return true
	}
	return yield(p.step(said), nil)
}

// takers map the type of a line to what it does, and to what was done by hand.
var takers = map[string]func(p *Replay, line Line) (said string, err error){
	Initial:  func(p *Replay, line Line) (string, error) { return "", p.stage.set(line.Object, false) },
	Added:    func(p *Replay, line Line) (string, error) { return "", p.stage.set(line.Object, false) },
	Modified: func(p *Replay, line Line) (string, error) { return "", p.stage.set(line.Object, false) },
	Deleted:  func(p *Replay, line Line) (string, error) { return "", p.stage.set(line.Object, true) },
	Log:      func(p *Replay, line Line) (string, error) { return "", p.stage.setLog(line.Object) },
	Update:   func(p *Replay, line Line) (string, error) { return "", p.beginAt(line, true) },
	Watch:    func(p *Replay, line Line) (string, error) { return "", p.beginAt(line, false) },
	Action: func(p *Replay, line Line) (string, error) {
		var a action
		err := json.Unmarshal(line.Object, &a)
		if a.Script == rolledBack && p.release == nil {
			p.back = &a
		}
		return a.Script, err
	},
}

func (p *Replay) beginAt(line Line, change bool) error {
	var b beginning
	if err := json.Unmarshal(line.Object, &b); err != nil {
		return err
	}
	p.clock = line.Elapsed()
	p.base, p.reason = b.StartedAt, p.stage.redactor.LogLine(b.Reason)
	if b.Policy != nil && p.Recorded != nil {
		p.policy = p.Recorded(b.Policy.policy())
	}
	if !change {
		p.begin(nil)
		return nil
	}
	if b.Targets == nil {
		for _, ref := range p.stage.refs() {
			b.Targets = append(b.Targets, targetRef{ref.Kind, ref.Namespace, ref.Name, p.stage.workload(ref).Generation + 1})
		}
	}
	p.begin(b.Targets)
	return nil
}

// begin starts the watch: of a change to some targets, or of all that is there.
func (p *Replay) begin(changed []targetRef) {
	var targets []rollout.Target
	for _, t := range changed {
		ref := workload.Ref{Kind: t.Kind, Namespace: t.Namespace, Name: t.Name}
		target := rollout.Target{Ref: ref, Generation: t.Generation}
		if w := p.stage.workload(ref); w != nil {
			target.UID, target.Pod = w.UID, w.Pod
			if t.Generation == 0 || w.Generation < t.Generation { // else it was found under way
				target.Baseline, target.Unblocks = rollout.Capture(w, p.stage.revisionsOf(ref, w), nil), true
			}
		}
		targets = append(targets, target)
	}
	if changed == nil {
		for _, ref := range p.stage.refs() {
			targets = append(targets, rollout.Target{Ref: ref})
		}
	}
	if len(targets) == 0 {
		return
	}
	if p.base.IsZero() {
		p.base = p.stage.newest()
	}
	p.refs = nil
	for _, t := range targets {
		p.refs = append(p.refs, t.Ref)
	}
	p.state, p.started = rollout.Start(targets, p.policy, p.now()), true
}
