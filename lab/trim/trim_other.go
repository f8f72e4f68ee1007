//go:build !linux

package trim

// Pages does nothing: shared pages are counted once here.
func Pages() {}
