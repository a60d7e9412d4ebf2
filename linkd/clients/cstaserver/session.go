package cstaserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/linkd/failover"
	"github.com/holdline/holdline/linkd/proposer"
	"github.com/holdline/holdline/transport/csta"
	"google.golang.org/protobuf/proto"
)

// attachment is how far a connection has come to have a session.
type attachment int

const (
	unattached attachment = iota // a candidate: no request of its client needed the log yet
	opening
	attached
)

// streamLimit is how many commands of a connection may wait to be applied.
const streamLimit = 1024

// session is the connection's part in a session of the state. The session
// itself outlives the connection.
type session struct {
	client     clients.Client
	state      attachment
	id         uint64 // session, 0 until it is known
	attachment uint64
	resume     uint64 // session that the client asked for by its ID
	met        bool   // the record of the attachment came by
	stream     proposer.Stream
	report     *clients.Report

	queue    []command          // wait for the session, or for room in the stream
	pending  map[uint64]pending // sent, by ordinal
	requests int                // of these, that ask something of the switch
	queries  int                // snapshots and the like that wait for the switch
	monitors monitors
	index    gapIndex
	gap      *gap         // told again before anything new
	told     fsm.Position // everything up to here was sent
}

func (s *session) init() {
	s.pending, s.monitors = make(map[uint64]pending), newMonitors()
}

// busy tells whether no further message of the client is to be taken now.
func (s *session) busy() bool { return len(s.queue) >= streamLimit }

// answered forgets a command.
func (s *session) answered(m pending) {
	if m.work {
		s.requests--
	}
}

// dead is closed when the log refuses the attachment's commands.
func (c *conn) dead() <-chan struct{} {
	if c.sess.stream == nil || c.asso.stopping {
		return nil
	}
	return c.sess.stream.Dead()
}

// pending is what has to be known of a request to answer it.
type pending struct {
	invoke uint16
	name   string             // of the request
	filter csta.MonitorFilter // that MonitorStart or ChangeMonitorFilter asked for
	work   bool               // it asks something of the switch
}

// command is a request that goes into the log.
type command struct {
	pending
	put    func(*fsmpb.ClientCommand)
	secret []byte
	mute   bool // the log gives no answer
}

// submit puts a request into the log, after those before it. The first one
// opens and attaches the session.
func (c *conn) submit(m command) {
	s := &c.sess
	if s.state == unattached {
		if !c.serving() && c.l.d.Role.LeaderKnown() {
			c.fail(m.invoke, csta.ErrorSystemResource, csta.ResourceNetworkOutOfService)
			return
		}
		c.attach()
	}
	if m.work {
		s.requests++
	}
	s.queue = append(s.queue, m)
	c.drainQueue()
}

// drainQueue sends what the stream has room for.
func (c *conn) drainQueue() {
	s := &c.sess
	for s.state == attached && len(s.queue) > 0 && s.stream.Last()-s.stream.Applied() < streamLimit {
		m := s.queue[0]
		s.queue = s.queue[1:]
		err := s.stream.Send(c.ctx, func(ordinal uint64) *fsmpb.Command {
			if !m.mute {
				s.pending[ordinal] = m.pending
			}
			cc := &fsmpb.ClientCommand{Session: s.id, Attachment: s.attachment, Ordinal: ordinal, Invoke: uint32(m.invoke)}
			m.put(cc)
			return &fsmpb.Command{Kind: &fsmpb.Command_Client{Client: cc}}
		}, m.secret)
		if err != nil { // dead, which ends the loop, or too long for an entry
			c.log.Warn("request not taken", "client", s.client.Name, "session", s.id, "request", m.name, "error", err)
			s.answered(m.pending)
			c.fail(m.invoke, csta.ErrorSystemResource, csta.ResourceResourceLimitExceeded)
		}
	}
	if len(s.queue) == 0 {
		s.queue = nil
	}
}

// openCommand finds or makes the client's session.
func (c *conn) openCommand() *fsmpb.Command {
	s := &c.sess
	s.client = c.l.d.Identify(c.peer)
	return &fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{
		Switch: c.l.o.Switch, Identity: s.client.Identity, Name: s.client.Name, Edition: uint32(c.asso.edition),
		Resume: s.resume, Explicit: c.asso.explicit, LifeMs: c.sessionLife().Milliseconds(), SnapshotResume: c.l.o.Resume == Snapshot,
	}}}
}

// sessionLife is how long the session outlives the client's last sign of life.
func (c *conn) sessionLife() time.Duration {
	if c.asso.explicit {
		return max(c.l.o.SessionLife, c.asso.duration)
	}
	return c.l.o.SessionLife
}

// attach opens the session and attaches it to this connection. A session that
// was opened when the association began is opened again: another connection of
// the client may have changed it since.
func (c *conn) attach() {
	s := &c.sess
	s.state = opening
	open, told := c.openCommand(), s.id
	attach := &fsmpb.AttachSession{Node: c.l.d.Node, Nonce: c.nonce, Edition: uint32(c.asso.edition), Peer: c.addr}
	c.task(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, openLimit)
		defer cancel()
		r, err := c.l.d.Log.Propose(ctx, open)
		if err != nil {
			return func() { c.notAttached(err) }
		}
		if told != 0 && r.ID != told {
			return func() { c.end(fmt.Errorf("%w: its time was over", errSessionEnd)) }
		}
		attach.Session = r.ID
		a, err := c.l.d.Log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_AttachSession{AttachSession: attach}})
		if err != nil {
			return func() { c.notAttached(err) }
		}
		return func() { c.bind(r.ID, a.ID) }
	})
}

