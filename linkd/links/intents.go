package links

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/linkd/secret"
)

// verifyWait is how long a request on an unverified call waits for the snapshot.
const verifyWait = time.Second

// sentIntent is an intent of this term that was given to a link, or waits to be.
type sentIntent struct {
	seen    time.Time
	given   bool        // to a connection: never again
	written atomic.Bool // or perhaps
}

// refusal is a request that was not sent and never will be.
type refusal struct{ category, value string }

func (e *refusal) Error() string { return e.category + "/" + e.value }

var (
	errNotVerified = errors.New("its call waits for a snapshot")
	errNoLink      = &refusal{"systemResourceAvailibility", "networkOutOfService"}
	errTooLate     = &refusal{"performanceManagement", "generic"}
	errNoSecret    = &refusal{"operation", "generic"}
)

// observe notes log time: a leader's log time goes on by its boottime.
func (r *reconciler) observe(v *fsm.State) {
	off := v.TimeMS() - r.m.o.Clock.Boottime().Milliseconds()
	if r.off == 0 || off > r.off {
		r.off = off
	}
}

// stepIntents sends the intents of this term and epoch that were not sent yet.
func (r *reconciler) stepIntents(ctx context.Context, v *fsm.State) {
	for i := range v.Intents() {
		if i.Switch != r.sw || i.Term != r.term {
			continue
		}
		s := r.sent(i.Id)
		if s.given || i.Epoch > r.epoch {
			continue
		}
		// One of an earlier epoch that this leader didn't give to a link was given
		// to none: nobody else may send what its term committed.
		_, err := r.order(v, i)
		var no *refusal
		switch {
		case err == nil:
			if at := r.dueOf(i.Request); time.Until(at) > 0 {
				r.wakeAt(at)
				continue
			}
			r.pace.note(i.Request)
			r.execute(ctx, i.Id, s)
		case errors.As(err, &no):
			r.refuse(ctx, i.Id, s, no)
		case time.Since(s.seen) < verifyWait:
			r.wakeAt(s.seen.Add(verifyWait))
		default:
			r.refuse(ctx, i.Id, s, &refusal{"stateIncompatibility", "invalidObjectState"})
		}
	}
	for id := range r.intents {
		if _, ok := v.Intent(id); !ok {
			delete(r.intents, id)
		}
	}
}

// sent is what became of an intent of this term.
func (c *campaign) sent(intent uint64) *sentIntent {
	s := c.intents[intent]
	if s == nil {
		s = &sentIntent{seen: time.Now()}
		c.intents[intent] = s
	}
	return s
}

// order puts a request into the names of this link. It fails with a *refusal if
// it can't be, with errNotVerified if it can't be yet.
func (r *reconciler) order(v *fsm.State, i *fsm.Intent) (*driver.Order, error) {
	o := &driver.Order{Request: i.Request}
	var err error
	if o.First, err = r.name(v, i.Request.First, i.Request.Service); err != nil {
		return nil, err
	}
	if o.Second, err = r.name(v, i.Request.Second, i.Request.Service); err != nil {
		return nil, err
	}
	return o, nil
}

// name is a connection as the switch names it on this link.
func (r *reconciler) name(v *fsm.State, c *fsmpb.Conn, s fsmpb.Service) (*fsmpb.SwitchConn, error) {
	if c.GetCall() == 0 {
		if c.GetDevice() != "" {
			return &fsmpb.SwitchConn{Device: c.Device}, nil
		}
		return nil, nil
	}
	call, ok := v.Call(c.Call)
	if !ok {
		return nil, &refusal{"operation", "invalidCallID"}
	}
	name := ""
	for _, n := range call.Names {
		if n.Link == r.link && (call.Epoch == r.epoch || n.Epoch == r.epoch) {
			name = n.Call
			break
		}
	}
	if name == "" {
		return nil, errNotVerified
	}
	device := c.Device
	for _, p := range call.Connections {
		if p.Device == c.Device && p.SwitchDevice != "" {
			device = p.SwitchDevice
		}
	}
	return &fsmpb.SwitchConn{Call: name, Device: device}, nil
}

// execute gives an intent to the connection. Right before it is written
// everything is checked again: that we lead, that the epoch is ours, that it is
// still open and not due.
func (r *reconciler) execute(ctx context.Context, id uint64, s *sentIntent) {
	s.given = true
	off := r.off
	check := func() (*driver.Order, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		v := r.m.o.Replica.View()
		i, ok := v.Intent(id)
		switch {
		case !ok:
			return nil, errSuperseded
		case gone(v, r.link, r.epoch):
			return nil, errNoLink
		case r.m.o.Clock.Boottime().Milliseconds()+off >= i.DueMs:
			return nil, errTooLate
		}
		o, err := r.order(v, i)
		if err != nil {
			return nil, err
		}
		if i.Request.Secret {
			data, ok := r.m.o.Secrets.Take(i.Session, i.Attachment, i.Ordinal)
			if !ok {
				return nil, errNoSecret
			}
			if o.Secret, err = secret.Parse(data); err != nil {
				return nil, errNoSecret
			}
		}
		s.written.Store(true)
		return o, nil
	}
	r.conn.Execute(id, check, func(err error) {
		r.m.metrics.request(r.link, err)
		r.post(func() { r.executed(ctx, id, s, err) })
	})
}

// executed notes what became of an intent at the link. One that was not written
// gets its outcome now; one that was and got no answer is left to its deadline.
func (r *reconciler) executed(ctx context.Context, id uint64, s *sentIntent, err error) {
	written := driver.Written(err)
	s.written.Store(written)
	var no *refusal
	switch {
	case written || ctx.Err() != nil || errors.Is(err, errSuperseded):
	case errors.As(err, &no):
		r.refuse(ctx, id, s, no)
	case errors.Is(err, errNotVerified):
		s.given = false // renamed meanwhile
	case errors.Is(err, driver.ErrNotNow):
		s.given = false
	default: // the message can't be built, or the connection is over
		r.refuse(ctx, id, s, &refusal{"operation", "generic"})
	}
}

// refuse settles an intent that never left.
func (c *campaign) refuse(ctx context.Context, id uint64, s *sentIntent, why *refusal) {
	s.given = true
	c.m.log.Info("request not sent", "switch", c.sw, "intent", id, "reason", why)
	c.spawn(func() {
		_, _ = c.m.propose(ctx, "intent resolved", &fsmpb.Command{Kind: &fsmpb.Command_IntentResolved{IntentResolved: &fsmpb.IntentResolved{
			Intent: id, Result: fsmpb.OutcomeResult_NOT_DONE, Category: why.category, Value: why.value,
		}}})
	})
}

// forget is for when a connection is closed: intents that were given to it and
// never written are free again, to be settled by the next epoch.
func (r *reconciler) forget() {
	r.drainPosts()
	for _, s := range r.intents {
		if s.given && !s.written.Load() {
			s.given = false
		}
	}
}
