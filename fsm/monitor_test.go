package fsm

import (
	"slices"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

func unwatchedOf(r *stand) (ids []string) {
	for d := range r.m.View().Unwatched("pbx") {
		ids = append(ids, d.Id)
	}
	return ids
}

func TestMonitorWaitsForTheSwitch(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	r.take()
	x := c.start(&fsmpb.StartMonitor{Device: "2000"}) // not provisioned
	if got := r.take(); len(got) != 0 {
		t.Errorf("answered before the switch: %v", got)
	}
	d, ok := r.m.View().Device("pbx", "2000")
	if !ok || d.Provisioned || d.Monitors != 1 {
		t.Fatalf("device: %v", d)
	}
	if got := unwatchedOf(r); !slices.Equal(got, []string{"2000"}) {
		t.Errorf("to be monitored: %v", got)
	}
	r.monitored("2000")
	m, _ := r.m.View().Monitor(x)
	diff(t, "answer", r.take(), []*Record{{Switch: "pbx", Kind: &fsmpb.Record_Reply{Reply: &fsmpb.Reply{
		Session: c.session, Attachment: c.attachment, Ordinal: 1, Invoke: 101,
		Body: &fsmpb.Reply_Monitor{Monitor: &fsmpb.MonitorStarted{Xref: x, Monitor: m}}, // existing calls aren't known yet
	}}}})
	// From here on the upstream monitor is shared, and once verified it knows the calls.
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	if got := r.replies(); got[0].GetMonitor().Existing {
		t.Error("monitorExistingCalls is told of a device that no snapshot settled")
	}
	r.verify("2000")
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	if got := r.replies(); !got[0].GetMonitor().Existing {
		t.Error("monitorExistingCalls isn't told of a verified device")
	}
	if got := unwatchedOf(r); len(got) != 0 {
		t.Errorf("still to be monitored: %v", got)
	}
}

func TestMonitorRefusedBySwitch(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	r.take()
	refusal := &fsmpb.UpstreamMonitor{Device: "2000", Category: "operation", Value: "invalidDeviceID"}
	r.in(func(t *txn) { t.upstreamMonitor(r.link(), refusal) })
	got := r.replies()
	if len(got) != 2 || got[0].Value != "invalidDeviceID" || got[1].Category != "operation" || got[1].Ordinal != 2 {
		t.Errorf("answers: %v", got)
	}
	if _, ok := r.m.View().Device("pbx", "2000"); ok {
		t.Error("a device that the switch doesn't know stays")
	}
	// A provisioned device stays, is not tried again by itself, but for the next client.
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	refusal.Device = "1000"
	r.in(func(t *txn) { t.upstreamMonitor(r.link(), refusal) })
	if got := unwatchedOf(r); len(got) != 0 {
		t.Errorf("to be monitored: %v", got)
	}
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	if got := unwatchedOf(r); len(got) != 1 {
		t.Errorf("to be monitored: %v", got)
	}
}

func TestMonitorErrors(t *testing.T) {
	r := newStand(t)
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{MonitorsPerSession: 1}}}})
	c, other := r.connect("ts1", "n"), r.connect("ts2", "n")
	x := other.start(&fsmpb.StartMonitor{Device: "1000"})
	r.monitored("1000")
	r.take()
	value := func(want string) {
		t.Helper()
		if got := r.replies(); len(got) != 1 || got[0].Value != want || got[0].Body != nil {
			t.Errorf("answers %v, want one %s", got, want)
		}
	}
	c.start(&fsmpb.StartMonitor{})
	value("invalidMonitorObject")
	c.start(&fsmpb.StartMonitor{Device: "a\x00b"})
	value("invalidDeviceID")
	c.start(&fsmpb.StartMonitor{Call: 77})
	value("invalidCallID")
	c.stop(x)
	value("invalidMonitorCrossRefID")
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_ChangeFilter{ChangeFilter: &fsmpb.ChangeFilter{Xref: x}}
	c.do(cmd)
	value("invalidMonitorCrossRefID")
	c.do(c.command())
	value("serviceNotSupported")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	r.take()
	c.start(&fsmpb.StartMonitor{Device: "1001"})
	value("overallMonitorLimitExceeded")
	r.in(func(t *txn) { t.switches.put("pbx", &Switch{Name: "pbx", Epoch: r.link().Epoch, Link: "l1"}) })
	r.connect("ts3", "n").start(&fsmpb.StartMonitor{Device: "1001"})
	value("networkOutOfService")
}