// notAttached refuses what waited for the session. A later request tries again.
func (c *conn) notAttached(err error) {
	s := &c.sess
	if s.state == attached {
		return // its record came by meanwhile
	}
	s.state = unattached
	code := errorCode(err)
	c.log.Warn("session not attached", "client", s.client.Name, "identity", s.client.Identity, "error", err)
	for _, m := range s.queue {
		s.answered(m.pending)
		c.fail(m.invoke, code.Category, code.Value)
	}
	s.queue = nil
	if s.resume != 0 {
		c.end(fmt.Errorf("%w: %w", errSessionEnd, err))
	}
}

// errorCode is what a client is told of a command that failed.
func errorCode(err error) csta.ErrorCode {
	var refusal *fsm.Refusal
	if errors.As(err, &refusal) && refusal.Category != "" {
		return csta.ErrorCode{Category: csta.ErrorCategory(refusal.Category), Value: csta.ErrorValue(refusal.Value)}
	}
	return csta.ErrorCode{Category: csta.ErrorSystemResource, Value: csta.ResourceNetworkOutOfService}
}

// bind makes the attachment this connection's. It is called for the proposal's
// answer and for the attachment's record, whichever comes first.
func (c *conn) bind(id, attachment uint64) {
	s := &c.sess
	if s.state == attached {
		return
	}
	s.state, s.id, s.attachment = attached, id, attachment
	s.stream = c.l.d.Log.Stream(fmt.Sprintf("client %s at %s", s.client.Name, c.addr), streamLimit)
	c.l.count.attachments.add(1)
	c.drainQueue()
}

// sessionChanged judges what became of this client's session.
func (c *conn) sessionChanged(v *fsm.State, r *fsm.Record, k *fsmpb.SessionChange) {
	s := &c.sess
	switch {
	case k.Kind == fsmpb.SessionChange_ATTACHED && k.Nonce == c.nonce:
		c.bind(k.Session, k.Attachment)
		s.met = true
		state, ok := v.Session(k.Session)
		if !ok {
			return // it ended later; that record follows
		}
		c.l.d.Failover.Mark(failover.Attached, c.l.o.Switch)
		c.log.Info("session attached", "client", s.client.Name, "identity", s.client.Identity, "session", s.id,
			"attachment", s.attachment, "edition", c.asso.edition, "resumed", s.resume != 0)
		if s.resume != 0 && s.resume == s.id {
			c.resume(v, state, fsm.PositionOf(r.Position))
		}
	case k.Session != s.id || !s.met:
	case k.Kind == fsmpb.SessionChange_ENDED:
		c.sessionEnded(k.Reason)
	case k.Kind == fsmpb.SessionChange_DETACHED && k.Attachment == s.attachment:
		now, _ := v.Session(s.id)
		c.log.Warn("another connection took this session over; if these are two clients, give each its own certificate, configured name or application ID",
			"client", s.client.Name, "identity", s.client.Identity, "session", s.id, "peer_now", now.GetPeer(), "node", now.GetNode())
		c.end(fmt.Errorf("%w: %s", errSuperseded, k.Reason))
	}
}

func (c *conn) sessionEnded(reason string) {
	if !c.asso.stopping { // else its answer ends the connection
		c.end(fmt.Errorf("%w: %s", errSessionEnd, reason))
	}
}

// settleSession puts into the log how far a client got on a connection that has
// ended, if that is known, and that it is gone.
func (l *Listener) settleSession(session, attachment uint64, at fsm.Position, known bool, why error) {
	if errors.Is(why, errSuperseded) || errors.Is(why, errSessionEnd) || errors.Is(why, errStopped) {
		return
	}
	var commands []*fsmpb.Command
	if known {
		commands = append(commands, &fsmpb.Command{Kind: &fsmpb.Command_SessionProgress{SessionProgress: &fsmpb.SessionProgress{
			Items: []*fsmpb.SessionProgress_Item{{Session: session, Attachment: attachment, Position: at.Proto()}},
		}}})
	}
	commands = append(commands, &fsmpb.Command{Kind: &fsmpb.Command_DetachSession{
		DetachSession: &fsmpb.DetachSession{Session: session, Attachment: attachment, Reason: label(why)},
	}})
	l.tasks.Go(func() {
		// The connection's context is over, and so may be the node's.
		ctx, cancel := context.WithTimeout(context.Background(), settleLimit)
		defer cancel()
		for _, cmd := range commands {
			if _, err := l.d.Log.Propose(ctx, cmd); err != nil {
				l.log.Debug("end of a connection not recorded", "session", session, "error", err)
				return
			}
		}
	})
}

// prune forgets what only a client that just came back needs.
func (s *session) prune(now time.Time) {
	if s.index.made && now.Sub(s.index.used) > indexKept {
		s.index = gapIndex{}
	}
}

func copyOf(c *fsmpb.CallChange) *fsmpb.CallChange { return proto.CloneOf(c) }
