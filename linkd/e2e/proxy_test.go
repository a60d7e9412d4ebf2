package e2e

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
)

// proxy stands between the nodes and one link of the switch. It can keep back
// what a node wrote: to the switch that is a node that stands still between its
// last check and its write.
type proxy struct {
	listener net.Listener
	target   string
	wg       sync.WaitGroup

	mu    sync.Mutex
	hold  string        // a frame with this in it is kept back, and all behind it
	held  chan struct{} // closed when one is
	free  chan struct{} // closed when they may go on
	conns []net.Conn
	ended bool
}

func newProxy(t testing.TB, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target}
	p.wg.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) close() {
	p.listener.Close()
	p.release()
	p.mu.Lock()
	p.ended = true
	for _, c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *proxy) accept() {
	for {
		node, err := p.listener.Accept()
		if err != nil {
			return
		}
		sw, err := net.Dial("tcp", p.target)
		if err != nil {
			node.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, node, sw)
		if p.ended {
			node.Close()
			sw.Close()
		}
		p.mu.Unlock()
		p.wg.Go(func() {
			_, _ = io.Copy(node, sw)
			node.Close()
		})
		p.wg.Go(func() {
			p.toSwitch(sw, node)
			sw.Close()
		})
	}
}

// toSwitch passes frames on until the node's side ends. What is kept back then
// is passed on all the same, once it may.
func (p *proxy) toSwitch(sw io.Writer, node io.Reader) {
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(node, head); err != nil {
			return
		}
		body := make([]byte, max(int(binary.BigEndian.Uint16(head[2:4]))-8, 0))
		if _, err := io.ReadFull(node, body); err != nil {
			return
		}
		if free := p.keep(body); free != nil {
			<-free
		}
		if _, err := sw.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// keep tells whether a frame is to be kept back, and until when.
func (p *proxy) keep(body []byte) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hold == "" || !bytes.Contains(body, []byte(p.hold)) {
		return nil
	}
	p.hold = "" // once
	close(p.held)
	return p.free
}

// holdBack keeps back the next frame with text in it. held is closed when it came.
func (p *proxy) holdBack(text string) (held <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold, p.held, p.free = text, make(chan struct{}), make(chan struct{})
	return p.held
}

// drop closes all connections; what is kept back is lost.
func (p *proxy) drop() {
	p.mu.Lock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
	p.mu.Unlock()
	p.release()
}

// release lets go on what is kept back.
func (p *proxy) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = ""
	if p.free != nil {
		close(p.free)
		p.free = nil
	}
}
