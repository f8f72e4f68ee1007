package cluster

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// store is a server with one object, a text. It answers the requests with the answers given, then well.
type store struct {
	version int
	text    string
	answers []answer
	reads   []error // of the first reads
	sent    int
	delayed []func() // requests that arrive after everything else
}

// answer is what becomes of one request.
type answer struct {
	stores    bool   // it is carried out, whatever the answer
	err       error  // the answer
	late      bool   // it is carried out after everything else, if its precondition still holds
	meanwhile string // somebody else's write after it
	takes     time.Duration
}

// readText is the object as it was read.
type readText struct {
	version int
	text    string
}

// add adds "+ours" to the text, and never twice.
func (s *store) add(planned readText) Write[readText] {
	now, want := planned, planned.text+"+ours"
	return Write[readText]{
		Planned: true,
		Read: func(ctx context.Context) (readText, error) {
			if ctx.Err() != nil {
				return readText{}, context.Cause(ctx)
			}
			if len(s.reads) > 0 {
				err := s.reads[0]
				s.reads = s.reads[1:]
				return readText{}, err
			}
			return readText{s.version, s.text}, nil
		},
		MayArrive: func(found readText) bool { return found.version == now.version },
		Plan: func(_ context.Context, found readText, uncertain bool) (bool, error) {
			if uncertain && found.text == want {
				return true, nil
			}
			if strings.HasSuffix(found.text, "+final") {
				return false, &Error{Reason: Failed, Message: "it is final"}
			}
			now, want = found, found.text+"+ours"
			return false, nil
		},
		Send: func(ctx context.Context) (readText, error) { return s.send(ctx, now.version, want) },
	}
}

func (s *store) send(ctx context.Context, version int, text string) (readText, error) {
	s.sent++
	next := answer{stores: true}
	if len(s.answers) > 0 {
		next, s.answers = s.answers[0], s.answers[1:]
	}
	if next.takes > 0 {
		select {
		case <-time.After(next.takes):
		case <-ctx.Done():
			next.err = context.Cause(ctx)
		}
	}
	if next.late {
		s.delayed = append(s.delayed, func() {
			if version == s.version {
				s.version, s.text = s.version+1, text
			}
		})
	}
	switch {
	case next.stores && version != s.version:
		next.err = &Error{Reason: Conflict, Message: "it was changed"}
	case next.stores:
		s.version, s.text = s.version+1, text
	}
	written := readText{s.version, s.text}
	if next.meanwhile != "" {
		s.version, s.text = s.version+1, next.meanwhile
	}
	return written, next.err
}

// arrive carries out what was delayed, and tells whether the error of a write was true: without a *LostError, nothing
// changes any more.
func (s *store) arrive(err error) (honest bool) {
	was := s.text
	for _, request := range s.delayed {
		request()
	}
	var lost *LostError
	return s.text == was || errors.As(err, &lost)
}

func TestWrite(t *testing.T) {
	conflict := &Error{Reason: Conflict, Message: "it was changed"}
	forbidden := &Error{Reason: Forbidden, Message: "not allowed"}
	away := &Error{Reason: Unreachable, Message: "away"}
	broken := io.ErrUnexpectedEOF
	for name, test := range map[string]struct {
		answers []answer
		reads   []error
		dryRun  bool
		text    string // in the end
		sent    int
		err     error
		lost    bool
	}{
		"it works":      {text: "a+ours", sent: 1},
		"no permission": {answers: []answer{{err: forbidden}}, text: "a", sent: 1, err: forbidden},
		"somebody else was faster": {
			answers: []answer{{err: conflict, meanwhile: "b"}}, text: "b+ours", sent: 2,
		},
		"somebody else has made it final": {
			answers: []answer{{err: conflict, meanwhile: "b+final"}}, text: "b+final", sent: 1, err: &Error{Reason: Failed},
		},
		"a conflict without end": {
			answers: repeatedly(answer{err: conflict}, 99), text: "a", sent: 21, err: conflict,
		},
		"the answer is lost, the write arrived": {
			answers: []answer{{stores: true, err: broken}}, text: "a+ours", sent: 1,
		},
		"the answer is lost, the write did not arrive": {
			answers: []answer{{err: broken}}, text: "a+ours", sent: 2,
		},
		"the answer is lost, and somebody else writes": {
			answers: []answer{{err: broken, meanwhile: "b"}}, text: "b+ours", sent: 2,
		},
		"the answer is lost, and what became of the write can't be known": {
			answers: []answer{{err: broken, meanwhile: "b+final"}}, text: "b+final", sent: 1, err: &Error{Reason: Failed}, lost: true,
		},
		"the answer is lost, and reading is not allowed": {
			answers: []answer{{stores: true, err: broken}}, reads: []error{forbidden}, text: "a+ours", sent: 1, err: forbidden, lost: true,
		},
		"the answer is lost, and the server stays away": {
			answers: []answer{{stores: true, err: broken}}, reads: repeated(away, 99), text: "a+ours", sent: 1, err: away, lost: true,
		},
		"the answer is lost, and the server comes back": {
			answers: []answer{{stores: true, err: broken}}, reads: repeated(away, 3), text: "a+ours", sent: 1,
		},
		"the answer is lost, and the write arrives after the second one": {
			answers: []answer{{err: broken, late: true}}, text: "a+ours", sent: 2,
		},
		"the answer is lost, and the write arrives after the second one was refused": {
			answers: []answer{{err: broken, late: true}, {err: forbidden}}, text: "a", sent: 2, err: forbidden, lost: true,
		},
		"the answer is lost, somebody else writes, and the second write is refused": {
			answers: []answer{{err: broken, late: true, meanwhile: "b"}, {err: forbidden}}, text: "b", sent: 2, err: forbidden,
		},
		"no answer ever comes": {
			answers: repeatedly(answer{err: broken}, 99), text: "a", sent: 15, err: broken, lost: true,
		},
		"no answer ever comes to a dry run": {
			answers: repeatedly(answer{err: broken}, 99), dryRun: true, text: "a", sent: 15, err: broken,
		},
		"the server is away": {answers: repeatedly(answer{err: away}, 99), text: "a", sent: 15, err: away},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &store{version: 1, text: "a", answers: test.answers, reads: test.reads}
				w := s.add(readText{1, "a"})
				w.DryRun = test.dryRun
				got, err := w.Run(t.Context())
				var lost *LostError
				if s.text != test.text || s.sent != test.sent || errors.As(err, &lost) != test.lost {
					t.Errorf("%q after %d requests, lost %v", s.text, s.sent, lost)
				}
				if (err != nil) != (test.err != nil) || err == nil && got.text != test.text {
					t.Errorf("got %v, %v", got, err)
				}
				if reason := (*Error)(nil); errors.As(test.err, &reason) && !Is(err, reason.Reason) {
					t.Errorf("error %v", err)
				}
				if !s.arrive(err) {
					t.Errorf("it became %q after the error %v", s.text, err)
				}
			})
		})
	}
}

