package fsm

import (
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

func (t *txn) fact(f *fsmpb.Fact) Result { return Result{} }

func (t *txn) claimLink(c *fsmpb.ClaimLink) Result         { return Result{} }
func (t *txn) linkReport(c *fsmpb.LinkReport) Result       { return Result{} }
func (t *txn) switchReady(c *fsmpb.SwitchReady) Result     { return Result{} }
func (t *txn) requestResync(c *fsmpb.RequestResync) Result { return Result{} }

func (t *txn) ourCall(link, switchCall string) uint64 {
	id, _ := t.names.get(nameKey(link, switchCall))
	return id
}

func (t *txn) expectCall(l *Link, switchCall string) uint64 {
	if id := t.ourCall(l.Name, switchCall); id != 0 || !goodName(switchCall) {
		return id
	}
	t.counters.Call++
	t.putCall(&Call{Id: t.counters.Call, Switch: l.Switch, BeganMs: t.timeMS, Epoch: l.Epoch,
		Names: []*fsmpb.CallName{{Link: l.Name, Call: switchCall, Epoch: l.Epoch}}})
	return t.counters.Call
}

func (t *txn) callDue(key string) {
	if id, err := strconv.ParseUint(key, 10, 64); err == nil {
		t.dropTombstone(id)
	}
}

func (t *txn) endUnobserved(sw, device string) {}

func (s *State) callsWith(sw, device string) []uint64 { return nil }

func connOf(c *Call, device string) *Connection {
	for _, x := range c.GetConnections() {
		if x.Device == device {
			return x
		}
	}
	return nil
}
