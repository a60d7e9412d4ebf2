package drill

import (
	"os/exec"
	"syscall"
)

// own ties the process to this one: it ends with it, whatever happens.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
