package release

import (
	"errors"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
)

// RefusedError: something stood against the change before anything was written.
type RefusedError struct{ Err error }

func (e RefusedError) Error() string { return e.Err.Error() }
func (e RefusedError) Unwrap() error { return e.Err }

// Refused makes a RefusedError of what stands against the change, and leaves errors of the API and the network.
func Refused(err error) error {
	var e *cluster.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return RefusedError{err}
	}
	switch e.Reason {
	case config.Exists, config.FieldConflict, config.Immutable, config.OtherType, config.KeysChanged,
		config.KeysInUse, config.NoValues, config.SeveralVersions, config.WrongPair:
		return RefusedError{err}
	}
	return err
}
