package fsm

import (
	"slices"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// A session outlives the connections of its client. At any time at most one
// connection is its attachment; its monitors are claimed, one by one, by
// MonitorStarts of that attachment, or all at once if the client resumed the
// session by its ID.

// The life of a session without a sign of life, in ms.
const (
	defaultLife = minute
	minLife     = second
	maxLife     = 24 * hour
)

// openSession finds a client's session: by its ID if the client resumes an
// explicit one, else by who the client is. Without one it makes it.
func (t *txn) openSession(c *fsmpb.OpenSession) Result {
	if _, ok := t.switches.get(c.Switch); !ok {
		return refuse("operation", "objectNotKnown", "open a session: no switch %.40q", c.Switch)
	}
	s, ok := t.sessions.get(c.Resume)
	resuming := c.Resume != 0 && ok && s.Explicit && s.Switch == c.Switch
	if !resuming {
		if c.Identity == "" || len(c.Identity) > maxName {
			return refuse("operation", "invalidParameterValue", "open a session: the identity has %d bytes; give 1 to %d", len(c.Identity), maxName)
		}
		id, _ := t.identities.get(identityKey(c.Switch, c.Identity))
		s, ok = t.sessions.get(id)
	}
	switch {
	case ok:
		s = proto.CloneOf(s)
	case t.sessions.len() >= int(t.settings.Sessions):
		return refuse("systemResourceAvailibility", "resourceLimitExceeded", "open a session for %s: the limit of %d sessions is reached (setting sessions)", c.Identity, t.settings.Sessions)
	default:
		t.counters.Session++
		s = &Session{Id: t.counters.Session, Switch: c.Switch, Identity: c.Identity, OpenedMs: t.timeMS, Delivered: t.feed.last.Proto()}
	}
	s.Name, s.Explicit, s.SnapshotResume, s.Resuming = c.Name, c.Explicit, c.SnapshotResume, resuming
	if c.Edition != 0 {
		s.Edition = c.Edition
	}
	s.LifeMs = defaultLife
	if c.LifeMs > 0 {
		s.LifeMs = min(max(c.LifeMs, minLife), maxLife)
	}
	t.renew(s)
	t.putSession(s)
	return Result{ID: s.Id}
}

// renew gives a session, which the caller owns and puts, its full life again.
func (t *txn) renew(s *Session) {
	s.DueMs = t.timeMS + s.LifeMs
	t.setDeadline(fsmpb.DeadlineKind_SESSION, sessionKey(s.Id), s.DueMs)
}

func sessionKey(id uint64) string { return strconv.FormatUint(id, 10) }

// attachSession binds a session to one connection. What the earlier attachment
// had claimed is unclaimed from here on, except for a client that resumes the
// session and so holds its cross reference IDs already: all its monitors are
// claimed, and each is replayed from its own resume_from.
func (t *txn) attachSession(c *fsmpb.AttachSession) Result {
	s, ok := t.sessions.get(c.Session)
	switch {
	case !ok:
		return refuse("operation", "objectNotKnown", "attach session %d: it is over; open it again", c.Session)
	case c.Nonce == "":
		return refuse("operation", "invalidParameterValue", "attach session %d: no nonce", c.Session)
	case s.Nonce == c.Nonce && s.Attachment != 0:
		return Result{ID: s.Attachment}
	case s.Nonce == c.Nonce:
		return refuse("operation", "requestIncompatibleWithObject", "attach session %d: this connection was detached already", c.Session)
	}
	if s.Attachment != 0 {
		t.emitSession(s, fsmpb.SessionChange_DETACHED, "attached elsewhere")
	}
	s = proto.CloneOf(s)
	if s.AttachedMs != 0 {
		s.Resumed++
	}
	t.counters.Attachment++
	s.Attachment, s.LastOrdinal = t.counters.Attachment, 0
	s.Node, s.Nonce, s.Peer, s.AttachedMs = c.Node, c.Nonce, c.Peer, t.timeMS
	if c.Edition != 0 {
		s.Edition = c.Edition
	}
	s.AttachedAt = t.next()
	t.emitSession(s, fsmpb.SessionChange_ATTACHED, "")
	t.renew(s)
	t.putSession(s)

	unclaimed := t.handOver(s)
	unclaimed = t.handOverRouters(s) || unclaimed
	if unclaimed {
		t.setDeadline(fsmpb.DeadlineKind_UNCLAIMED_MONITORS, sessionKey(s.Id), t.timeMS+t.settings.UnclaimedMs)
	} else {
		t.clearDeadline(fsmpb.DeadlineKind_UNCLAIMED_MONITORS, sessionKey(s.Id))
	}
	return Result{ID: s.Attachment}
}

// handOver gives a session's monitors to its new attachment and tells whether
// some wait to be claimed. Those that never came up go: their client, which
// still waits for the answer of a lost connection, asks again.
func (t *txn) handOver(s *Session) (unclaimed bool) {
	all := t.monitorsOf(s.Id)
	for _, m := range all {
		if m.Pending {
			t.endMonitor(m)
		}
	}
	for _, m := range all {
		m, ok := t.monitors.get(m.Xref)
		if !ok {
			continue // it was pending, or on a call that only that one kept alive
		}
		m = proto.CloneOf(m)
		// A client that was told up to a point after the monitor's (re)start has
		// had the whole gap before it.
		if d := PositionOf(s.Delivered); m.Claimed && !d.Before(PositionOf(m.Started)) {
			m.ResumeFrom = d.Proto()
		}
		m.Claimed = s.Resuming
		if s.Resuming {
			m.Started = s.AttachedAt
		} else {
			unclaimed = true
		}
		t.putMonitor(m)
	}
	return unclaimed
}

func (t *txn) emitSession(s *Session, kind fsmpb.SessionChange_Kind, reason string) {
	t.emit(&Record{Switch: s.Switch, Kind: &fsmpb.Record_Session{Session: &fsmpb.SessionChange{
		Kind: kind, Session: s.Id, Attachment: s.Attachment, Node: s.Node, Nonce: s.Nonce, Reason: reason,
	}}})
}

// detachSession notes that a session's connection is gone. One that is no longer
// the attachment changes nothing.
func (t *txn) detachSession(c *fsmpb.DetachSession) Result {
	s, ok := t.sessions.get(c.Session)
	if !ok || c.Attachment == 0 || s.Attachment != c.Attachment {
		return Result{}
	}
	t.emitSession(s, fsmpb.SessionChange_DETACHED, c.Reason)
	s = proto.CloneOf(s)
	s.Attachment = 0
	t.renew(s)
	t.putSession(s)
	t.clearDeadline(fsmpb.DeadlineKind_UNCLAIMED_MONITORS, sessionKey(s.Id))
	t.leaveRouter(s.Id, 0)
	return Result{}
}

// sessionProgress moves the delivered positions forward and counts as a sign of
// life, so that the sessions of a node that died end by themselves.
func (t *txn) sessionProgress(c *fsmpb.SessionProgress) Result {
	for _, i := range c.Items {
		s, ok := t.sessions.get(i.GetSession())
		if !ok || i.Attachment == 0 || s.Attachment != i.Attachment {
			continue
		}
		s = proto.CloneOf(s)
		if p := PositionOf(i.Position); PositionOf(s.Delivered).Before(p) && !t.feed.last.Before(p) {
			s.Delivered = p.Proto()
		}
		t.renew(s)
		t.putSession(s)
	}
	return Result{}
}

// endSession ends a session with all that it holds. Requests of it that are
// under way go on without anybody to answer.
func (t *txn) endSession(id uint64, reason string) Result {
	s, ok := t.sessions.get(id)
	if !ok {
		return Result{}
	}
	for _, m := range t.monitorsOf(id) {
		t.endMonitor(m)
	}
	t.dropSession(id)
	t.clearDeadline(fsmpb.DeadlineKind_SESSION, sessionKey(id))
	t.clearDeadline(fsmpb.DeadlineKind_UNCLAIMED_MONITORS, sessionKey(id))
	t.emitSession(s, fsmpb.SessionChange_ENDED, reason)
	t.dropRouters(id)
	return Result{}
}

// endUnclaimed ends the monitors and routers that the client didn't ask for
// again in time.
func (t *txn) endUnclaimed(id uint64) {
	s, ok := t.sessions.get(id)
	if !ok {
		return
	}
	for _, m := range t.monitorsOf(id) {
		if _, ok := t.monitors.get(m.Xref); ok && !m.Claimed && !m.Pending {
			t.emitEnded(m, "not claimed in time", false)
			t.endMonitor(m)
		}
	}
	t.dropUnclaimedRouters(s)
}

// newTerm gives sessions a grace time: without a leader nobody could hear a
// client's sign of life, nor a client claim its monitors.
func (t *txn) newTerm() {
	for _, s := range slices.Collect(t.Sessions()) {
		s = proto.CloneOf(s)
		t.renew(s)
		t.putSession(s)
		if d, ok := t.deadlines.get(deadlineKey(fsmpb.DeadlineKind_UNCLAIMED_MONITORS, sessionKey(s.Id))); ok {
			t.setDeadline(d.Kind, d.Key, max(d.DueMs, t.timeMS+t.settings.UnclaimedMs))
		}
	}
}
