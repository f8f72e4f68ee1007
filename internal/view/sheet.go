package view

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// sheet is a sheet that a release is drawn on.
type sheet struct {
	*layout.Sheet
	// now is the time of what is shown; zero where no decision is awaited.
	now time.Time
}

func newSheet(out *term.Output) *sheet { return &sheet{Sheet: layout.NewSheet(out)} }
