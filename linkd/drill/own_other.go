//go:build !linux

package drill

import (
	"os/exec"
	"syscall"
)

// own keeps signals of the terminal from the process: this one ends it.
func own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
