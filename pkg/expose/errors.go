package expose

import "fmt"

// InputError is a command line that can't be meant.
type InputError struct{ Message string }

func (e *InputError) Error() string { return e.Message }

func inputf(format string, args ...any) error { return &InputError{fmt.Sprintf(format, args...)} }

// RefusedError stands against the change before anything is written.
type RefusedError struct {
	Message string
	// Next are commands or flags to type instead.
	Next []string
}

func (e *RefusedError) Error() string { return e.Message }

// Hints are shown below the message.
func (e *RefusedError) Hints() []string { return e.Next }