func TestChangeFilter(t *testing.T) {
	r := newStand(t)
	r.monitored("1000")
	c := r.connect("ts1", "n")
	x := c.start(&fsmpb.StartMonitor{Device: "1000", Filter: 1, RawFilter: 2})
	r.take()
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_ChangeFilter{ChangeFilter: &fsmpb.ChangeFilter{Xref: x, Filter: 3, RawFilter: 4}}
	c.do(cmd)
	diff(t, "answer", r.replies(), []*fsmpb.Reply{{Session: c.session, Attachment: c.attachment, Ordinal: 2, Invoke: 102,
		Body: &fsmpb.Reply_Filter{Filter: &fsmpb.FilterChanged{Xref: x, Filter: 3, RawFilter: 4}}}})
	if m, _ := r.m.View().Monitor(x); m.Filter != 3 || m.RawFilter != 4 {
		t.Errorf("monitor: %v", m)
	}
}

// The upstream monitor is shared and outlives its last client for a while.
func TestUpstreamMonitorIsReleasedLater(t *testing.T) {
	r := newStand(t)
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{MonitorReleaseMs: 5000}}}})
	c := r.connect("ts1", "n")
	x := c.start(&fsmpb.StartMonitor{Device: "2000"})
	r.monitored("2000")
	r.take()
	c.stop(x)
	diff(t, "records", r.take(), []*Record{
		{Switch: "pbx", Kind: &fsmpb.Record_MonitorEnded{MonitorEnded: &fsmpb.MonitorEnded{Xref: x, Session: c.session, Reason: "stopped by its client", ByClient: true}}},
		{Switch: "pbx", Kind: &fsmpb.Record_Reply{Reply: &fsmpb.Reply{Session: c.session, Attachment: c.attachment, Ordinal: 2, Invoke: 102}}},
	})
	r.wait(4999)
	if got := unwatchedOf(r); len(got) != 0 {
		t.Errorf("released too early: %v", got)
	}
	// Somebody comes back in time.
	y := c.start(&fsmpb.StartMonitor{Device: "2000"})
	r.wait(60_000 - 5000)
	if got := unwatchedOf(r); len(got) != 0 {
		t.Errorf("released under a client: %v", got)
	}
	c.stop(y)
	r.wait(5000)
	if got := unwatchedOf(r); !slices.Equal(got, []string{"2000"}) {
		t.Errorf("to be released: %v", got)
	}
	r.in(func(t *txn) { t.upstreamMonitor(r.link(), &fsmpb.UpstreamMonitor{Device: "2000"}) })
	if _, ok := r.m.View().Device("pbx", "2000"); ok {
		t.Error("the device that came with the monitor stays without it")
	}
}

func TestUpstreamMonitorEndedBySwitch(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	x := c.start(&fsmpb.StartMonitor{Device: "1000"})
	r.monitored("1000")
	r.verify("1000")
	r.in(func(t *txn) {
		t.upstreamMonitor(r.link(), &fsmpb.UpstreamMonitor{Device: "1000", Ended: true, Category: "operation", Value: "generic"})
	})
	if got := unwatchedOf(r); !slices.Equal(got, []string{"1000"}) {
		t.Errorf("to be monitored again: %v", got)
	}
	if _, ok := r.m.View().Monitor(x); !ok {
		t.Error("the client's monitor ended with the switch's")
	}
	r.monitored("1000")
	if n := r.m.View().UnverifiedCount(); n != 1 {
		t.Errorf("%d devices wait for a snapshot, want 1", n)
	}
}

// The upstream monitor may come up after its clients went: it must be released.
func TestUpstreamMonitorThatNobodyWantsAnyMore(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: c.session}}})
	if _, ok := r.m.View().Device("pbx", "2000"); ok {
		t.Fatal("the device stays without clients")
	}
	r.monitored("2000")
	if got := unwatchedOf(r); !slices.Equal(got, []string{"2000"}) {
		t.Errorf("to be released: %v", got)
	}
}

