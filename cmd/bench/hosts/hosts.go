package hosts

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
)

// ErrNone says that hosts of their own can't be had here.
var ErrNone = errors.New("no network namespaces")

// Host is where one node runs.
type Host struct {
	Address string // IP address

	start  func(*exec.Cmd) error
	vanish func(gone bool) error
}

// Loopback gives hosts that are all this machine itself.
func Loopback(n int) []*Host {
	var out []*Host
	for range n {
		out = append(out, &Host{Address: "127.0.0.1", start: (*exec.Cmd).Start})
	}
	return out
}

// Start starts a process on the host.
func (h *Host) Start(cmd *exec.Cmd) error { return h.start(cmd) }

// Vanish pulls the host's cable, Return plugs it in again.
func (h *Host) Vanish() error { return h.cable(true) }

// Return plugs the cable in again.
func (h *Host) Return() error { return h.cable(false) }

func (h *Host) cable(gone bool) error {
	if h.vanish == nil {
		return fmt.Errorf("pull the cable of %s: %w", h.Address, ErrNone)
	}
	return h.vanish(gone)
}

// Ports gives n free ports below those that systems give to outgoing
// connections, all different. They are free on this machine when it returns.
func Ports(n int) ([]string, error) {
	const lowest, highest = 10240, 32767
	var out []string
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	for tries := 0; len(out) < n; tries++ {
		port := strconv.Itoa(lowest + rand.IntN(highest-lowest+1))
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err == nil {
			held = append(held, l)
			out = append(out, port)
		} else if tries > 1000 {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
	}
	return out, nil
}
