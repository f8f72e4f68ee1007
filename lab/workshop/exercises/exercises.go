// Package exercises has the exercises of the workshop, each in a folder. See docs/workshop.md.
package exercises

import "embed"

// FS has the folders.
//
//go:embed [0-9]*
var FS embed.FS
