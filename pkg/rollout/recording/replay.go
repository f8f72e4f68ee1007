package recording

import (
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Frame is one moment of a replay: a line of the recording was taken in, or the engine had asked to
// be called again. Time is the recording's own.
type Frame struct {
	Time    time.Time
	Elapsed time.Duration
	State   rollout.State
	// Release is the failed release while its rollback is played, else nil.
	Release *rollout.State
	Events  []rollout.Event
	// Action is what was done by hand at this moment, if anything.
	Action string
}

// Replay plays a recording. The engine sees it as it would see a cluster.
type Replay struct {
	// Recorded gives the policy to judge by, from that of the recorded command; nil keeps that of NewReplay.
	Recorded func(rollout.Policy) rollout.Policy

	in     source
	policy rollout.Policy
	stage  *stage
	base   time.Time

	refs    []workload.Ref
	started bool
	state   rollout.State
	release *rollout.State // as in Frame
	back    *action        // a rollback that has just been read
	clock   time.Duration
	// stepped is when the engine was last called; pending: it has not seen the lines since.
	stepped time.Duration
	pending bool
	cut     bool
	reason  string
}

// source is where lines come from: a Reader.
type source interface {
	Next() (Line, error)
	Line() int // the number of the line that Next returned last
}

// NewReplay begins a replay. A policy's Soak and so on count in the recording's own time.
func NewReplay(r io.Reader, policy rollout.Policy) (*Replay, error) {
	in, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	return &Replay{in: in, policy: policy, stage: newStage()}, nil
}

// ErrEmpty: a recording shows no workload.
var ErrEmpty = errors.New("the recording holds no workload")

// Frames plays the recording to its verdict, and the rollback that came after, as fast as it is asked. The
// last frame holds the outcome; a recording that ends before the verdict is Undecided.
func (p *Replay) Frames() iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		for p.state.Outcome == "" || p.findRollback(yield) {
			line, err := p.in.Next()
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Frame{}, err)
				return
			}
			p.cut = err != nil
			ended := p.cut || line.Type == End
			if err == nil && !p.wakeUntil(line.Elapsed(), yield) {
				return
			}
			if p.state.Outcome != "" {
				if err == nil && !p.take(line, yield) {
					return
				}
				continue
			}
			if ended {
				p.clock = max(p.clock, line.Elapsed())
				p.end(yield)
				return
			}
			if !p.take(line, yield) {
				return
			}
		}
	}
}

// Cut tells whether the replay came to an end that the writer had not put there: it was stopped on the way.
func (p *Replay) Cut() bool { return p.cut }

// Reason is the change-cause of the change that was recorded.
func (p *Replay) Reason() string { return p.reason }

// wakeUntil steps at each moment before the next line at which the engine asked to be called, or at
// which lines that were taken together are due. Those of one moment are a snapshot.
func (p *Replay) wakeUntil(next time.Duration, yield func(Frame, error) bool) bool {
	for p.started && p.state.Outcome == "" {
		wake, ok := p.wake()
		if !ok || wake >= next {
			break
		}
		p.clock = max(p.clock, wake)
		if !yield(p.step(""), nil) {
			return false
		}
		if again, ok := p.wake(); ok && again <= p.clock { // it asks for the past: time must go on
			break
		}
	}
	return true
}

// wake is when a step is due next, if nothing happens.
func (p *Replay) wake() (time.Duration, bool) {
	due, ok := max(p.stepped+p.stage.pause(), p.clock), p.pending
	if at := p.state.Wake; !at.IsZero() && (!ok || at.Sub(p.base) < due) {
		due, ok = at.Sub(p.base), true
	}
	return due, ok
}

func (p *Replay) now() time.Time { return p.base.Add(p.clock) }

// step shows the engine the stage as it is, and again for as long as it wants to see more of it.
func (p *Replay) step(said string) Frame {
	frame := Frame{Time: p.now(), Elapsed: p.clock, Release: p.release, Action: said}
	p.stepped, p.pending = p.clock, false
	for range 3 {
		wanted := p.state.Wants
		var events []rollout.Event
		p.state, events = rollout.Step(p.state, p.stage.snapshot(p.refs, wanted), p.now())
		frame.Events = append(frame.Events, events...)
		if p.state.Outcome != "" || same(wanted, p.state.Wants) {
			break
		}
	}
	frame.State = p.state
	return frame
}

func same(a, b diagnosis.Wants) bool {
	return maps.Equal(a.Events, b.Events) && slices.Equal(a.Logs, b.Logs)
}

// end closes a recording that has come to no verdict.
func (p *Replay) end(yield func(Frame, error) bool) {
	if !p.started {
		p.begin(nil)
	}
	if !p.started {
		yield(Frame{}, ErrEmpty)
		return
	}
	last := p.step("")
	if last.State.Outcome == "" {
		p.leaveOpen()
		last.State = p.state
	}
	yield(last, nil)
}

// leaveOpen ends the watch of what has no verdict.
func (p *Replay) leaveOpen() {
	p.state.Outcome = rollout.Undecided
	p.state.Workloads = slices.Clone(p.state.Workloads)
	for i := range p.state.Workloads {
		if p.state.Workloads[i].Outcome == "" {
			p.state.Workloads[i].Outcome = rollout.Undecided
		}
	}
}

// Run plays a whole recording and returns its last frame.
func Run(r io.Reader, policy rollout.Policy) (Frame, error) {
	p, err := NewReplay(r, policy)
	if err != nil {
		return Frame{}, err
	}
	return p.last()
}

func (p *Replay) last() (Frame, error) {
	var last Frame
	for frame, err := range p.Frames() {
		if err != nil {
			return last, err
		}
		last = frame
	}
	return last, nil
}
