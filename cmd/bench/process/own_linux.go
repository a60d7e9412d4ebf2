package process

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// own ties the process to this one: it ends with it, whatever happens, and gets
// no signals of the terminal.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// still tells whether every thread of a process is stopped: the state that
// follows the command's name in brackets is T (proc(5)).
func still(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		return false
	}
	for _, name := range threads {
		data, err := os.ReadFile(name)
		if err != nil {
			return false
		}
		if state := data[bytes.LastIndexByte(data, ')')+1:]; !bytes.HasPrefix(state, []byte(" T")) {
			return false
		}
	}
	return true
}
