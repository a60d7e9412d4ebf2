package cstaserver

import (
	"crypto/tls"
	"net"

	"golang.org/x/sys/unix"
)

// unackedOf gives a function that asks TCP how many of the octets written to a
// connection the peer hasn't acknowledged. They die with this process's socket,
// so their events count as not delivered. Under TLS it is the number of the
// ciphertext's octets, which is never less.
func unackedOf(nc net.Conn) func() (int, bool) {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return func() (int, bool) { return 0, true }
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return func() (int, bool) { return 0, false }
	}
	return func() (n int, known bool) {
		err := raw.Control(func(fd uintptr) {
			var err error
			n, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
			known = err == nil
		})
		return n, known && err == nil
	}
}
