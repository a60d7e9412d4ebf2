package links

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
)

// drainLimit bounds the wait for facts on their way when a connection is over.
const drainLimit = time.Second

// drive claims the link and drives it until its connection is over, another
// claim supersedes it, or leadership is lost.
func (c *campaign) drive(ctx context.Context, ride *ride) {
	k, conn, s := ride.k, ride.conn, ride.settings
	out := ride.out
	if out == nil {
		out = newOutlet(c.m, k.name, s)
	}
	r := newReconciler(c, k, conn, out, s)
	err := r.continues(ctx, ride.before)
	if err == nil {
		err = r.takeover(ctx)
	}
	if err == nil {
		k.set(Active, r.epoch)
		var tending sync.WaitGroup
		driving, end := context.WithCancelCause(ctx)
		tending.Go(func() { c.tend(driving, k, end) })
		err = r.run(driving)
		end(err)
		tending.Wait()
	}
	conn.Halt()
	c.left = k.name
	c.failed(k.name)
	if r.epoch == 0 { // never claimed
		out.close()
		k.release(conn, nil)
		r.log.Info("link not taken over", "reason", err)
		pause(ctx, s.RetryMin)
		return
	}
	if (ctx.Err() != nil || errors.Is(err, errMoved)) && conn.Err() == nil && !r.superseded() {
		c.m.startDrain(k, conn, out, r.epoch, s)
		return
	}
	r.log.Info("link left", "epoch", r.epoch, "reason", err)
	var fault error
	if errors.Is(err, errNoWork) {
		fault = err
	}
	c.m.leave(k, conn, out, r.epoch, fault)
	r.forget()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// leave closes a connection that was driven: first what it still had read goes
// into the log, then the log hears that nothing more comes.
func (m *Manager) leave(k *keeper, conn driver.Conn, out *outlet, epoch uint64, fault error) {
	why := conn.Err()
	if !m.superseded(k.name, epoch) {
		out.drain(m.run, drainLimit)
		ctx, cancel := context.WithTimeout(m.run, drainLimit)
		if why == nil {
			why = cmp.Or(fault, errors.New("given up"))
		}
		m.linkDown(ctx, k.name, epoch, why)
		cancel()
	}
	out.close()
	k.release(conn, fault)
}

// superseded tells whether the state knows a later epoch of the link's switch.
func (m *Manager) superseded(link string, epoch uint64) bool {
	return gone(m.o.Replica.View(), link, epoch)
}

func gone(v *fsm.State, link string, epoch uint64) bool {
	l, ok := v.Link(link)
	if !ok || l.Epoch != epoch {
		return true
	}
	sw, ok := v.Switch(l.Switch)
	return !ok || sw.Epoch != epoch
}

// startDrain goes on reading a connection after leadership was lost, until
// another leader claims the link, the connection is over, or the time is. Its
// facts go to the log through the new leader.
func (m *Manager) startDrain(k *keeper, conn driver.Conn, out *outlet, epoch uint64, s Settings) {
	k.set(Draining, epoch)
	d := &drain{out: out, taken: make(chan struct{})}
	k.mu.Lock()
	k.drain = d
	k.mu.Unlock()
	m.mu.Lock()
	if m.draining++; m.draining == 1 {
		m.drained = make(chan struct{})
	}
	m.mu.Unlock()
	m.log.Info("reading the link until the next one is claimed", "link", k.name, "epoch", epoch)
	m.wg.Go(func() {
		defer func() {
			m.mu.Lock()
			if m.draining--; m.draining == 0 {
				close(m.drained)
			}
			m.mu.Unlock()
		}()
		ctx, cancel := context.WithTimeout(m.run, s.DrainTimeout)
		defer cancel()
		m.wg.Go(func() {
			_, _ = m.propose(ctx, "link report", &fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{
				Link: k.name, Epoch: epoch, Up: true, Reason: HandingOver,
			}}})
		})
		superseded := make(chan struct{})
		m.wg.Go(func() {
			_, err := m.o.Replica.WaitFor(ctx, func(v *fsm.State) bool { return gone(v, k.name, epoch) })
			if err == nil {
				close(superseded)
			}
		})
		select {
		case <-d.taken:
			return
		case <-superseded:
		case <-out.stream.Dead():
		case <-conn.Done():
		case <-ctx.Done():
		}
		cancel()
		if k.keepDrain(d) {
			m.leave(k, conn, out, epoch, nil)
		}
	})
}

// drain is the reading of a connection after leadership was lost.
type drain struct {
	out   *outlet
	taken chan struct{} // closed when this node leads again and drives the connection on
}

// keepDrain ends the chance to take a drained connection back. It reports false
// if that has just happened.
func (k *keeper) keepDrain(d *drain) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.drain != d {
		return false
	}
	k.drain = nil
	return true
}

// Handed waits until no connection is left of a leadership that was lost, or ctx
// ends. A node that hands leadership over before it leaves waits for it.
func (m *Manager) Handed(ctx context.Context) {
	m.mu.Lock()
	drained := m.drained
	if m.draining == 0 {
		m.mu.Unlock()
		return
	}
	m.mu.Unlock()
	select {
	case <-drained:
	case <-ctx.Done():
	}
}
