package kubeconfig

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// patience is how long another writer may hold a kubeconfig.
const patience = 5 * time.Second

// edit changes a kubeconfig in one step. clientcmd.ModifyConfig would read
// before it locks, and writes a file once for each kind of entry: two labs that
// start side by side would lose each other's.
func edit(ctx context.Context, file string, change func(*api.Config)) error {
	// The file may be a link into a folder of dotfiles: replace what it links to.
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("kubeconfig %s: %w", file, err)
	}
	unlock, err := lock(ctx, file)
	if err != nil {
		return err
	}
	defer unlock()

	config, err := load(file)
	if err != nil {
		return err
	}
	change(config)
	return replace(file, config)
}

// Check tells, before anything is started for it, whether the file can take an
// entry as far as reading it tells.
func Check(file string) error {
	_, err := load(file)
	return err
}

// load reads a file, which need not exist.
func load(file string) (*api.Config, error) {
	config, err := clientcmd.LoadFromFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return api.NewConfig(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w; mend it, or choose another with --kubeconfig FILE", file, err)
	}
	return config, nil
}

// lock follows kubectl's protocol: whoever made FILE.lock may write.
func lock(ctx context.Context, file string) (unlock func(), err error) {
	name := file + ".lock"
	err = wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		held, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return true, held.Close()
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return nil, fmt.Errorf("kubeconfig %s is locked by another program: if none is writing it, remove %s", file, name)
	}
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: locking: %w", file, err)
	}
	return func() { _ = os.Remove(name) }, nil
}

// replace writes beside the file and renames, keeping the file's mode.
func replace(file string, config *api.Config) error {
	data, err := clientcmd.Write(*config)
	if err != nil {
		return fmt.Errorf("kubeconfig %s: %w", file, err)
	}
	next, err := os.CreateTemp(filepath.Dir(file), ".kubeconfig-*")
	if err != nil {
		return fmt.Errorf("kubeconfig %s: %w", file, err)
	}
	_, err = next.Write(data)
	err = errors.Join(err, next.Close())
	if info, statErr := os.Stat(file); statErr == nil && err == nil {
		err = os.Chmod(next.Name(), info.Mode().Perm())
	}
	if err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		_ = os.Remove(next.Name())
		return fmt.Errorf("kubeconfig %s: %w", file, err)
	}
	return nil
}
