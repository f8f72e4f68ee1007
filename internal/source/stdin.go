package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// StdinError: stdin can be read once, and more than one source is to read it.
type StdinError struct{ Readers []string }

func (e *StdinError) Error() string {
	return "stdin can be read only once, but several sources read it: " + strings.Join(e.Readers, ", ")
}

// PromptError: nobody could be asked, or the answers were not the same.
type PromptError struct {
	Key     string
	Problem string
	Next    string
	Err     error
}

func (e *PromptError) Error() string   { return fmt.Sprintf("%s: %s", e.Key, e.Problem) }
func (e *PromptError) Unwrap() error   { return e.Err }
func (e *PromptError) Hints() []string { return []string{e.Next} }

// Stdin is all of stdin as the value of a key.
func (m *Reader) Stdin(ctx context.Context, key string) (secrets.Entry, error) {
	if m.Terminal.InIsTerminal() {
		return secrets.Entry{}, &PromptError{
			Key: key, Problem: "stdin is a terminal, which shows what is typed",
			Next: "--prompt=" + key + " asks without showing it; or pipe it: COMMAND | kubectl app … " + key + "=-",
		}
	}
	content, err := m.readStdin(ctx)
	return secrets.Entry{Key: key, Value: content, Origin: secrets.Origin{Kind: secrets.Stdin}}, err
}

// ErrEmptyStdin: the command before the pipe has most likely failed.
var ErrEmptyStdin = errors.New("stdin is empty: nothing was changed")

func (m *Reader) readStdin(ctx context.Context) ([]byte, error) {
	content, err := m.Terminal.ReadAll(ctx, secrets.MaxSize+1)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, systemError("stdin", err)
	case len(content) > secrets.MaxSize:
		return nil, tooLarge("stdin", "it is larger")
	case len(content) == 0:
		return nil, ErrEmptyStdin
	}
	return content, nil
}

// Ask has a value typed twice, and shows nothing of it.
func (m *Reader) Ask(ctx context.Context, key string) (secrets.Entry, error) {
	if !m.Terminal.InIsTerminal() {
		shown := redact.Argument(key) // perhaps it was to be the value
		if shown != key {
			shown = "KEY"
		}
		return secrets.Entry{}, &PromptError{
			Key: shown, Problem: "there is no terminal to ask on",
			Next: "pipe the value: COMMAND | kubectl app … " + shown + "=-; or take it from a variable: --from-env=NAME=" + shown,
		}
	}
	first, err := m.Terminal.ReadHidden(ctx, key+": ")
	if err != nil {
		return secrets.Entry{}, asking(ctx, key, err)
	}
	second, err := m.Terminal.ReadHidden(ctx, key+" again: ")
	if err != nil {
		return secrets.Entry{}, asking(ctx, key, err)
	}
	if !bytes.Equal(first, second) {
		return secrets.Entry{}, &PromptError{Key: key, Problem: "the two answers are not the same", Next: "run the command again"}
	}
	return secrets.Entry{Key: key, Value: first, Origin: secrets.Origin{Kind: secrets.Prompt}}, nil
}

func asking(ctx context.Context, key string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if answer := Untypable(nil); errors.As(err, &answer) {
		return &PromptError{Key: key, Problem: answer.Error(), Next: "pipe the value: COMMAND | kubectl app … " + key + "=-", Err: err}
	}
	return &PromptError{Key: key, Problem: "no answer: " + err.Error(), Next: "run the command again", Err: err}
}
