// Package leftovers removes what a lab wrote: at its end, or after its crash.
package leftovers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// Clear removes the lab's kubeconfig entries and its files, save for the lock,
// which the caller holds.
func Clear(ctx context.Context, dir state.Dir) error {
	record, err := dir.Load()
	switch {
	case err == nil && record.Kubeconfig.File != "":
		err = kubeconfig.Remove(ctx, record.Context, record.Kubeconfig)
	case errors.Is(err, fs.ErrNotExist):
		// The lab died before it wrote anything outside of its folder.
		err = nil
	}
	return errors.Join(err, dir.Empty())
}

// Remove removes all of the lab and gives up its lock.
func Remove(ctx context.Context, dir state.Dir, lock *state.Lock) error {
	return errors.Join(Clear(ctx, dir), lock.Remove())
}

// Sweep removes every lab in the home whose supervisor has died, and returns
// their names.
func Sweep(ctx context.Context, home state.Home) ([]string, error) {
	labs, err := home.Labs()
	if err != nil {
		return nil, err
	}
	var swept []string
	for _, dir := range labs {
		if dir.Alive() {
			continue
		}
		lock, err := dir.Acquire(ctx)
		if errors.Is(err, state.ErrHeld) {
			// Another up was faster.
			continue
		}
		if err != nil {
			return swept, err
		}
		if err := Remove(ctx, dir, lock); err != nil {
			return swept, fmt.Errorf("removing what lab %s left when it crashed: %w", dir.Name, err)
		}
		swept = append(swept, dir.Name)
	}
	return swept, nil
}
