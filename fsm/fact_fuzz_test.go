package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// factReader makes facts of bytes: whatever they are, out of few names, so that
// facts meet.
type factReader struct {
	data []byte
}

func (f *factReader) next() byte {
	if len(f.data) == 0 {
		return 0
	}
	b := f.data[0]
	f.data = f.data[1:]
	return b
}

func (f *factReader) of(list ...string) string { return list[int(f.next())%len(list)] }

func (f *factReader) device() string { return f.of("A", "B", "C", "Q", "555", "+a", "", "556\x00") }

func (f *factReader) call() string { return f.of("x", "y", "z", "w", "") }

func (f *factReader) party() *fsmpb.Party {
	switch f.next() % 4 {
	case 0:
		return nil
	case 1:
		return &fsmpb.Party{Kind: fsmpb.Party_NOT_KNOWN}
	}
	return deviceParty(f.device())
}

func (f *factReader) conn() *fsmpb.SwitchConn {
	if f.next()%16 == 0 {
		return nil
	}
	return &fsmpb.SwitchConn{Call: f.call(), Device: f.device()}
}

func (f *factReader) state() fsmpb.ConnectionState { return fsmpb.ConnectionState(f.next() % 9) }

func (f *factReader) callData() *fsmpb.CallData {
	if f.next()%8 != 0 {
		return nil
	}
	return &fsmpb.CallData{Correlator: []byte{f.next()}, Redirections: []string{f.device()}, OriginalCalled: f.party(),
		Variables: []*fsmpb.Variable{{Name: f.of("a", "b", "")}, {Name: f.of("a", "b")}}}
}

func (f *factReader) event() *fsmpb.CallEvent {
	e := &fsmpb.CallEvent{
		Type: fsmpb.EventType(f.next() % 21), Via: f.device(), Subject: f.conn(), Device: f.party(), Cause: f.of("normal", "newCall", "consultation"),
		Calling: f.party(), Called: f.party(), LastRedirection: f.party(), Local: f.state(), HasLocal: f.next()%2 == 0,
		Linkage: f.of("", "", "L", "M"), Data: f.callData(),
	}
	if e.Type == fsmpb.EventType_TRANSFERRED || e.Type == fsmpb.EventType_CONFERENCED {
		e.SecondaryOld, e.Other = f.conn(), f.party()
		for range f.next() % 5 {
			e.Connections = append(e.Connections, &fsmpb.ListItem{NewConnection: f.conn(), OldConnection: f.conn(), Endpoint: f.party(),
				HasState: f.next()%4 == 0, State: f.state()})
		}
	}
	return e
}

func (f *factReader) snapshot(ordinal uint64) *fsmpb.DeviceSnapshot {
	s := &fsmpb.DeviceSnapshot{Device: f.device(), CallsKnown: f.next()%16 != 0, UnknownDevice: f.next()%32 == 0,
		AgentsKnown: f.next()%2 == 0, DndKnown: true, Dnd: f.next()%2 == 0, ForwardingKnown: f.next()%2 == 0}
	s.Began = ordinal - min(ordinal, uint64(f.next()%8))
	for range f.next() % 4 {
		c := &fsmpb.SnapshotCall{Call: f.call(), State: f.state(), Far: f.party(), Linkage: f.of("", "L", "M"), Detailed: f.next()%2 == 0,
			Calling: f.party(), Called: f.party(), Data: f.callData()}
		for range f.next() % 4 {
			c.Parties = append(c.Parties, &fsmpb.SnapshotParty{Device: f.device(), State: f.state()})
		}
		s.Calls = append(s.Calls, c)
	}
	for range f.next() % 3 {
		s.Agents = append(s.Agents, &fsmpb.Agent{AgentId: f.of("1", "2", ""), Group: f.of("g", ""), LoggedOn: f.next()%2 == 0, State: fsmpb.AgentState(f.next() % 7)})
		s.Forwarding = append(s.Forwarding, &fsmpb.Forward{Type: f.of("", "forwardBusy"), On: f.next()%2 == 0, Destination: f.device()})
	}
	return s
}

// FuzzFacts applies any facts: nothing panics, what is kept twice agrees, and
// what is bounded stays so.
func FuzzFacts(f *testing.F) {
	f.Add([]byte("a call, its copies, and what becomes of it"))
	f.Add([]byte{1, 5, 0, 1, 0, 0, 2, 0, 0, 1, 8, 0, 1, 0, 0, 2, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		r := newRig(t, "A", "B", "C", "Q")
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "pbx", Devices: []*fsmpb.DeviceSetup{{Id: "A", Aliases: []string{"+a"}}}}}})
		in := &factReader{data: data}
		for len(in.data) > 0 {
			switch in.next() % 16 {
			case 0, 1, 2:
				r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: in.snapshot(r.ordinal)}})
			case 3:
				r.claim(in.of("one", "two"))
			case 4:
				r.now += int64(in.next()) * 1000
				if d, ok := r.m.s.NextDeadline(); ok && d.DueMs <= r.now {
					tx := r.txn()
					tx.clearDeadline(d.Kind, d.Key)
					tx.callDue(d.Key)
				}
			case 5:
				r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{Type: fsmpb.EventType(30 + in.next()%8), Via: in.device(),
					Device: in.device(), AgentId: in.of("1", "2", ""), Group: in.of("g", "")}}})
			case 6:
				r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Feature{Feature: &fsmpb.FeatureEvent{Type: fsmpb.EventType(36 + in.next()%8), Via: in.device(),
					Device: in.device(), On: in.next()%2 == 0, Forward: &fsmpb.Forward{Type: in.of("", "forwardBusy"), On: in.next()%2 == 0}}}})
			case 7:
				r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: in.of("normal", "enabled", "messagesLost", "disabled", "?")}}})
			default:
				r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: in.event()}})
			}
			r.check()
		}
		for c := range r.m.s.Calls() {
			if len(c.Connections) > maxParties || len(c.Recent) > maxRecent || len(c.Gone) > maxGone || len(c.Data.GetRedirections()) > maxRedirections {
				t.Fatalf("call %v", c)
			}
		}
	})
}
