package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"k8s.io/apimachinery/pkg/util/wait"
)

// ErrHeld says that another process holds the lock: the lab is alive.
var ErrHeld = errors.New("the lab is held by a running supervisor")

// grace covers the instant for which Alive takes the lock.
const grace = 300 * time.Millisecond

// Lock is held by a lab's supervisor for as long as it lives. The kernel gives
// it up with the process, so that a crash can't leave one behind.
type Lock struct {
	dir  Dir
	file *fileutil.LockedFile
}

// Acquire takes the lock, making the folder if need be.
func (d Dir) Acquire(ctx context.Context) (*Lock, error) {
	var lock *Lock
	held := fmt.Errorf("lab %s: %w", d.Name, ErrHeld)
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, grace, true, func(context.Context) (bool, error) {
		var err error
		lock, err = d.try()
		if errors.Is(err, ErrHeld) || errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	})
	if wait.Interrupted(err) {
		return nil, held
	}
	return lock, err
}

// try takes the lock once. The folder may be removed by a lab that ends between
// its creation and the lock: then the locked file isn't the one at the path.
func (d Dir) try() (*Lock, error) {
	if err := os.MkdirAll(d.Path, 0o700); err != nil {
		return nil, fmt.Errorf("lab %s: %w", d.Name, err)
	}
	file, err := fileutil.TryLockFile(d.lock(), os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fileutil.ErrLocked) {
		return nil, ErrHeld
	}
	if err != nil {
		return nil, fmt.Errorf("lab %s: locking: %w", d.Name, err)
	}
	ours, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if current, err := os.Stat(d.lock()); err != nil || !os.SameFile(ours, current) {
		return nil, errors.Join(fs.ErrNotExist, file.Close())
	}
	return &Lock{dir: d, file: file}, nil
}

// Alive tells whether a supervisor holds the lock.
func (d Dir) Alive() bool {
	if _, err := os.Stat(d.lock()); err != nil {
		return false
	}
	file, err := fileutil.TryLockFile(d.lock(), os.O_RDWR, 0o600)
	if err != nil {
		return errors.Is(err, fileutil.ErrLocked)
	}
	_ = file.Close()
	return false
}

// Release gives the lock up and leaves the lab's files.
func (l *Lock) Release() error { return l.file.Close() }

// Remove deletes the lab's folder, and the home if no lab is left in it. The
// folder is only ever removed when empty: the next lab of the name may already
// have made its own lock there.
func (l *Lock) Remove() error {
	err := l.dir.Empty()
	// Some systems can't remove an open file, others must do so before the
	// lock is free for the next lab: hence both.
	removed := os.Remove(l.dir.lock())
	err = errors.Join(err, l.file.Close())
	if removed != nil {
		_ = os.Remove(l.dir.lock())
	}
	_ = os.Remove(l.dir.Path)
	_ = os.Remove(filepath.Dir(l.dir.Path))
	return err
}
