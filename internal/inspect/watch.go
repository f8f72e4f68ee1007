package inspect

import (
	"context"
	"time"
)

// Look is one of the looks of a Watch: what it saw, or why it could not.
type Look[T any] struct {
	Seen T
	Err  error
}

const (
	// tick is how often Watch looks while nothing changes: time alone may decide something. Such a look makes no request.
	tick = time.Second
	// pause is the least time between two looks; a look that takes long adds to it, so that most of a CPU is left alone.
	pause     = 200 * time.Millisecond
	perLook   = 4
	mostPause = 5 * time.Second
)

// Watch looks, and looks again when something has changed, until ctx ends; then it closes the channel.
func Watch[T any](ctx context.Context, changes <-chan struct{}, look func(context.Context) (T, error)) <-chan Look[T] {
	looks := make(chan Look[T])
	go func() {
		defer close(looks)
		for {
			began := time.Now()
			seen, err := look(ctx)
			select {
			case looks <- Look[T]{seen, err}:
			case <-ctx.Done():
				return
			}
			if !rest(ctx, min(max(pause, perLook*time.Since(began)), mostPause)) {
				return
			}
			if !await(ctx, changes) {
				return
			}
		}
	}()
	return looks
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// await waits for a change, or for the tick.
func await(ctx context.Context, changes <-chan struct{}) bool {
	timer := time.NewTimer(tick - pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-changes:
	case <-timer.C:
	}
	return true
}
