package fsm

import (
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

func (r *rig) send(f *fsmpb.Fact) Result {
	r.Helper()
	return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: f}})[0]
}

func TestFactOrdinals(t *testing.T) {
	r := newRig(t, "A")
	at := func(epoch, ordinal uint64) *fsmpb.Fact {
		return &fsmpb.Fact{Link: "one", Epoch: epoch, Ordinal: ordinal, Body: &fsmpb.Fact_Call{Call: r.parse("A: ServiceInitiated x/A")}}
	}
	e := r.epoch
	if res := r.send(at(e, 2)); res.Err == nil || res.Err.Category != FactGap || res.ID != 0 {
		t.Errorf("gap: %+v", res)
	}
	if res := r.send(at(e, 1)); res.Err != nil || res.ID != 1 {
		t.Errorf("next: %+v", res)
	}
	if res := r.send(at(e, 1)); res.Err != nil || res.ID != 1 {
		t.Errorf("again: %+v", res)
	}
	if res := r.send(at(e+1, 2)); res.Err == nil || res.Err.Category != FactStale {
		t.Errorf("other epoch: %+v", res)
	}
	if res := r.send(&fsmpb.Fact{Link: "three", Epoch: e, Ordinal: 2}); res.Err == nil || res.Err.Category != FactStale {
		t.Errorf("no link: %+v", res)
	}
	r.want(`1 serviceinitiated A | A=initiated`)
	if c := r.m.s.counters; c.Facts != 1 || c.GapFacts != 1 || c.StaleFacts != 3 {
		t.Errorf("counters %v", c)
	}
}

func TestClaim(t *testing.T) {
	r := connected(t)
	old := r.epoch
	r.claim("two")
	r.want("link two up true\nstatus initializing")
	s := r.m.s
	sw, _ := s.Switch("pbx")
	one, _ := s.Link("one")
	two, _ := s.Link("two")
	if sw.Epoch != old+1 || sw.Link != "two" || !sw.LinkUp || sw.Ready || one.Up || !two.Up || two.Epoch != sw.Epoch {
		t.Fatalf("switch %v, links %v %v", sw, one, two)
	}
	if n := s.UnverifiedCount(); n != 2 {
		t.Errorf("%d devices wait for a snapshot", n)
	}
	if res := r.send(&fsmpb.Fact{Link: "one", Epoch: old, Ordinal: one.LastOrdinal + 1}); res.Err == nil {
		t.Error("a fact of the old epoch was taken")
	}
	claim := func(term uint64, link string) Result {
		return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: "pbx", Link: link, Term: term}}})[0]
	}
	if res := claim(0, "two"); res.Err == nil {
		t.Error("a claim of an earlier term was taken")
	}
	if res := claim(3, "none"); res.Err == nil {
		t.Error("a claim of no link was taken")
	}
}

func TestStatus(t *testing.T) {
	r := newRig(t, "A")
	status := func(s string) {
		r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: s}}})
	}
	ready := func(epoch uint64) Result {
		return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{Switch: "pbx", Epoch: epoch}}})[0]
	}
	report := func(rep *fsmpb.LinkReport) Result {
		return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: rep}})[0]
	}
	status("overloadReached")
	if res := ready(r.epoch - 1); res.Err == nil {
		t.Error("another epoch's switchReady was taken")
	}
	r.want("")
	ready(r.epoch)
	ready(r.epoch)
	r.want("status overloadReached")
	status("normal")
	status("normal")
	status("enabled")
	r.want("status normal")
	if d, _ := r.m.s.Device("pbx", "A"); d.MonitoredEpoch != 0 {
		t.Error("enabled after a restart: the monitors are gone")
	}
	r.change("A", func(d *Device) { d.MonitoredEpoch, d.VerifiedEpoch = r.epoch, r.epoch })
	status("messagesLost")
	r.want("").wantVerified("A", false)
	status("nonsense")
	r.want("")
	if res := report(&fsmpb.LinkReport{Link: "one", Epoch: r.epoch + 1}); res.Err == nil {
		t.Error("another epoch's report was taken")
	}
	report(&fsmpb.LinkReport{Link: "one", Epoch: r.epoch, Up: true})
	r.want("")
	report(&fsmpb.LinkReport{Link: "one", Epoch: r.epoch, Reason: "cut"})
	report(&fsmpb.LinkReport{Link: "one", Epoch: r.epoch, Reason: "cut"})
	r.want("link one up false\nstatus partiallyDisabled")
	sw, _ := r.m.s.Switch("pbx")
	if sw.Ready || sw.LinkUp || sw.DownReason != "cut" {
		t.Errorf("switch %v", sw)
	}
	if res := r.send(&fsmpb.Fact{Link: "one", Epoch: r.epoch, Ordinal: r.ordinal + 1}); res.Err == nil {
		t.Error("a fact of a link that is down was taken")
	}
	if res := ready(r.epoch); res.Err == nil {
		t.Error("ready while the link is down")
	}
}

