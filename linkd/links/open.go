package links

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/holdline/holdline/linkd/links/cstalink"
	"github.com/holdline/holdline/linkd/links/driver"
)

// errNotReached is why a link can't be opened if no connection came about.
var errNotReached = errors.New("not reached")

// open connects and associates: directly or, if the switch can't be reached from
// the node that leads, through another node that reaches it. That node passes on
// octets and knows nothing of them: facts and requests stay the leader's, in its
// epoch.
func (k *keeper) open(ctx context.Context, s Settings) (driver.Conn, error) {
	k.set(Connecting, 0)
	k.mu.Lock()
	address := k.link.Address
	k.mu.Unlock()
	conn, err := k.openOn(ctx, s, func(ctx context.Context) (net.Conn, error) {
		if k.m.relays() { // in time for the choice of a link
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, s.ConnectTimeout/2)
			defer cancel()
		}
		return k.m.o.Dial(ctx, address)
	})
	if err == nil || !errors.Is(err, errNotReached) || !k.m.relays() {
		return conn, err
	}
	for n := range k.m.o.Replica.View().Nodes() {
		if n.Id == k.m.o.NodeID || ctx.Err() != nil || k.m.ended(n.Id) {
			continue
		}
		conn, far := k.openOn(ctx, s, func(ctx context.Context) (net.Conn, error) { return k.m.o.Relay(ctx, n.Id, k.name) })
		if far == nil {
			k.m.log.Warn("the switch can't be reached from here: the link is relayed", "link", k.name, "through", n.Id, "reason", err)
			k.mu.Lock()
			k.via = n.Id
			k.mu.Unlock()
			return conn, nil
		}
	}
	return nil, err
}

// openOn connects in some way and associates.
func (k *keeper) openOn(ctx context.Context, s Settings, dial func(context.Context) (net.Conn, error)) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.ConnectTimeout)
	defer cancel()
	k.mu.Lock()
	protocol := k.sw.Protocol
	k.mu.Unlock()
	if protocol == driver.BroadWorks {
		return k.openXsi(ctx, s, dial)
	}
	nc, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotReached, err)
	}
	o := s.CSTA
	o.Link, o.Logger = k.name, k.m.log
	o.BadFrame = func(reason string) { k.m.metrics.badFrame(k.name, reason) }
	conn, err := cstalink.Open(ctx, nc, o)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// relays tells whether this node may drive links through other nodes.
func (m *Manager) relays() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.leading && m.o.Relay != nil
}

// Passage connects to the switch of a provisioned link for another node, which
// leads and can't reach it.
func (m *Manager) Passage(ctx context.Context, from, link string) (net.Conn, error) {
	l, ok := m.o.Replica.View().Link(link)
	if !ok || l.Disabled {
		return nil, fmt.Errorf("node %s knows no link %q that is in use", m.o.NodeID, link)
	}
	c, err := m.o.Dial(ctx, l.Address)
	if err != nil {
		return nil, err
	}
	m.log.Info("relaying a link", "link", link, "for", from)
	return c, nil
}
