//go:build !linux

package process

import (
	"os/exec"
	"syscall"
	"time"
)

// own keeps signals of the terminal from the process: this one ends it.
func own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// still waits for as long as threads take to stop.
func still(int) bool {
	time.Sleep(10 * time.Millisecond)
	return true
}
