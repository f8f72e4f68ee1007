package supervisor

import (
	"context"
	"os/exec"
	"runtime"
)

// spawner starts processes from one thread that lives as long as the
// supervisor. On Linux a child's parent-death signal comes when the *thread*
// that started it ends, and Go's threads come and go.
type spawner chan func()

func newSpawner(ctx context.Context) spawner {
	s := make(spawner)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for {
			select {
			case start := <-s:
				start()
			case <-ctx.Done():
				return
			}
		}
	}()
	return s
}

func (s spawner) start(ctx context.Context, cmd *exec.Cmd) error {
	started := make(chan error, 1)
	select {
	case s <- func() { started <- cmd.Start() }:
		return <-started
	case <-ctx.Done():
		return ctx.Err()
	}
}
