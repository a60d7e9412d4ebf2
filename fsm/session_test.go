package fsm

import (
	"fmt"
	"slices"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

func TestSessionIsFoundAgain(t *testing.T) {
	r := newStand(t)
	a := r.open(&fsmpb.OpenSession{Identity: "ts1"})
	if b := r.open(&fsmpb.OpenSession{Identity: "ts1"}); b != a {
		t.Errorf("the same identity got session %d, then %d", a, b)
	}
	x := r.open(&fsmpb.OpenSession{Identity: "app", Explicit: true})
	if x == a {
		t.Error("another identity got the same session")
	}
	if b := r.open(&fsmpb.OpenSession{Identity: "elsewhere", Explicit: true, Resume: x}); b != x {
		t.Errorf("resuming session %d gave %d", x, b)
	}
	if b := r.open(&fsmpb.OpenSession{Identity: "elsewhere", Resume: a}); b == a || b == x {
		t.Errorf("an implicit session was resumed by its ID")
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: x, Reason: "stopped"}}})
	if b := r.open(&fsmpb.OpenSession{Identity: "app", Explicit: true, Resume: x}); b == x {
		t.Error("an ended session's ID was given out again")
	}
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{Switch: "other", Identity: "ts1"}}}, "operation", "objectNotKnown")
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{Switch: "pbx"}}}, "operation", "invalidParameterValue")
}

func TestSessionLimit(t *testing.T) {
	r := newStand(t)
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{Sessions: 2}}}})
	r.open(&fsmpb.OpenSession{Identity: "a"})
	r.open(&fsmpb.OpenSession{Identity: "b"})
	r.open(&fsmpb.OpenSession{Identity: "a"})
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: &fsmpb.OpenSession{Switch: "pbx", Identity: "c"}}},
		"systemResourceAvailibility", "resourceLimitExceeded")
}

func TestAttachDetachesTheOther(t *testing.T) {
	r := newStand(t)
	one := r.connect("ts1", "n-1")
	if again := r.attach(one.session, "n-1"); again.attachment != one.attachment {
		t.Errorf("attaching again with the same nonce gave %d after %d", again.attachment, one.attachment)
	}
	r.take()
	two := r.attach(one.session, "n-2")
	change := func(kind fsmpb.SessionChange_Kind, a uint64, nonce, reason string) *Record {
		return &Record{Switch: "pbx", Kind: &fsmpb.Record_Session{Session: &fsmpb.SessionChange{
			Kind: kind, Session: one.session, Attachment: a, Node: "n1", Nonce: nonce, Reason: reason}}}
	}
	diff(t, "records", r.take(), []*Record{
		change(fsmpb.SessionChange_DETACHED, one.attachment, "n-1", "attached elsewhere"),
		change(fsmpb.SessionChange_ATTACHED, two.attachment, "n-2", ""),
	})
	s, _ := r.m.View().Session(one.session)
	if got, last := PositionOf(s.AttachedAt), r.m.View().Feed().Last(); got != last {
		t.Errorf("attached_at is %s, the ATTACHED record is at %s", got, last)
	}
	// What the old connection still sends is refused, and it can't detach the new one.
	old := one.command()
	old.Body = &fsmpb.ClientCommand_StopMonitor{StopMonitor: &fsmpb.StopMonitor{}}
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_Client{Client: old}}, "operation", "requestIncompatibleWithObject")
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_DetachSession{DetachSession: &fsmpb.DetachSession{Session: one.session, Attachment: one.attachment}}})
	if len(r.take()) != 0 {
		t.Error("the end of an old attachment emitted something")
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_DetachSession{DetachSession: &fsmpb.DetachSession{Session: one.session, Attachment: two.attachment, Reason: "closed"}}})
	diff(t, "records", r.take(), []*Record{change(fsmpb.SessionChange_DETACHED, two.attachment, "n-2", "closed")})
	// A late repetition of the attach doesn't bring the dead connection back.
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_AttachSession{AttachSession: &fsmpb.AttachSession{Session: one.session, Nonce: "n-2"}}},
		"operation", "requestIncompatibleWithObject")
}

func TestOrdinals(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	r.monitored("1000")
	m := func(n uint64) *fsmpb.Command {
		return &fsmpb.Command{Kind: &fsmpb.Command_Client{Client: &fsmpb.ClientCommand{Session: c.session, Attachment: c.attachment, Ordinal: n,
			Body: &fsmpb.ClientCommand_StartMonitor{StartMonitor: &fsmpb.StartMonitor{Device: "1000"}}}}}
	}
	r.ok(m(1))
	r.ok(m(1))
	if n := len(slices.Collect(r.m.View().Monitors())); n != 1 {
		t.Errorf("a repeated command made %d monitors", n)
	}
	if res := r.refused(m(3), "operation", "invalidMsgID"); res.ID != 1 {
		t.Errorf("a gap was refused with last ordinal %d, want 1", res.ID)
	}
	r.ok(m(2))
}

