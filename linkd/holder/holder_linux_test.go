//go:build amd64 || arm64

package holder

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// heavy is how much memory the process that is killed has, in octets.
const heavy = 128 << 20

// TestMain is the process that is killed, if it is called as such.
func TestMain(m *testing.M) {
	if at := os.Getenv("HOLDER_TEST_DIALS"); at != "" {
		if err := live(at); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// live takes memory, starts a holder, tells its number over a connection and waits
// to be killed.
func live(at string) error {
	memory, err := unix.Mmap(-1, 0, heavy, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_POPULATE)
	if err != nil {
		return err
	}
	defer unix.Munmap(memory)
	c, err := net.Dial("tcp", at)
	if err != nil {
		return err
	}
	defer c.Close()
	h, err := Start()
	if err != nil {
		return err
	}
	fmt.Fprintln(c, h.pid)
	_, err = io.Copy(io.Discard, c) // until the end
	return err
}

// Who talks to a killed process hears of its end while its memory is still there;
// the holder goes when the process has.
func TestSocketsCloseBeforeMemoryIsFreed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOLDER_TEST_DIALS="+l.Addr().String())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	from := bufio.NewReader(c)
	line, err := from.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)

	if name := strings.TrimSpace(read(t, pid, "comm")); name != "linkd-holder" {
		t.Errorf("the holder is called %q", name)
	}
	if files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err != nil || len(files) != 1 {
		t.Errorf("the holder has the files %v (%v), want that of the process alone", files, err)
	}

	// Freeze the holder: memory can't be freed before it goes on.
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := from.ReadByte(); err == nil {
		t.Fatal("the killed process spoke")
	}
	if held := resident(t, pid); held < heavy {
		t.Errorf("%d octets were held when the connection ended, want %d or more", held, heavy)
	}
	if err := unix.Kill(pid, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	ended(t, pidfd)
}

// A holder that is not wanted any more goes, and the process lives on.
func TestClose(t *testing.T) {
	h, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(h.pid, 0); err != unix.ESRCH {
		t.Errorf("the holder is still there: %v", err)
	}
}

// The holder hears no signal that the process does, such as a terminal's Ctrl-C.
func TestNoSignalReachesIt(t *testing.T) {
	h, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, s := range []syscall.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGURG, unix.SIGQUIT} {
		if err := unix.Kill(h.pid, s); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(read(t, h.pid, "status")) {
		if name, mask, _ := strings.Cut(strings.TrimSpace(line), ":\t"); name == "SigBlk" && mask != "fffffffe7ffbfeff" && mask != "fffffffffffbfeff" {
			t.Errorf("it doesn't block all signals but SIGKILL and SIGSTOP: %s", mask)
		}
	}
	if err := unix.Kill(h.pid, 0); err != nil {
		t.Errorf("a signal ended it: %v", err)
	}
}

func read(t *testing.T, pid int, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// resident is how much memory a process holds, in octets.
func resident(t *testing.T, pid int) int {
	t.Helper()
	pages, err := strconv.Atoi(strings.Fields(read(t, pid, "statm"))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// ended waits for a process's end.
func ended(t *testing.T, pidfd int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, int(time.Until(deadline).Milliseconds()))
		if n > 0 {
			return
		}
		if err != unix.EINTR || time.Now().After(deadline) {
			t.Fatal("the holder outlives the process")
		}
	}
}
