// Package view turns states, events and results into what a person or a script reads: a live
// picture, plain lines, NDJSON, the summary. It decides nothing and asks nothing; it is
// given values and writes text. What comes from the cluster is cleaned before it is shown.
//
// Every error that it returns is that of a write.
package view

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Refresh is how often a View wants a Frame while nothing happens, so that its clock moves and a
// resize is noticed. What is shown oftener is painted no oftener.
const Refresh = 100 * time.Millisecond

// Frame is what is known at one moment.
type Frame struct {
	// State is what is being watched now: the release or, after it failed, the way back.
	State rollout.State
	// Release is the failed release while its rollback is watched, else nil.
	Release *rollout.State
	// Events are the news since the last frame; none may be left out.
	Events []rollout.Event
	Now    time.Time
}

// View shows a release as it goes. It is not safe for use by several goroutines.
type View interface {
	// Show takes in the next frame.
	Show(Frame) error
	// Finish says how the release ended, leaving out what has been shown already.
	Finish(rollout.Result) error
	// Close leaves the last frame as it is. After Finish it does nothing.
	Close() error
}

// Mode is a value of --progress.
type Mode string

// The modes. Auto is Live on a terminal that can repaint, and Plain elsewhere.
const (
	ModeAuto   Mode = "auto"
	ModeLive   Mode = "live"
	ModePlain  Mode = "plain"
	ModeNDJSON Mode = "ndjson"
	ModeNone   Mode = "none"
)

// Modes lists the values that --progress takes.
func Modes() []Mode { return []Mode{ModeAuto, ModeLive, ModePlain, ModeNDJSON, ModeNone} }

// New returns the view for a mode; it writes to t.Err. Where nothing can be repainted, Live is Plain.
func New(t *term.Terminal, mode Mode) View {
	switch mode {
	case ModeNDJSON:
		return NDJSON(t.Err)
	case ModeNone:
		return Quiet(t.Err)
	case ModePlain:
		return Plain(t.Err)
	default:
		if t.Err.CanRepaint() {
			return Live(t.Err)
		}
		return Plain(t.Err)
	}
}

// None shows nothing at all.
func None() View { return none{} }

type none struct{}

func (none) Show(Frame) error            { return nil }
func (none) Finish(rollout.Result) error { return nil }
func (none) Close() error                { return nil }