func TestSessionEndsWithoutSignOfLife(t *testing.T) {
	r := newStand(t)
	s := r.open(&fsmpb.OpenSession{Identity: "ts1", LifeMs: 5000})
	c := r.attach(s, "n")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	r.wait(4000)
	c.progress()
	r.wait(4999)
	if _, ok := r.m.View().Session(s); !ok {
		t.Fatal("progress didn't count as a sign of life")
	}
	r.take()
	r.wait(1)
	if _, ok := r.m.View().Session(s); ok {
		t.Fatal("the session outlived its life")
	}
	if n := len(slices.Collect(r.m.View().Monitors())); n != 0 {
		t.Errorf("%d monitors outlived their session", n)
	}
	got := r.take()
	if len(got) != 1 || got[0].GetSession().GetKind() != fsmpb.SessionChange_ENDED {
		t.Errorf("records: %v, want one ENDED", got)
	}
	d, _ := r.m.View().Device("pbx", "1000")
	if d.Monitors != 0 {
		t.Errorf("the device still counts %d clients", d.Monitors)
	}
}

func TestGapWithoutLeaderGivesGrace(t *testing.T) {
	r := newStand(t)
	s := r.open(&fsmpb.OpenSession{Identity: "ts1", LifeMs: 5000})
	r.attach(s, "n")
	r.term, r.now = 2, r.now+60_000 // nobody led for a minute
	r.apply()
	r.expire()
	if _, ok := r.m.View().Session(s); !ok {
		t.Fatal("the session ended because the cluster had no leader")
	}
	r.wait(5000)
	if _, ok := r.m.View().Session(s); ok {
		t.Fatal("the grace time never ended")
	}
}

func TestProgressMovesForwardOnly(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	p := c.progress()
	say := func(a uint64, p Position) {
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_SessionProgress{SessionProgress: &fsmpb.SessionProgress{
			Items: []*fsmpb.SessionProgress_Item{nil, {Session: 99}, {Session: c.session, Attachment: a, Position: p.Proto()}}}}})
	}
	at := func() Position {
		s, _ := r.m.View().Session(c.session)
		return PositionOf(s.Delivered)
	}
	say(c.attachment, Position{Index: 1, Offset: 1})
	say(c.attachment, Position{Index: 1 << 60})
	say(c.attachment+1, Position{Index: p.Index, Offset: p.Offset})
	if at() != p {
		t.Errorf("delivered is %s, want %s", at(), p)
	}
}

// Monitors outlive connections: a MonitorStart equal to an unclaimed monitor
// claims it, and the events of the gap follow from where the client was told.
func TestComingBack(t *testing.T) {
	r := newStand(t)
	r.monitored("1000")
	r.monitored("1001")
	r.ok(aliasOf("1000", "+491000"))
	c := r.connect("ts1", "n-1")
	x1 := c.start(&fsmpb.StartMonitor{Device: "1000", Filter: 6, RawFilter: 7})
	x2 := c.start(&fsmpb.StartMonitor{Device: "1001"})
	told := c.progress()
	x3 := c.start(&fsmpb.StartMonitor{Device: "1000", Type: fsmpb.MonitorType_CALL_TYPE}) // its answer never arrived
	r.take()

	c = r.attach(c.session, "n-2")
	for _, x := range []uint64{x1, x2, x3} {
		if m, _ := r.m.View().Monitor(x); m.Claimed {
			t.Errorf("monitor %d is claimed by an attachment that didn't ask for it", x)
		}
	}
	r.take()
	if got := c.start(&fsmpb.StartMonitor{Device: "+491000", Filter: 6, RawFilter: 7}); got != x1 {
		t.Fatalf("an equal MonitorStart got %d, want %d", got, x1)
	}
	m, _ := r.m.View().Monitor(x1)
	diff(t, "answer", r.take(), []*Record{{Switch: "pbx", Kind: &fsmpb.Record_Reply{Reply: &fsmpb.Reply{
		Session: c.session, Attachment: c.attachment, Ordinal: 1, Invoke: 101,
		Body: &fsmpb.Reply_Monitor{Monitor: &fsmpb.MonitorStarted{Xref: x1, Resumed: true, Existing: true, ResumeFrom: told.Proto(), Monitor: m}},
	}}}})
	if second := c.start(&fsmpb.StartMonitor{Device: "1000", Filter: 6, RawFilter: 7}); second == x1 {
		t.Error("a second equal MonitorStart got the same cross reference ID")
	}
	if other := c.start(&fsmpb.StartMonitor{Device: "1000", RawFilter: 8}); other == x1 || other == x3 {
		t.Error("a MonitorStart with another filter claimed a monitor")
	}
	// x3 began after what the client was told: nothing before its start is due.
	c.start(&fsmpb.StartMonitor{Device: "1000", Type: fsmpb.MonitorType_CALL_TYPE})
	if m, _ := r.m.View().Monitor(x3); PositionOf(m.ResumeFrom).Before(told) || PositionOf(m.ResumeFrom) == told {
		t.Errorf("monitor %d resumes from %s, before it began", x3, PositionOf(m.ResumeFrom))
	}

	// x2 is never asked for again.
	r.take()
	c.progress()
	r.wait(30_000)
	if _, ok := r.m.View().Monitor(x2); ok {
		t.Error("an unclaimed monitor lives on")
	}
	if _, ok := r.m.View().Monitor(x1); !ok {
		t.Error("a claimed monitor ended")
	}
	diff(t, "records", r.take(), []*Record{{Switch: "pbx", Kind: &fsmpb.Record_MonitorEnded{
		MonitorEnded: &fsmpb.MonitorEnded{Xref: x2, Session: c.session, Reason: "not claimed in time"}}}})
}

