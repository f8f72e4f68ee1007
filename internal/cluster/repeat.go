package cluster

import (
	"context"
	"errors"
	"net"
	"time"
)

// patience is how long a write is tried again while the server is away or overloaded.
type patience struct {
	// conflicts is how often the object may change under the write. Status updates count as changes
	// too, and a failing rollout has many of them.
	conflicts int
	// trouble is counted from the first failure on, the requests themselves included: a server that
	// answers with a timeout must not multiply it.
	trouble time.Duration
	// refusals is how long a refusal counts as trouble: an API server that is coming up answers 401 and
	// 403 before it has read its roles.
	refusals time.Duration
}

// applyPatience is that of a change: before anything is written, the user rather hears of the trouble.
func applyPatience() patience { return patience{conflicts: 20, trouble: 10 * time.Second} }

// restorePatience is that of a way back: nobody else brings the old state back, so that a restarting API server
// is waited for.
func restorePatience() patience {
	return patience{conflicts: 50, trouble: 2 * time.Minute, refusals: 10 * time.Second}
}

// repeat runs try until it succeeds or there is no hope.
func (p patience) repeat(ctx context.Context, try func() error) error {
	pause, conflicts := 50*time.Millisecond, 0
	began, refused := time.Time{}, time.Time{}
	for {
		err := try()
		var delay time.Duration
		switch {
		case err == nil:
			return nil
		case Is(err, Conflict):
			if conflicts++; conflicts > p.conflicts {
				return err
			}
			delay = min(time.Duration(conflicts)*10*time.Millisecond, 100*time.Millisecond)
		case p.refusals > 0 && Is(err, Forbidden, Unauthorized):
			if refused.IsZero() {
				refused = time.Now()
			}
			if time.Since(refused) >= p.refusals {
				return err
			}
			delay, pause = pause, min(2*pause, time.Second)
		case p.trouble > 0 && passingTrouble(err):
			if began.IsZero() {
				began = time.Now()
			}
			if time.Since(began) >= p.trouble {
				return err
			}
			delay, pause = pause, min(2*pause, time.Second)
		default:
			return err
		}
		if waitErr := wait(ctx, delay); waitErr != nil {
			return errors.Join(err, waitErr)
		}
	}
}

// passingTrouble: the server or the way to it had a bad moment. For a write, a refused connection
// counts too: the server was there a moment ago.
func passingTrouble(err error) bool {
	return passing(err) || timedOut(err) || Is(err, Unreachable, Throttled, ServerFault)
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// grace lets requests that are under way when the context ends come to their end, for a moment: what
// became of a write that is given up would not be known.
func grace(ctx context.Context) (context.Context, context.CancelFunc) {
	const moment = 5 * time.Second
	graceful, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(moment, cancel) })
	return graceful, func() { stop(); cancel() }
}
