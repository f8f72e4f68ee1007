// Package usage tells a wrong command line from other errors.
package usage

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Error is a wrong command line.
type Error struct{ Err error }

func (e Error) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e Error) Unwrap() error { return e.Err }

// Errorf makes an Error.
func Errorf(format string, args ...any) error {
	return Error{fmt.Errorf(format, args...)}
}

// NoArgs is cobra's, as an Error.
func NoArgs(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return Error{err}
	}
	return nil
}
