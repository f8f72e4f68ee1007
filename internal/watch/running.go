package watch

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
)

// running is a stream under way with its feed. The watcher's lock guards state and stop.
type running struct {
	state  func() (synced bool, waits waiting)
	cancel func()
	drain  func()
}

// run starts a stream; end gets the error that it could not go on after.
func run[T object](ctx context.Context, w *Watcher, src source, f *feed[T], end func(error)) *running {
	ctx, cancel := context.WithCancel(ctx)
	f.w, f.places = w, map[types.UID]place{}
	w.streams.Go(func() {
		defer cancel()
		if err := (&stream{source: src, sink: f}).run(ctx); err != nil {
			end(err)
		}
	})
	return &running{state: f.state, cancel: cancel, drain: f.stop}
}

func (r *running) stop() {
	r.cancel()
	r.drain()
}
