package cluster

import (
	"context"
	"sync"
)

// width is how many requests of one step are under way at a time.
const width = 16

// Each runs work for every item, some at a time, and returns the results in the items' order. The
// first error in that order is returned once all that had been started have ended; nothing more is
// started after an error.
func Each[In, Out any](ctx context.Context, items []In, work func(context.Context, In) (Out, error)) ([]Out, error) {
	results, faults := make([]Out, len(items)), make([]error, len(items))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	slots := make(chan struct{}, width)
	for i, item := range items {
		slots <- struct{}{}
		if ctx.Err() != nil {
			faults[i] = context.Cause(ctx)
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			if results[i], faults[i] = work(ctx, item); faults[i] != nil {
				cancel()
			}
		})
	}
	group.Wait()
	return results, firstFault(faults)
}

// all runs work for every item, some at a time, whatever becomes of the others. Results and errors are
// in the items' order.
func all[In, Out any](items []In, work func(In) (Out, error)) ([]Out, []error) {
	results, faults := make([]Out, len(items)), make([]error, len(items))
	var group sync.WaitGroup
	slots := make(chan struct{}, width)
	for i, item := range items {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			results[i], faults[i] = work(item)
		})
	}
	group.Wait()
	return results, faults
}

// firstFault prefers a real error over the cancellation that it caused.
func firstFault(faults []error) error {
	var cancelled error
	for _, err := range faults {
		switch {
		case err == nil:
		case isCancelled(err):
			cancelled = err
		default:
			return err
		}
	}
	return cancelled
}
