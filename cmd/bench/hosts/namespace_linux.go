package hosts

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// Inside makes the command run in a network namespace of its own, as root
// there: by a user namespace where this process isn't root. Network can be
// called inside only. There is nothing to tidy up: all of it ends with the
// command.
func Inside(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWNET
	if uid := os.Getuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return nil
}

// The bridge's address is this process's; host i has .1i.
const (
	subnet     = "10.83.0."
	bridgeName = "holdline0"
)

// Network makes n hosts and a bridge between them. This process reaches them,
// and is reached, at Gateway.
func Network(n int) (_ []*Host, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrNone, err)
		}
	}()
	if err := up("lo"); err != nil {
		return nil, err
	}
	bridge := &netlink.Bridge{LinkAttrs: attrs(bridgeName)}
	if err := netlink.LinkAdd(bridge); err != nil {
		return nil, fmt.Errorf("make a bridge: %w", err)
	}
	if err := address(bridgeName, Gateway); err != nil {
		return nil, err
	}
	var out []*Host
	for i := range n {
		h, err := cabled(bridge, i)
		if err != nil {
			return nil, fmt.Errorf("make host %d: %w", i+1, err)
		}
		out = append(out, h)
	}
	return out, nil
}

// Gateway is the address of this process on the bridge.
const Gateway = subnet + "1"

func attrs(name string) netlink.LinkAttrs {
	a := netlink.NewLinkAttrs()
	a.Name = name
	return a
}

func up(name string) error {
	l, err := netlink.LinkByName(name)
	if err == nil {
		err = netlink.LinkSetUp(l)
	}
	if err != nil {
		return fmt.Errorf("bring up %s: %w", name, err)
	}
	return nil
}

func address(name, ip string) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	mask := net.CIDRMask(24, 32)
	if err := netlink.AddrAdd(l, &netlink.Addr{IPNet: &net.IPNet{IP: net.ParseIP(ip), Mask: mask}}); err != nil {
		return fmt.Errorf("give %s the address %s: %w", name, ip, err)
	}
	return up(name)
}

// cabled makes a host with a cable to the bridge. Its namespace lives as long as
// this process holds its handle.
func cabled(bridge netlink.Link, i int) (*Host, error) {
	here, there := fmt.Sprintf("cable%d", i+1), "eth0"
	ip := fmt.Sprintf("%s%d", subnet, 11+i)
	own, err := namespace()
	if err != nil {
		return nil, err
	}
	cable := &netlink.Veth{LinkAttrs: attrs(here), PeerName: there, PeerNamespace: netlink.NsFd(own)}
	if err := netlink.LinkAdd(cable); err != nil {
		return nil, fmt.Errorf("make a cable: %w", err)
	}
	plug, err := netlink.LinkByName(here)
	if err != nil {
		return nil, err
	}
	if err := netlink.LinkSetMaster(plug, bridge); err != nil {
		return nil, fmt.Errorf("plug the cable in: %w", err)
	}
	if err := netlink.LinkSetUp(plug); err != nil {
		return nil, err
	}
	err = within(own, func() error {
		if err := up("lo"); err != nil {
			return err
		}
		return address(there, ip)
	})
	if err != nil {
		return nil, err
	}
	return &Host{
		Address: ip,
		start:   func(cmd *exec.Cmd) error { return within(own, cmd.Start) },
		vanish: func(gone bool) error {
			if gone {
				return netlink.LinkSetDown(plug)
			}
			return netlink.LinkSetUp(plug)
		},
	}, nil
}

// namespace makes a network namespace and comes back from it.
func namespace() (netns.NsHandle, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		return 0, err
	}
	defer home.Close()
	own, err := netns.New()
	if err != nil {
		return 0, fmt.Errorf("make a network namespace: %w", err)
	}
	return own, netns.Set(home)
}

// within does f on a thread that is in a namespace. The thread comes back
// afterwards and lives on: processes that it started are tied to it.
func within(ns netns.NsHandle, f func() error) error {
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer home.Close()
	if err := netns.Set(ns); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("enter a network namespace: %w", err)
	}
	err = f()
	if back := netns.Set(home); back != nil {
		// Locked for ever: nobody else must get this thread.
		return fmt.Errorf("come back from a network namespace: %w", back)
	}
	runtime.UnlockOSThread()
	return err
}
