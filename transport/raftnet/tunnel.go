package raftnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// A tunnel leads through another node to something that only that node can reach.
// After the hello the caller says what it wants to reach, a name of the far node's;
// the answer is the byte 0, or 1 and why not. Then everything is passed on, both
// ways, until one side closes.

// Reacher connects to what a name stands for. from is the caller's node ID.
type Reacher func(ctx context.Context, from, name string) (net.Conn, error)

// HandleTunnels sets what tunnels of other nodes may reach. Without it they are
// refused.
func (p *Port) HandleTunnels(r Reacher) { p.reacher.Store(&r) }

// Tunnel connects to what a name stands for at the node at an address, through that
// node. Close of the connection ends the tunnel.
func (p *Port) Tunnel(ctx context.Context, address, name string) (net.Conn, error) {
	if len(name) > maxName {
		return nil, fmt.Errorf("tunnel to %q: the name has more than %d bytes", name, maxName)
	}
	c, err := p.dial(ctx, kindTunnel, address)
	if err != nil {
		return nil, err
	}
	t := &tunnel{Conn: c.Conn, forget: c.forget}
	unhook := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	defer unhook()
	if _, err = c.Write(appendText(nil, name)); err == nil {
		err = readVerdict(c)
	}
	if err == nil && !unhook() {
		err = context.Cause(ctx)
	}
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("tunnel to %s through node %s: %w", name, c.peer.NodeID, err)
	}
	return t, nil
}

func readVerdict(r io.Reader) error {
	var b [1]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return err
	}
	if b[0] == answerYes {
		return nil
	}
	why, err := readText(r)
	if err != nil {
		return err
	}
	return errors.New(why)
}

// tunnel is the calling end.
type tunnel struct {
	net.Conn
	forget func()
	once   sync.Once
}

func (t *tunnel) Close() error {
	err := t.Conn.Close()
	t.once.Do(t.forget)
	return err
}

// serveTunnel passes on what comes through an accepted tunnel.
func (p *Port) serveTunnel(c *conn) {
	defer c.Close()
	far, err := p.reach(c)
	if err != nil {
		_, _ = c.Write(appendRefusal(nil, err.Error())) // best effort: it's closed next
		return
	}
	defer far.Close()
	if !p.conns.add(far) { // the port closes
		return
	}
	defer p.conns.remove(far)
	if _, err := c.Write([]byte{answerYes}); err != nil {
		return
	}
	_ = c.SetDeadline(time.Time{})
	p.count.tunnels.Add(1)
	defer p.count.tunnels.Add(-1)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(c, far)
		c.Close()
		far.Close()
	})
	_, _ = io.Copy(far, c)
	c.Close()
	far.Close()
	back.Wait()
}

func (p *Port) reach(c *conn) (net.Conn, error) {
	_ = c.SetDeadline(time.Now().Add(p.cfg.HandshakeTimeout))
	name, err := readText(c)
	if err != nil {
		return nil, err
	}
	r := p.reacher.Load()
	if r == nil {
		return nil, fmt.Errorf("node %s takes no tunnels", p.cfg.NodeID)
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.cfg.HandshakeTimeout)
	defer cancel()
	return (*r)(ctx, c.peer.NodeID, name)
}
