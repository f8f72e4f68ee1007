package release

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/rollout/recording"
)

// recorder writes what the watch saw to a file, for `kubectl app replay`. The nil recorder records
// nothing. Its first error ends the recording and is told by close: it never ends a release.
type recorder struct {
	now    func() time.Time
	closer []io.Closer
	zipped *gzip.Writer // nil for a plain file

	mu     sync.Mutex
	writer *recording.Writer
	// flush is set while something waits to be flushed.
	flush *time.Timer
	// held are the records that came before the change was known to be written.
	held  []watch.Record
	began bool
	err   error
}

// flushAfter is how much of a gzipped recording a job that is killed may lose. Each flush makes the file
// some bytes longer, so not every line is worth one.
const flushAfter = time.Second

// newRecorder opens the file; "" is no recording. Log lines may be private, so only the user reads it.
func newRecorder(name string, now func() time.Time) (*recorder, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return nil, fmt.Errorf("--recording=%s: %w", redact.Argument(name), fault.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("--recording: %w", err)
	}
	if err := file.Chmod(0o600); err != nil { // it may have been there before
		return nil, errors.Join(fmt.Errorf("--recording: %w", err), file.Close())
	}
	r := &recorder{now: now, closer: []io.Closer{file}}
	var out io.Writer = file
	if strings.HasSuffix(name, ".gz") {
		r.zipped = gzip.NewWriter(file)
		r.closer = append([]io.Closer{r.zipped}, r.closer...)
		out = r.zipped
	}
	r.writer = recording.NewWriter(out)
	return r, nil
}

// tap is what the watcher calls for each thing that it saw.
func (r *recorder) tap() func(watch.Record) {
	if r == nil {
		return nil
	}
	return func(record watch.Record) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.began || record.Type == watch.Initial {
			r.write(record)
			return
		}
		r.held = append(r.held, record)
	}
}

// changed begins the recording of a change that was written at a moment.
func (r *recorder) changed(at time.Time, policy rollout.Policy, command, reason string, targets []rollout.Target) {
	r.begin(policy, func() error { return r.writer.Change(at, command, reason, targets) })
}

// taken begins the recording of a rollout that was found under way.
func (r *recorder) taken(policy rollout.Policy) {
	r.begin(policy, func() error { return r.writer.Taken(r.now()) })
}

func (r *recorder) begin(policy rollout.Policy, write func() error) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writer.Policy = &policy
	r.keep(write())
	r.began = true
	for _, record := range r.held {
		r.write(record)
	}
	r.held = nil
	r.flushNow()
}

// rolledBack notes what was restored.
func (r *recorder) rolledBack(targets []rollout.Target) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(r.writer.Rollback(r.now(), targets))
	r.flushNow()
}

func (r *recorder) write(record watch.Record) {
	if r.err != nil {
		return
	}
	switch record.Type {
	case watch.Initial:
		r.keep(r.writer.Initial(record.Object))
	case watch.Logged:
		r.keep(r.writer.Log(record.Time, record.Namespace, record.Key, record.Log))
	default:
		r.keep(r.writer.Object(record.Time, record.Type, record.Object))
	}
	if r.zipped != nil && r.began && r.flush == nil {
		r.flush = time.AfterFunc(flushAfter, r.flushLater)
	}
}

func (r *recorder) flushLater() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushNow()
}

// flushNow makes what is written readable for whoever finds the file; the lock is held.
func (r *recorder) flushNow() {
	if r.flush != nil {
		r.flush.Stop()
		r.flush = nil
	}
	if r.zipped != nil && r.closer != nil && r.err == nil {
		r.keep(r.zipped.Flush())
	}
}

func (r *recorder) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

// close completes the file. Calling it again is allowed.
func (r *recorder) close() error {
	if r == nil || r.closer == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.began && r.err == nil {
		r.keep(r.writer.End(r.now()))
	}
	if r.flush != nil {
		r.flush.Stop()
	}
	errs := []error{r.err}
	for _, c := range r.closer {
		errs = append(errs, c.Close())
	}
	r.closer = nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("the recording is not complete: %w", err)
	}
	return nil
}
