//go:build amd64 || arm64

package holder

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Holder is a process that shares this one's memory.
type Holder struct {
	pid   int
	stack []byte
}

// start is what the holder finds at the top of its stack, 16 octets aligned.
type start struct {
	wait unix.PollFd // until this process has ended
	name [24]byte    // of the holder, for those who list processes
}

// stackSize is the size of the holder's stack, in octets. It calls nothing.
const stackSize = 4096

// spawn makes a process that shares memory alone, closes all files but pidfd, waits
// for the event that the poll record at the top of its stack names, and ends. It
// returns its ID, or a negative error number.
func spawn(stack, pidfd uintptr) int

// Start starts a holder for this process. It ends by itself when the process does.
func Start() (*Holder, error) {
	pidfd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return nil, fmt.Errorf("open this process's file descriptor: %w", err)
	}
	defer unix.Close(pidfd)
	h := &Holder{}
	if h.stack, err = unix.Mmap(-1, 0, stackSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON); err != nil {
		return nil, fmt.Errorf("get memory for the holder's stack: %w", err)
	}
	top := (*start)(unsafe.Pointer(&h.stack[stackSize-unsafe.Sizeof(start{})]))
	top.wait = unix.PollFd{Fd: int32(pidfd), Events: unix.POLLIN}
	copy(top.name[:], "linkd-holder")
	if h.pid, err = spawnClosed(uintptr(unsafe.Pointer(top)), uintptr(pidfd)); err != nil {
		return nil, errors.Join(fmt.Errorf("start the holder: %w", err), unix.Munmap(h.stack))
	}
	return h, nil
}

// spawnClosed spawns, and returns when the holder has closed this process's files.
func spawnClosed(stack, pidfd uintptr) (pid int, err error) {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return 0, fmt.Errorf("make a pipe: %w", err)
	}
	defer unix.Close(pipe[0])
	pid, err = spawnUnmoved(stack, pidfd)
	unix.Close(pipe[1])
	if err != nil {
		return 0, err
	}
	// The other end is open in the holder until it has closed all.
	for {
		if _, err := unix.Read(pipe[0], make([]byte, 1)); err != unix.EINTR {
			break
		}
	}
	if ended, err := unix.Wait4(pid, nil, unix.WALL|unix.WNOHANG, nil); ended == pid {
		return 0, errors.New("it could not close this process's files")
	} else if err != nil {
		return 0, fmt.Errorf("look for it: %w", err)
	}
	return pid, nil
}

// spawnUnmoved spawns with all signals blocked, so that no handler ever runs in the
// holder: it inherits the mask.
func spawnUnmoved(stack, pidfd uintptr) (pid int, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, old unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &old); err != nil {
		return 0, fmt.Errorf("block signals: %w", err)
	}
	pid = spawn(stack, pidfd)
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil); err != nil {
		return 0, fmt.Errorf("unblock signals: %w", err)
	}
	if pid < 0 {
		return 0, unix.Errno(-pid)
	}
	return pid, nil
}

// Close ends the holder and waits for it.
func (h *Holder) Close() error {
	if err := unix.Kill(h.pid, unix.SIGKILL); err != nil {
		return fmt.Errorf("end the holder: %w", err)
	}
	for {
		_, err := unix.Wait4(h.pid, nil, unix.WALL, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("wait for the holder: %w", err)
		}
		return unix.Munmap(h.stack)
	}
}
