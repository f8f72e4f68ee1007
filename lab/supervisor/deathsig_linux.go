package supervisor

import "syscall"

// attributes let the kernel kill a component when the supervisor is killed, and
// keep the terminal's signals from it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
