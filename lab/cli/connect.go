package cli

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// errCrashed says that a lab has a folder but no supervisor.
var errCrashed = errors.New("the lab's supervisor has died")

// connect returns a client of the running lab. A lab that is only just starting
// is given a moment to say where it listens.
func connect(ctx context.Context, dir state.Dir) (*control.Client, state.Record, error) {
	var record state.Record
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 5*time.Second, true, func(context.Context) (bool, error) {
		var err error
		alive := dir.Alive()
		record, err = dir.Load()
		switch {
		case errors.Is(err, fs.ErrNotExist) && !alive:
			return false, errNoLab(dir)
		case errors.Is(err, fs.ErrNotExist):
			return false, nil
		case err == nil && !alive:
			err = errCrashed
		}
		return err == nil, err
	})
	if err != nil {
		return nil, record, err
	}
	return control.NewClient(record), record, nil
}
