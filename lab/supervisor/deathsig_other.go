//go:build !linux

package supervisor

import "syscall"

// attributes adds nothing: without parent-death signals, a component ends when
// its lifeline closes.
func attributes() *syscall.SysProcAttr { return nil }