func TestPendingMonitorOfALostConnection(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n-1")
	c.start(&fsmpb.StartMonitor{Device: "2000"})
	c = r.attach(c.session, "n-2")
	x := c.start(&fsmpb.StartMonitor{Device: "2000"})
	r.take()
	r.monitored("2000")
	got := r.replies()
	if len(got) != 1 || got[0].Attachment != c.attachment || got[0].GetMonitor().Xref != x {
		t.Errorf("answers: %v", got)
	}
	if n := len(slices.Collect(r.m.View().Monitors())); n != 1 {
		t.Errorf("%d monitors, want 1", n)
	}
}

// A call-type monitor follows the calls of its device to their end; a monitor on
// a call moves with it.
func TestCallTypeMonitorsFollow(t *testing.T) {
	r := newStand(t)
	r.monitored("1000")
	r.monitored("1001")
	a := r.call("A", part("1000", fsmpb.ConnectionState_CONNECTED), part("1001", fsmpb.ConnectionState_HOLD))
	b := r.call("B", part("1001", fsmpb.ConnectionState_CONNECTED), part("1002", fsmpb.ConnectionState_CONNECTED))
	c := r.connect("ts1", "n")
	dev := c.start(&fsmpb.StartMonitor{Device: "1000", Type: fsmpb.MonitorType_CALL_TYPE})
	only := c.start(&fsmpb.StartMonitor{Device: "1001"})
	obj := c.start(&fsmpb.StartMonitor{Call: b, Type: fsmpb.MonitorType_CALL_TYPE})
	followers := func(id uint64) []uint64 {
		x, _ := r.m.View().Call(id)
		return x.GetFollowers()
	}
	diff(t, "followers of A", followers(a), []uint64{dev})
	diff(t, "followers of B", followers(b), []uint64{obj})
	if got := r.replies(); len(got) != 3 || !got[2].GetMonitor().Existing {
		t.Errorf("answers: %v", got)
	}

	r.in(func(x *txn) {
		call, _ := x.calls.get(a)
		diff(t, "with 1000 again, and others", x.followers(call, []string{"1001", "1000"}), []uint64{dev})
	})
	// B becomes A: its monitor follows A.
	r.end(b, a)
	r.change(a, func(call *Call) { call.Followers = joinFollowers(call.Followers, []uint64{obj}) })
	if m, _ := r.m.View().Monitor(obj); m.Call != a {
		t.Errorf("the monitor is on call %d, want %d", m.Call, a)
	}
	r.take()
	r.end(a, 0)
	diff(t, "records", r.take(), []*Record{{Switch: "pbx", Kind: &fsmpb.Record_MonitorEnded{
		MonitorEnded: &fsmpb.MonitorEnded{Xref: obj, Session: c.session, Reason: "call ended"}}}})
	for _, x := range []uint64{dev, only} {
		if _, ok := r.m.View().Monitor(x); !ok {
			t.Errorf("monitor %d on a device ended with a call", x)
		}
	}
	// What ended follows nothing.
	d := r.call("D", part("1000", fsmpb.ConnectionState_CONNECTED))
	c.stop(dev)
	r.in(func(x *txn) {
		call, _ := x.calls.get(d)
		diff(t, "followers after the monitor's end", x.followers(call, []string{"1000"}), []uint64{})
	})
}

func TestCallMonitorIsClaimed(t *testing.T) {
	r := newStand(t)
	a := r.call("A", part("1000", fsmpb.ConnectionState_CONNECTED))
	c := r.connect("ts1", "n-1")
	x := c.start(&fsmpb.StartMonitor{Call: a, Type: fsmpb.MonitorType_CALL_TYPE})
	c = r.attach(c.session, "n-2")
	if got := c.start(&fsmpb.StartMonitor{Call: a, Type: fsmpb.MonitorType_CALL_TYPE}); got != x {
		t.Errorf("claimed %d, want %d", got, x)
	}
}
