package release

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Report shows what the preflight found; its warnings stay in the result.
func (r *Release) Report(checks []preflight.Check) error {
	if r.Progress == view.ModeNDJSON {
		return r.reportEvents(checks)
	}
	shown := make([]page.Check, 0, len(checks))
	for _, c := range checks {
		if c.Level == preflight.Note {
			continue
		}
		shown = append(shown, page.Check{Refused: c.Level == preflight.Refuse, Cause: c.Message, Next: r.command.Here(c.Next)})
		if c.Level == preflight.Warn {
			r.warnings = append(r.warnings, c.Message)
		}
	}
	if err := page.Preflight(r.Term, shown); err != nil {
		return fmt.Errorf("writing the preflight's report: %w", err)
	}
	return nil
}

// Warn shows warnings at once and keeps them for the result.
func (r *Release) Warn(texts ...string) {
	for _, text := range texts {
		r.warnings = append(r.warnings, text)
		// The result has it too, so that a stderr that is gone loses nothing.
		if r.Progress == view.ModeNDJSON {
			_ = r.view.Show(view.Frame{State: rollout.State{Started: r.started}, Events: []rollout.Event{Warning(r.Now(), text)}})
		} else {
			_ = page.Warning(r.Term, text)
		}
	}
}

// Tell says what is waited for.
func (r *Release) Tell(ref workload.Ref, text string) {
	r.telling.Lock()
	defer r.telling.Unlock()
	event := rollout.Event{Time: r.Now(), Type: rollout.EventProgress, Workload: &ref, Message: text}
	_ = r.view.Show(view.Frame{State: rollout.State{Started: r.started}, Events: []rollout.Event{event}, Now: r.Now()}) // stderr may be gone
}

// tell says what the change of a workload does that is not watched.
func (r *Release) tell(ref workload.Ref, effect string) {
	if r.Progress == view.ModeNDJSON {
		event := rollout.Event{Time: r.Now(), Type: rollout.EventApplied, Workload: &ref, Message: "written; " + effect}
		_ = r.view.Show(view.Frame{State: rollout.State{Started: r.started}, Events: []rollout.Event{event}})
		return
	}
	_ = page.Note(r.Term, ref.String()+": "+effect) // stderr may be gone: the release goes on
}

// warnDuring warns while the view shows a state: a live picture must not be written through.
func (r *Release) warnDuring(f *follower, state *rollout.State, texts ...string) {
	for _, text := range texts {
		r.warnings = append(r.warnings, text)
		f.showEvents(*state, nil, []rollout.Event{Warning(r.Now(), text)})
	}
}

// Warning is the event of a warning.
func Warning(at time.Time, text string) rollout.Event {
	return rollout.Event{Time: at, Type: rollout.EventWarning, Message: text}
}

// Note keeps what a plan has to say. A plan is made again when the object changed under it: once is
// enough.
func (r *Release) Note(texts ...string) {
	r.planning.Lock()
	defer r.planning.Unlock()
	for _, text := range texts {
		if text != "" && !slices.Contains(r.notes, text) {
			r.notes = append(r.notes, text)
		}
	}
}

// newNotes are those that have not been shown.
func (r *Release) newNotes() []string {
	r.planning.Lock()
	defer r.planning.Unlock()
	notes := r.notes[r.shown:]
	r.shown = len(r.notes)
	return notes
}

// ShowNotes shows the notes as warnings; with --strict it returns them as what refuses the change.
func (r *Release) ShowNotes() (refused []preflight.Check) {
	notes := r.newNotes()
	if !r.Strict {
		r.Warn(notes...)
		return nil
	}
	for _, note := range notes {
		refused = append(refused, preflight.Check{Level: preflight.Refuse, Message: note})
	}
	return refused
}

// reportEvents is Report for programs: stderr has nothing but events then.
func (r *Release) reportEvents(checks []preflight.Check) error {
	frame := view.Frame{State: rollout.State{Started: r.started}, Now: r.Now()}
	for _, c := range checks {
		event := Warning(r.Now(), c.Message)
		if c.Workload.Name != "" {
			event.Workload = &c.Workload
		}
		switch c.Level {
		case preflight.Refuse:
			event.Type, event.Outcome = rollout.EventResult, rollout.Refused
		case preflight.Warn:
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
