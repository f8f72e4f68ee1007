//go:build unix

package cli

import "syscall"

// detached gives the supervisor a session of its own: the end of the terminal,
// or its Ctrl-C, is not the end of the lab.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
