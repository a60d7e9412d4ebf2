package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// client applies one command of an attached client. Each is answered by one
// Reply record, now or later, except what a router says in a dialogue: CSTA has
// no answer to that. A Refusal in the Result says that the command was not taken
// in at all; its ID is then the ordinal of the last one that was.
func (t *txn) client(c *fsmpb.ClientCommand) Result {
	s, ok := t.sessions.get(c.Session)
	switch {
	case !ok:
		return refuse("operation", "objectNotKnown", "command of session %d: it is over", c.Session)
	case s.Attachment == 0 || s.Attachment != c.Attachment:
		return refuse("operation", "requestIncompatibleWithObject", "command of session %d: attachment %d is not the present one", c.Session, c.Attachment)
	case c.Ordinal <= s.LastOrdinal:
		return Result{}
	case c.Ordinal != s.LastOrdinal+1:
		r := refuse("operation", "invalidMsgID", "command %d of session %d: number %d is next", c.Ordinal, c.Session, s.LastOrdinal+1)
		r.ID = s.LastOrdinal
		return r
	}
	s = proto.CloneOf(s)
	s.LastOrdinal = c.Ordinal
	t.putSession(s)

	a := asker{session: s, ordinal: c.Ordinal, invoke: c.Invoke}
	switch b := c.Body.(type) {
	case *fsmpb.ClientCommand_StartMonitor:
		return t.startMonitor(a, b.StartMonitor)
	case *fsmpb.ClientCommand_StopMonitor:
		return t.stopMonitor(a, b.StopMonitor.Xref)
	case *fsmpb.ClientCommand_ChangeFilter:
		return t.changeFilter(a, b.ChangeFilter)
	case *fsmpb.ClientCommand_Request:
		return t.request(a, b.Request)
	case *fsmpb.ClientCommand_RegisterRouter:
		return t.registerRouter(a, b.RegisterRouter.Device)
	case *fsmpb.ClientCommand_CancelRouter:
		return t.cancelRouter(a, b.CancelRouter.Registration)
	case *fsmpb.ClientCommand_RouteAnswer:
		// Its number was taken in, whatever comes of it: a late answer is no
		// fault of the attachment.
		if r := t.routeAnswer(s, b.RouteAnswer); r.Err == nil {
			return r
		}
		t.counters.Refused++
		return Result{}
	}
	return t.fail(a, "operation", "serviceNotSupported")
}

// asker is who waits for the answer to a command.
type asker struct {
	session *Session
	ordinal uint64
	invoke  uint32
}

func (a asker) reply() *fsmpb.Reply {
	return &fsmpb.Reply{Session: a.session.Id, Attachment: a.session.Attachment, Ordinal: a.ordinal, Invoke: a.invoke}
}

// fail answers a command with a CSTAErrorCode.
func (t *txn) fail(a asker, category, value string) Result {
	r := a.reply()
	r.Category, r.Value = category, value
	t.emitReply(a.session.Switch, r)
	return Result{}
}

func (t *txn) emitReply(sw string, r *fsmpb.Reply) {
	t.emit(&Record{Switch: sw, Kind: &fsmpb.Record_Reply{Reply: r}})
}

// linkUp tells whether requests can reach the switch: a link is claimed, and by
// the leader of the present term. An earlier leader's epoch is about to end.
func (t *txn) linkUp(sw string) bool {
	s, ok := t.switches.get(sw)
	if !ok || s.Epoch == 0 || !s.LinkUp {
		return false
	}
	l, ok := t.links.get(s.Link)
	return ok && l.Term >= t.term
}
