package source

import (
	"context"
	"io"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Terminal is what is read from the streams.
type Terminal interface {
	// InIsTerminal tells whether someone could answer.
	InIsTerminal() bool
	// ReadHidden asks, and reads a line that is not shown; the error may be Untypable.
	ReadHidden(ctx context.Context, question string) ([]byte, error)
	// ReadAll reads stdin to its end, or limit bytes of it.
	ReadAll(ctx context.Context, limit int64) ([]byte, error)
}

// Untypable is an answer that can't be taken as it was typed.
type Untypable interface {
	error
	Untypable()
}

// Reader is where values come from. Each reads stdin once.
type Reader struct {
	Terminal    Terminal
	Environment secrets.Environment
	// Random is crypto/rand's Reader.
	Random io.Reader
}
