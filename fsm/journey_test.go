package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// A client makes a call, which the switch answers before the call's first event;
// then it holds it, and the leader dies before the switch's answer came.
func TestRequestAcrossTakeover(t *testing.T) {
	r := newStand(t)
	fact := func(f *fsmpb.Fact) {
		t.Helper()
		l := r.link()
		f.Link, f.Epoch, f.Ordinal = l.Name, l.Epoch, l.LastOrdinal+1
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: f}})
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: "pbx", Link: "l1", Node: "n1", Term: 1}}})
	c := r.connect("ts1", "n")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	c.start(&fsmpb.StartMonitor{Device: "1000", Type: fsmpb.MonitorType_CALL_TYPE})
	fact(&fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: &fsmpb.UpstreamMonitor{Device: "1000", Up: true}}})
	fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{Device: "1000", Began: 1, CallsKnown: true}}})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{Switch: "pbx", Epoch: r.link().Epoch}}})
	id := c.request(&fsmpb.Request{Service: fsmpb.Service_MAKE_CALL, Device: "1000", Destination: "1001"})
	r.take()
	fact(&fsmpb.Fact{Body: &fsmpb.Fact_Outcome{Outcome: &fsmpb.Outcome{Intent: id, Result: fsmpb.OutcomeResult_DONE, Connection: &fsmpb.SwitchConn{Call: "x", Device: "1000"}}}})
	for _, typ := range []fsmpb.EventType{fsmpb.EventType_SERVICE_INITIATED, fsmpb.EventType_ORIGINATED} {
		fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: &fsmpb.CallEvent{Type: typ, Via: "1000", Subject: &fsmpb.SwitchConn{Call: "x", Device: "1000"},
			Device: &fsmpb.Party{Kind: 1, Id: "1000"}, Calling: &fsmpb.Party{Kind: 1, Id: "1000"}, Called: &fsmpb.Party{Kind: 1, Id: "1001"}, Cause: "makeCall"}}})
	}
	got := r.take()
	if len(got) != 3 {
		t.Fatalf("records: %v", got)
	}
	call := got[0].GetReply().GetDone().GetConnection().GetCall()
	for i, want := range []fsmpb.EventType{fsmpb.EventType_SERVICE_INITIATED, fsmpb.EventType_ORIGINATED} {
		if ch := got[1+i].GetCall(); call == 0 || ch.GetCall() != call || ch.Type != want || len(ch.Followers) != 1 {
			t.Errorf("answered with call %d, then heard %v", call, ch)
		}
	}
	id = c.request(&fsmpb.Request{Service: fsmpb.Service_HOLD_CALL, First: &fsmpb.Conn{Call: call, Device: "1000"}})
	r.take()

	r.term = 2
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: "pbx", Link: "l2", Node: "n2", Term: 2}}})
	fact(&fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: &fsmpb.UpstreamMonitor{Device: "1000", Up: true}}})
	fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: &fsmpb.DeviceSnapshot{Device: "1000", Began: 1, CallsKnown: true,
		Calls: []*fsmpb.SnapshotCall{{Call: "other", State: fsmpb.ConnectionState_HOLD, Far: &fsmpb.Party{Kind: 1, Id: "1001"},
			Calling: &fsmpb.Party{Kind: 1, Id: "1000"}, Called: &fsmpb.Party{Kind: 1, Id: "1001"}}}}}})
	var heard, done bool
	for _, x := range r.take() {
		if ch := x.GetCall(); ch != nil {
			heard = ch.Type == fsmpb.EventType_HELD && ch.Call == call && ch.Reconstructed
		}
		if d := x.GetReply().GetDone(); d != nil {
			done = heard && d.Intent == id && d.Result == fsmpb.OutcomeResult_DONE
		}
	}
	if !heard || !done {
		t.Errorf("held event heard: %v; then answered: %v", heard, done)
	}
}