func aliasOf(id, alias string) *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "pbx",
		Devices: []*fsmpb.DeviceSetup{{Id: id, Aliases: []string{alias}}}}}}
}

// A node that dies between claiming a monitor and replaying its gap must not
// lose the gap.
func TestGapOfAnInterruptedReplay(t *testing.T) {
	r := newStand(t)
	r.monitored("1000")
	c := r.connect("ts1", "n-1")
	x := c.start(&fsmpb.StartMonitor{Device: "1000"})
	told := c.progress()

	c = r.attach(c.session, "n-2")
	before := c.progress() // records of other monitors went out
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	c = r.attach(c.session, "n-3") // before anything after the answer was told
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	if m, _ := r.m.View().Monitor(x); PositionOf(m.ResumeFrom) != told {
		t.Errorf("resumes from %s, want %s (other monitors were at %s)", PositionOf(m.ResumeFrom), told, before)
	}
	done := c.progress() // now the gap was told
	c = r.attach(c.session, "n-4")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	if m, _ := r.m.View().Monitor(x); PositionOf(m.ResumeFrom) != done {
		t.Errorf("resumes from %s, want %s", PositionOf(m.ResumeFrom), done)
	}
}

// A client that resumes an ECMA-354 session holds its cross reference IDs.
func TestResumedSessionClaimsAtOnce(t *testing.T) {
	r := newStand(t)
	r.monitored("1000")
	open := &fsmpb.OpenSession{Identity: "app", Explicit: true}
	c := r.attach(r.open(open), "n-1")
	x := c.start(&fsmpb.StartMonitor{Device: "1000"})
	told := c.progress()

	open.Resume = c.session
	r.open(open)
	c = r.attach(c.session, "n-2")
	m, _ := r.m.View().Monitor(x)
	if !m.Claimed || PositionOf(m.ResumeFrom) != told {
		t.Errorf("claimed %v from %s, want true from %s", m.Claimed, PositionOf(m.ResumeFrom), told)
	}
	s, _ := r.m.View().Session(c.session)
	if !s.Resuming || s.Resumed != 1 {
		t.Errorf("resuming %v, resumed %d times", s.Resuming, s.Resumed)
	}
	r.wait(30_000)
	if _, ok := r.m.View().Monitor(x); !ok {
		t.Error("the monitor ended as unclaimed")
	}
	// Started anew by who it is, not by its ID, it claims one by one.
	open.Resume = 0
	r.open(open)
	r.attach(c.session, "n-3")
	if m, _ := r.m.View().Monitor(x); m.Claimed {
		t.Error("a session that was started anew claimed its monitors")
	}
}

func TestGapThatTheFeedLost(t *testing.T) {
	r := newStand(t)
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{FeedRecords: 1024}}}})
	r.monitored("1000")
	c := r.connect("ts1", "n-1")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	c.progress()
	r.in(func(t *txn) {
		for i := range 2000 {
			t.emit(&Record{Switch: fmt.Sprint(i)})
		}
	})
	r.seen = r.m.View().Feed().Last()
	c = r.attach(c.session, "n-2")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	got := r.replies()[0].GetMonitor()
	if !got.GapLost || PositionOf(got.ResumeFrom) == (Position{}) {
		t.Errorf("answer %v doesn't tell that events of the gap are lost", got)
	}
}

func TestSnapshotResumeReplaysNothing(t *testing.T) {
	r := newStand(t)
	r.monitored("1000")
	open := &fsmpb.OpenSession{Identity: "ts1", SnapshotResume: true}
	c := r.attach(r.open(open), "n-1")
	x := c.start(&fsmpb.StartMonitor{Device: "1000"})
	told := c.progress()
	r.in(func(t *txn) { t.emit(&Record{Switch: "pbx"}) })
	c = r.attach(c.session, "n-2")
	last := r.m.View().Feed().Last()
	if c.start(&fsmpb.StartMonitor{Device: "1000"}) != x {
		t.Fatal("not claimed")
	}
	if m, _ := r.m.View().Monitor(x); PositionOf(m.ResumeFrom) != last {
		t.Errorf("resumes from %s, want %s (told up to %s)", PositionOf(m.ResumeFrom), last, told)
	}
}
