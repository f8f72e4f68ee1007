package release

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A signal while a recording waits for its first picture: nothing is written, and that is said.
func TestASignalBeforeTheWrite(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	r := offline(t, &strings.Builder{}, Options{Wait: true, Recording: filepath.Join(t.TempDir(), "r.jsonl"), Progress: view.ModeNone})
	r.cluster = silent{began: func() { cancel(errors.New("received SIGTERM")) }}
	result, err := r.carryOut(ctx, []cluster.Change{changeOf("web", &rollout.Baseline{Workload: &workload.Workload{}}, "web:2.0")}, nil, nil)
	const want = "received SIGTERM before anything was written: nothing was changed"
	if err == nil || err.Error() != want || result.Outcome != rollout.Interrupted || result.Message != want {
		t.Errorf("%v: %+v", err, result)
	}
}

// silent is a cluster whose watch brings nothing.
type silent struct {
	Cluster
	began func()
}

func (s silent) Watch(ctx context.Context, _ []watch.Target, _ func(watch.Record)) (Watch, error) {
	s.began()
	updates := make(chan watch.Update)
	context.AfterFunc(ctx, func() { close(updates) })
	return silentWatch{updates}, nil
}

type silentWatch struct{ updates chan watch.Update }

func (w silentWatch) Updates() <-chan watch.Update { return w.updates }
func (silentWatch) Want(diagnosis.Wants)           {}
func (silentWatch) Err() error                     { return nil }
