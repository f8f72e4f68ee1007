package inspect

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchLooksWhenSomethingChangesAndEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		changes := make(chan struct{}, 1)
		began := time.Now()
		fails := errors.New("no answer")
		var failing atomic.Bool
		looks := Watch(ctx, changes, func(context.Context) (time.Duration, error) {
			if failing.Load() {
				return 0, fails
			}
			return time.Since(began), nil
		})
		want := func(what string, at time.Duration) {
			t.Helper()
			if l := <-looks; l.Err != nil || l.Seen != at {
				t.Errorf("%s: a look at %s with the error %v, want one at %s", what, l.Seen, l.Err, at)
			}
		}
		want("the first", 0)
		want("while nothing changes", time.Second)
		changes <- struct{}{}
		want("a change at once after a look", time.Second+pause)
		go func() {
			<-time.After(500 * time.Millisecond)
			changes <- struct{}{}
		}()
		want("a change later", 1700*time.Millisecond)
		failing.Store(true)
		if l := <-looks; !errors.Is(l.Err, fails) {
			t.Errorf("the error is %v", l.Err)
		}
		failing.Store(false)
		want("after an error", 3700*time.Millisecond)
		cancel()
		for range looks { // closed: else the bubble deadlocks
		}
	})
}

func TestALookThatTakesLongIsFollowedByAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		changes := make(chan struct{}, 1)
		began := time.Now()
		looks := Watch(ctx, changes, func(context.Context) (time.Duration, error) {
			at := time.Since(began)
			<-time.After(300 * time.Millisecond)
			changes <- struct{}{}
			return at, nil
		})
		for i := range 3 {
			if l := <-looks; l.Seen != time.Duration(i)*1500*time.Millisecond {
				t.Errorf("look %d at %s: most of a CPU is to be left alone", i, l.Seen)
			}
		}
		cancel()
		for range looks {
		}
	})
}
