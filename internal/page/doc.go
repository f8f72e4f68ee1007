// Package page writes pages that are printed once: reports, tables, diffs, errors. It decides nothing and asks nothing; it
// is given values and writes text. What comes from the cluster is cleaned before it is shown.
//
// Every error that it returns is that of a write.
package page

import (
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// sheet is a sheet that a page is written on.
type sheet struct{ *layout.Sheet }

func newSheet(out *term.Output) *sheet { return &sheet{layout.NewSheet(out)} }
