package cluster

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// answers gives one error after the other, then success, and counts the tries.
func answers(tries *int, errs ...error) func() error {
	return func() error {
		*tries++
		if *tries > len(errs) {
			return nil
		}
		return errs[*tries-1]
	}
}

func repeated(err error, n int) []error {
	all := make([]error, n)
	for i := range all {
		all[i] = err
	}
	return all
}

func TestRepeat(t *testing.T) {
	conflict := &Error{Reason: Conflict, Message: "conflict"}
	away := &Error{Reason: Unreachable, Message: "away"}
	refused := &Error{Reason: Forbidden, Message: "forbidden"}
	for name, test := range map[string]struct {
		errs      []error
		want      error
		tries     int
		atLeast   time.Duration
		uncertain bool
	}{
		"at once":                       {tries: 1},
		"it changed under us":           {errs: repeated(conflict, 3), tries: 4},
		"it never stops changing":       {errs: repeated(conflict, 99), want: conflict, tries: 21},
		"the server restarts":           {errs: repeated(away, 8), tries: 9, atLeast: 4 * time.Second},
		"the server does not come back": {errs: repeated(away, 99), want: away, tries: 15, atLeast: 10 * time.Second},
		"no permission":                 {errs: []error{refused}, want: refused, tries: 1},
		"trouble, then a refusal":       {errs: []error{away, refused}, want: refused, tries: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries, start := 0, time.Now()
				err := applyPatience().repeat(t.Context(), answers(&tries, test.errs...))
				if !errors.Is(err, test.want) || tries != test.tries {
					t.Errorf("%v after %d tries", err, tries)
				}
				if took := time.Since(start); took < test.atLeast || took > test.atLeast+10*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestRepeatCountsSlowAnswers: a webhook that times out takes ten seconds to say so, each time.
func TestRepeatCountsSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries, start := 0, time.Now()
		err := applyPatience().repeat(t.Context(), func() error {
			tries++
			<-time.After(10 * time.Second)
			return &Error{Reason: ServerFault, Message: "failed calling webhook: deadline exceeded"}
		})
		if took := time.Since(start); !Is(err, ServerFault) || tries != 2 || took > 21*time.Second {
			t.Errorf("%v after %d tries and %s", err, tries, took)
		}
	})
}

func TestRepeatEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, errors.New("enough"))
		defer cancel()
		tries := 0
		err := restorePatience().repeat(ctx, answers(&tries, repeated(&Error{Reason: Unreachable, Message: "away"}, 999)...))
		if !Is(err, Unreachable) || ctx.Err() == nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestRead(t *testing.T) {
	for name, test := range map[string]struct {
		errs  []error
		tries int
		fails bool
	}{
		"a burst of 500":   {repeated(apierrors.NewInternalError(errors.New("x")), 3), 4, false},
		"too long a burst": {repeated(apierrors.NewServiceUnavailable("x"), 9), 4, true},
		"not there":        {repeated(apierrors.NewUnauthorized("x"), 9), 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				next := answers(&tries, test.errs...)
				_, err := Read(t.Context(), func(context.Context) (int, error) { return 0, next() })
				if tries != test.tries || (err != nil) != test.fails {
					t.Errorf("%v after %d tries", err, tries)
				}
			})
		})
	}
}

func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		graceful, stop := grace(ctx)
		defer stop()
		cancel()
		<-time.After(4 * time.Second)
		if graceful.Err() != nil {
			t.Error("a request that is under way was cut off at once")
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if graceful.Err() == nil {
			t.Error("it would never end")
		}
	})
}

func TestEach(t *testing.T) {
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	double := func(_ context.Context, n int) (int, error) { return 2 * n, nil }
	results, err := Each(t.Context(), items, double)
	if err != nil || len(results) != 100 || results[99] != 198 {
		t.Errorf("%v %v", results, err)
	}
	bad := errors.New("bad")
	_, err = Each(t.Context(), items, func(ctx context.Context, n int) (int, error) {
		if n == 7 {
			return 0, bad
		}
		if n > 7 {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		return n, nil
	})
	if !errors.Is(err, bad) || errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the error and not the cancellation that it caused", err)
	}
}

// An API server that is coming up refuses at first; one that goes on refusing is believed.
func TestRefusalsOnTheWayBack(t *testing.T) {
	refused := &Error{Reason: Forbidden, Message: "forbidden"}
	for name, test := range map[string]struct {
		refusals int
		want     error
	}{
		"its roles are read in time": {refusals: 5},
		"the permission is gone":     {refusals: 99, want: refused},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries, start := 0, time.Now()
				err := restorePatience().repeat(t.Context(), answers(&tries, repeated(refused, test.refusals)...))
				if !errors.Is(err, test.want) {
					t.Errorf("%v after %d tries", err, tries)
				}
				if took := time.Since(start); took > 12*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}