// An overload is the switch's state until the switch says that it is over, and
// what says so is told as it was said.
func TestOverload(t *testing.T) {
	r := newRig(t, "A")
	status := func(said, stays, told string) {
		t.Helper()
		r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: said}}})
		r.want(told)
		if sw, _ := r.m.s.Switch("pbx"); sw.Status != stays {
			t.Errorf("after %s the switch is %s, want %s", said, sw.Status, stays)
		}
	}
	ready := func(told string) {
		t.Helper()
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_SwitchReady{SwitchReady: &fsmpb.SwitchReady{Switch: "pbx", Epoch: r.epoch}}})
		r.want(told)
	}
	ready("status normal")
	status("overloadImminent", "overloadImminent", "status overloadImminent")
	status("overloadReached", "overloadReached", "status overloadReached")
	status("overloadReached", "overloadReached", "") // a heartbeat
	status("messagesLost", "overloadReached", "")
	// Another leader, whose link the switch told the same.
	r.claim("two")
	r.want("link two up true\nstatus initializing")
	status("overloadReached", "initializing", "")
	ready("status overloadReached")
	status("overloadRelieved", "normal", "status overloadRelieved")
	status("overloadRelieved", "normal", "")
	status("normal", "normal", "status normal")
	status("normal", "normal", "")
	status("overloadReached", "overloadReached", "status overloadReached")
	status("normal", "normal", "status normal")
	// It was relieved while another leader took over.
	r.claim("one")
	r.want("link one up true\nstatus initializing")
	status("overloadRelieved", "initializing", "")
	ready("status normal")
}

func TestOldLinkClosed(t *testing.T) {
	r := newRig(t, "A")
	for id := range uint64(3) {
		r.m.s.intents.put(id+1, &Intent{Id: id + 1, Switch: "pbx", Epoch: r.epoch + id, DueMs: 1 << 60, Request: &fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL, First: &fsmpb.Conn{Call: 9, Device: "A"}}})
	}
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{Link: "one", OldEpoch: r.epoch + 1}}})
	for i := range r.m.s.Intents() {
		if i.OldLinkClosed != (i.Id == 2) {
			t.Errorf("intent %v", i)
		}
	}
}

func TestRequestResync(t *testing.T) {
	r := newRig(t, "A", "B")
	ask := func(sw, dev string) Result {
		return r.apply(&fsmpb.Command{Kind: &fsmpb.Command_RequestResync{RequestResync: &fsmpb.RequestResync{Switch: sw, Device: dev}}})[0]
	}
	ask("pbx", "A")
	r.wantVerified("A", false).wantVerified("B", true)
	ask("pbx", "")
	r.wantVerified("B", false)
	if d, _ := r.m.s.Device("pbx", "A"); d.Resync != 2 {
		t.Errorf("resync %d", d.Resync)
	}
	if ask("pbx", "Z").Err == nil || ask("none", "").Err == nil {
		t.Error("what doesn't exist was resynchronised")
	}
}
