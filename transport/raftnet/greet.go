package raftnet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// conn is a connection past its hello.
type conn struct {
	net.Conn // TLS or plain
	peer     Peer
	forget   func() // takes it out of the port's set
}

// greet takes an accepted connection through TLS and hello, then serves it.
func (p *Port) greet(raw net.Conn) {
	defer p.conns.remove(raw)
	c, kind, why, err := p.welcome(raw)
	if !p.waiting.remove(raw) || p.ctx.Err() != nil {
		raw.Close() // pushed out and counted, or the port closes
		if why == "" {
			p.count.established.Add(-1)
		}
		return
	}
	if why != "" {
		raw.Close()
		p.refuse(raw, why, err)
		return
	}
	defer p.count.established.Add(-1)
	switch kind {
	case kindRaft:
		p.raft.serve(c)
	case kindPeer:
		p.serve(c)
	case kindTunnel:
		p.serveTunnel(c)
	}
}

// welcome shakes hands. A reason that is not empty says that the connection is
// refused; else it holds one of MaxConns places.
func (p *Port) welcome(raw net.Conn) (c *conn, kind byte, why reason, err error) {
	if err := raw.SetDeadline(time.Now().Add(p.cfg.HandshakeTimeout)); err != nil {
		return nil, 0, reasonMalformed, err
	}
	var talk net.Conn = raw
	var names []string
	if p.ids != nil {
		t := tls.Server(raw, p.ids.server())
		if err := t.HandshakeContext(p.ctx); err != nil {
			if silent(err) {
				return nil, 0, reasonSilent, err
			}
			return nil, 0, reasonUntrusted, err
		}
		talk, names = t, certNames(t.ConnectionState())
	}
	kind, who, err := readHello(talk)
	if err != nil {
		if silent(err) {
			return nil, 0, reasonSilent, err
		}
		return nil, 0, reasonMalformed, err
	}
	who.Address = raw.RemoteAddr().String()
	refused := func(why reason, err error) (*conn, byte, reason, error) {
		text := string(why)
		if err != nil {
			text = err.Error()
		}
		talk.Write(appendRefusal(nil, text)) // best effort: it's closed next
		return nil, 0, why, err
	}
	if err := p.trust(who.NodeID, names); err != nil {
		return refused(reasonUntrusted, err)
	}
	if kind == kindRaft && p.raft.isClosed() {
		return refused(reasonNoRaft, nil)
	}
	if p.count.established.Add(1) > int64(p.cfg.MaxConns) {
		p.count.established.Add(-1)
		return refused(reasonFull, nil)
	}
	if _, err := talk.Write(appendWelcome(nil, p.cfg.NodeID, p.cfg.BootID)); err != nil {
		p.count.established.Add(-1)
		if silent(err) {
			return nil, 0, reasonSilent, err
		}
		return nil, 0, reasonMalformed, err
	}
	raw.SetDeadline(time.Time{})
	return &conn{Conn: talk, peer: who, forget: func() {}}, kind, "", nil
}

// trust checks a node ID against the certificate's names and the peers.
func (p *Port) trust(nodeID string, names []string) error {
	if p.ids != nil && !slices.Contains(names, nodeID) {
		return fmt.Errorf("node %q shows a certificate for %q: issue one whose common name or DNS name is the node ID", nodeID, names)
	}
	if !p.cfg.IsPeer(nodeID) {
		return fmt.Errorf("node %q is not a peer of %q: add it to the cluster first", nodeID, p.cfg.NodeID)
	}
	return nil
}

// dial opens a connection of a kind and takes it through TLS and hello, within
// ctx and the handshake's time limit. The caller closes the connection and calls
// its forget.
func (p *Port) dial(ctx context.Context, kind byte, address string) (_ *conn, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("connect to node at %s: %w", address, err)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, p.cfg.HandshakeTimeout)
	defer cancel()
	raw, err := p.cfg.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	if !p.conns.add(raw) {
		raw.Close()
		return nil, ErrClosed
	}
	defer func() {
		if err != nil {
			p.conns.remove(raw)
			raw.Close()
			if ctx.Err() != nil {
				err = errors.Join(context.Cause(ctx), err)
			}
		}
	}()
	// The deadline is the context's: a cancelled dial must not wait for the far end.
	unhook := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	defer unhook()

	var talk net.Conn = raw
	var names []string
	want := p.cfg.NodeAt(address)
	if p.ids != nil {
		t := tls.Client(raw, p.ids.client())
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("TLS handshake: %w", err)
		}
		talk, names = t, certNames(t.ConnectionState())
		if want != "" && !slices.Contains(names, want) {
			return nil, fmt.Errorf("expected node %q, certificate names %q: check the address and the certificate", want, names)
		}
	}
	if _, err := talk.Write(appendHello(nil, kind, p.cfg.NodeID, p.cfg.BootID)); err != nil {
		return nil, fmt.Errorf("send the hello: %w", err)
	}
	who, err := readAnswer(talk)
	if err != nil {
		return nil, err
	}
	if want != "" && who.NodeID != want {
		return nil, fmt.Errorf("expected node %q, node %q answers: check the address", want, who.NodeID)
	}
	if err := p.trust(who.NodeID, names); err != nil {
		return nil, err
	}
	if !unhook() {
		return nil, errors.New("handshake took too long")
	}
	who.Address = address
	return &conn{Conn: talk, peer: who, forget: func() { p.conns.remove(raw) }}, nil
}

// Probe asks who answers at an address, on a new connection. A node that is
// known by its boot ID and answers with another one has restarted; an error
// that is syscall.ECONNREFUSED says that nobody listens there. A time limit or
// any other error says nothing about the node.
func (p *Port) Probe(ctx context.Context, address string) (nodeID, bootID string, err error) {
	c, err := p.dial(ctx, kindPeer, address)
	if err != nil {
		return "", "", err
	}
	c.forget()
	c.Close()
	return c.peer.NodeID, c.peer.BootID, nil
}
