package cli

import (
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// report shows what the preflight found; its warnings stay in the result.
func (r *release) report(checks []cluster.Check) error {
	if r.flags.progress == view.ModeNDJSON {
		return r.reportEvents(checks)
	}
	shown := make([]view.Check, 0, len(checks))
	for _, c := range checks {
		if c.Level == cluster.Note {
			continue
		}
		shown = append(shown, view.Check{Refused: c.Level == cluster.Refuse, Cause: c.Message, Next: r.env.here(c.Next)})
		if c.Level == cluster.Warn {
			r.warnings = append(r.warnings, c.Message)
		}
	}
	if err := view.Preflight(r.env.Term, shown); err != nil {
		return fmt.Errorf("writing the preflight's report: %w", err)
	}
	return nil
}

// warn shows warnings at once and keeps them for the result.
func (r *release) warn(texts ...string) {
	for _, text := range texts {
		r.warnings = append(r.warnings, text)
		// The result has it too, so that a stderr that is gone loses nothing.
		if r.flags.progress == view.ModeNDJSON {
			_ = r.view.Show(view.Frame{State: rollout.State{Started: r.started}, Events: []rollout.Event{warningEvent(r.env.Now(), text)}})
		} else {
			_ = view.Warning(r.env.Term, text)
		}
	}
}

// warnDuring warns while the view shows a state: a live picture must not be written through.
func (r *release) warnDuring(f *follower, state *rollout.State, texts ...string) {
	for _, text := range texts {
		r.warnings = append(r.warnings, text)
		f.showEvents(*state, nil, []rollout.Event{warningEvent(r.env.Now(), text)})
	}
}

func warningEvent(at time.Time, text string) rollout.Event {
	return rollout.Event{Time: at, Type: rollout.EventWarning, Message: text}
}

// reportEvents is report for programs: stderr has nothing but events then.
func (r *release) reportEvents(checks []cluster.Check) error {
	frame := view.Frame{State: rollout.State{Started: r.started}, Now: r.env.Now()}
	for _, c := range checks {
		event := warningEvent(r.env.Now(), c.Message)
		if c.Workload.Name != "" {
			event.Workload = &c.Workload
		}
		switch c.Level {
		case cluster.Refuse:
			event.Type, event.Outcome = rollout.EventResult, rollout.Refused
		case cluster.Warn:
			r.warnings = append(r.warnings, c.Message)
		default:
			continue
		}
		frame.Events = append(frame.Events, event)
	}
	if err := r.view.Show(frame); err != nil {
		return fmt.Errorf("writing the preflight's report: %w", err)
	}
	return nil
}