// Once a request may have been carried out, Plan has to look. A request that can't have been leaves no doubt.
func TestWriteTellsOfLostAnswers(t *testing.T) {
	conflict := &Error{Reason: Conflict}
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, test := range map[string]struct {
		answers []error
		want    []bool
	}{
		"a conflict":            {[]error{conflict}, []bool{false}},
		"overloaded":            {[]error{&Error{Reason: Throttled, Err: apierrors.NewTooManyRequests("x", 1)}, conflict}, []bool{false, false}},
		"no connection":         {[]error{&Error{Reason: Unreachable, Err: refused}, conflict}, []bool{false, false}},
		"lost, then a conflict": {[]error{conflict, io.ErrUnexpectedEOF, conflict}, []bool{false, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &store{version: 1, text: "a"}
				for _, err := range test.answers {
					s.answers = append(s.answers, answer{err: err})
				}
				w := s.add(readText{1, "a"})
				plan := w.Plan
				var told []bool
				w.Plan = func(ctx context.Context, now readText, uncertain bool) (bool, error) {
					told = append(told, uncertain)
					return plan(ctx, now, uncertain)
				}
				if _, err := w.Run(t.Context()); err != nil || !slices.Equal(told, test.want) {
					t.Errorf("%v, told %v, want %v", err, told, test.want)
				}
			})
		})
	}
}

func repeatedly(a answer, n int) []answer {
	all := make([]answer, n)
	for i := range all {
		all[i] = a
	}
	return all
}

// A way back is read before anything is sent, waits longer, and is not put off by a server that does not know
// its roles yet.
func TestWriteRestores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{version: 7, text: "b", reads: append(repeated(&Error{Reason: Unreachable}, 60), repeated(&Error{Reason: Forbidden}, 5)...)}
		w := s.add(readText{1, "a"})
		w.Planned, w.Restores = false, true
		if got, err := w.Run(t.Context()); err != nil || got.text != "b+ours" || s.sent != 1 {
			t.Errorf("%v, %v after %d requests", got, err, s.sent)
		}
	})
}

// A command that is interrupted while it reads sends nothing.
func TestWriteSendsNothingAfterTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &store{version: 1, text: "a"}
	w := s.add(readText{1, "a"})
	plan := w.Plan
	w.Planned, w.Plan = false, func(ctx context.Context, now readText, uncertain bool) (bool, error) {
		cancel()
		return plan(ctx, now, uncertain)
	}
	if _, err := w.Run(ctx); !errors.Is(err, context.Canceled) || s.sent != 0 {
		t.Errorf("%v after %d requests", err, s.sent)
	}
}

// When the context ends, a request under way is waited for, and what became of a lost one is read. Nothing more is sent.
func TestWriteEndsWithTheContext(t *testing.T) {
	for name, test := range map[string]struct {
		answer answer
		text   string
		fails  bool
		lost   bool
	}{
		"the answer comes in time":       {answer{stores: true, takes: 4 * time.Second}, "a+ours", false, false},
		"the answer comes too late":      {answer{stores: true, takes: 99 * time.Second}, "a+ours", true, true},
		"the write is lost, and arrived": {answer{stores: true, takes: 4 * time.Second, err: io.ErrUnexpectedEOF}, "a+ours", false, false},
		"the write may still arrive":     {answer{takes: 4 * time.Second, err: io.ErrUnexpectedEOF, late: true}, "a", true, true},
		"the write can't arrive":         {answer{takes: 4 * time.Second, err: io.ErrUnexpectedEOF, late: true, meanwhile: "b"}, "b", true, false},
		"a conflict":                     {answer{takes: 4 * time.Second, err: &Error{Reason: Conflict}}, "a", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				s, start := &store{version: 1, text: "a", answers: []answer{test.answer}}, time.Now()
				_, err := s.add(readText{1, "a"}).Run(ctx)
				var lost *LostError
				if (err != nil) != test.fails || errors.As(err, &lost) != test.lost || s.text != test.text || s.sent != 1 {
					t.Errorf("%q after %d requests, error %v", s.text, s.sent, err)
				}
				if !s.arrive(err) {
					t.Errorf("it became %q after the error %v", s.text, err)
				}
				if took := time.Since(start); took > 7*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}
