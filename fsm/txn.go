package fsm

import (
	"fmt"
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// txn is the application of one entry: the state as it changes, and the records
// that it emits.
type txn struct {
	*State
	offset uint32
	link   *Link  // copied by this entry
	src    source // of the present fact
	audit  bool   // a snapshot is applied that the stuck-call watch asked for
}

// next is the position that the next record will have.
func (t *txn) next() *fsmpb.Position {
	return &fsmpb.Position{Index: t.index, Offset: t.offset + 1}
}

// emit appends a record to the feed. Neither it nor what it points to may be
// changed afterwards.
func (t *txn) emit(r *fsmpb.Record) { t.emitAt(r, new(fsmpb.Position)) }

// emitAt is emit with room for the position.
func (t *txn) emitAt(r *fsmpb.Record, at *fsmpb.Position) {
	t.offset++
	at.Index, at.Offset = t.index, t.offset
	r.Position = at
	r.TimeMs = t.timeMS
	t.feed.append(r)
}

func (t *txn) end() { t.feed.trim(t.settings.FeedRecords, t.settings.FeedBytes) }

// apply gives one command to the file of its noun.
func (t *txn) apply(c *fsmpb.Command) (Result, error) {
	switch k := c.Kind.(type) {
	case *fsmpb.Command_Fact:
		return t.fact(k.Fact), nil
	case *fsmpb.Command_Client:
		return t.client(k.Client), nil
	case *fsmpb.Command_ClaimLink:
		return t.claimLink(k.ClaimLink), nil
	case *fsmpb.Command_LinkReport:
		return t.linkReport(k.LinkReport), nil
	case *fsmpb.Command_SwitchReady:
		return t.switchReady(k.SwitchReady), nil
	case *fsmpb.Command_IntentResolved:
		return t.intentResolved(k.IntentResolved), nil
	case *fsmpb.Command_IntentSent:
		return t.intentSent(k.IntentSent), nil
	case *fsmpb.Command_RequestResync:
		return t.requestResync(k.RequestResync), nil
	case *fsmpb.Command_OpenSession:
		return t.openSession(k.OpenSession), nil
	case *fsmpb.Command_AttachSession:
		return t.attachSession(k.AttachSession), nil
	case *fsmpb.Command_DetachSession:
		return t.detachSession(k.DetachSession), nil
	case *fsmpb.Command_SessionProgress:
		return t.sessionProgress(k.SessionProgress), nil
	case *fsmpb.Command_EndSession:
		return t.endSession(k.EndSession.Session, k.EndSession.Reason), nil
	case *fsmpb.Command_Expire:
		return t.expire(k.Expire), nil
	case *fsmpb.Command_HashCheck:
		return t.hashCheck(k.HashCheck)
	case *fsmpb.Command_RaiseLevel:
		return t.raiseLevel(k.RaiseLevel)
	case *fsmpb.Command_Bootstrap:
		return t.bootstrap(k.Bootstrap), nil
	case *fsmpb.Command_PutSwitch:
		return t.putSwitch(k.PutSwitch), nil
	case *fsmpb.Command_DeleteSwitch:
		return t.deleteSwitch(k.DeleteSwitch.Name), nil
	case *fsmpb.Command_PutLink:
		return t.putLink(k.PutLink), nil
	case *fsmpb.Command_DeleteLink:
		return t.deleteLink(k.DeleteLink.Name), nil
	case *fsmpb.Command_PutDevices:
		return t.putDevices(k.PutDevices), nil
	case *fsmpb.Command_DeleteDevices:
		return t.deleteDevices(k.DeleteDevices), nil
	case *fsmpb.Command_PutNode:
		return t.putNode(k.PutNode.Node), nil
	case *fsmpb.Command_DeleteNode:
		return t.deleteNode(k.DeleteNode.Id), nil
	case *fsmpb.Command_PutSettings:
		return t.putSettings(k.PutSettings.Settings), nil
	default:
		return Result{}, fmt.Errorf("unknown command (field %s): install the newer release on this node", unknownField(c))
	}
}

func refuse(category, value, format string, args ...any) Result {
	return Result{Err: &Refusal{Category: category, Value: value, Text: fmt.Sprintf(format, args...)}}
}

func unknownField(c *fsmpb.Command) string {
	if b := c.ProtoReflect().GetUnknown(); len(b) > 0 {
		return strconv.Itoa(int(b[0] >> 3))
	}
	return "none"
}
