package secrets

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// MalformedError is a line, or an argument, that can't be read.
type MalformedError struct {
	Origin  Origin
	Problem string
}

func (e *MalformedError) Error() string { return fmt.Sprintf("%s: %s", e.Origin, e.Problem) }

// Is tells of a line in the syntax of a .env file.
func (e *MalformedError) Is(target error) bool {
	return target == ErrDotenvSyntax && (e.Problem == noPairProblem || e.Problem == exportProblem)
}

// KeyError is a key that Kubernetes does not take.
type KeyError struct {
	Key     string
	Origin  Origin
	Problem string
	// Nearest is the legal key that resembles it most, or "".
	Nearest string
}

func (e *KeyError) Error() string {
	shown := redact.ArgumentOr(e.Key, "this text")
	text := fmt.Sprintf("%s: %s can't be a key: %s", e.Origin, shown, e.Problem)
	if e.Nearest != "" && shown != "this text" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return text
}

// DuplicateError is a key that two sources give.
type DuplicateError struct {
	Key           string
	First, Second Origin
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("the key %q is given twice: by %s, and by %s", e.Key, e.First, e.Second)
}

// UnsetError is a variable that the process environment does not have.
type UnsetError struct {
	// Variable is "" where a file names it: a line without "=" may be a piece of a value.
	Variable string
	Origin   Origin
	// Nearest is the variable that is set and resembles it, or "".
	Nearest string
}

func (e *UnsetError) Error() string {
	if e.Variable == "" {
		return fmt.Sprintf(`%s: the line has no "=", and no variable of that name is set (is it a part of a value of several lines?)`, e.Origin)
	}
	if e.Nearest == "" && !isShownVariable(e.Variable) {
		return "a variable on the command line is not set; its name is not shown, because it is not in capitals and could be a value"
	}
	text := fmt.Sprintf("the variable %s is not set", e.Variable)
	if e.Nearest != "" {
		text += fmt.Sprintf("; %s is", e.Nearest)
	}
	return text
}

// isShownVariable tells that a name is written as variables are. Any other may be a value, and no message shows it.
func isShownVariable(name string) bool {
	return name == strings.ToUpper(name) && redact.Argument(name) == name
}

// Is tells of a line that may be a part of a quoted value.
func (e *UnsetError) Is(target error) bool {
	return target == ErrDotenvSyntax && e.Variable == "" && e.Origin.Kind == EnvFile
}

// TooLargeError is content that no Secret or ConfigMap can hold.
type TooLargeError struct {
	Size        int    // of all values, in bytes
	Largest     string // the key of the largest value
	LargestSize int    // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the values are %s together, and an object holds %s; the largest is %s (%s)", Size(e.Size), Size(MaxSize), e.Largest, Size(e.LargestSize))
}

// NoKeyError is a key to remove, or to show, that the object does not have.
type NoKeyError struct {
	Key     string
	Nearest string
}

func (e *NoKeyError) Error() string {
	text := "there is no key " + redact.ArgumentOr(e.Key, "of that name")
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return text
}
