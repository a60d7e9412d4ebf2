package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// systemStatus values (ECMA-323; meanings of ECMA-269 12.2.28).
const (
	statusDisabled          = "disabled"
	statusPartiallyDisabled = "partiallyDisabled"
	statusEnabled           = "enabled"
	statusInitializing      = "initializing"
	statusMessagesLost      = "messagesLost"
	statusNormal            = "normal"
	statusOverloadImminent  = "overloadImminent"
	statusOverloadReached   = "overloadReached"
	statusOverloadRelieved  = "overloadRelieved"
)

func copyLink(l *Link) *Link {
	return &Link{
		Name: l.Name, Switch: l.Switch, Address: l.Address, Priority: l.Priority, Disabled: l.Disabled,
		Settings: l.Settings, Epoch: l.Epoch, LastOrdinal: l.LastOrdinal, Node: l.Node, Term: l.Term,
		Up: l.Up, SinceMs: l.SinceMs, Reason: l.Reason,
	}
}

// claimLink starts a new epoch of a link for the leader of a term. Nothing that
// an earlier epoch said counts from here on, and everything of the switch is
// unverified. Result.ID is the epoch.
func (t *txn) claimLink(c *fsmpb.ClaimLink) Result {
	l, ok := t.links.get(c.Link)
	s, found := t.switches.get(c.Switch)
	switch {
	case !ok || !found || l.Switch != c.Switch:
		return refuse("operation", "objectNotKnown", "claim link %.40q of switch %.40q: there is no such link", c.Link, c.Switch)
	case l.Disabled:
		return refuse("systemResourceAvailibility", "resourceOutOfService", "claim link %s: it is disabled; enable it first", c.Link)
	}
	for o := range t.Links() {
		if o.Switch == c.Switch && c.Term < o.Term {
			return refuse(FactStale, "term", "claim link %s for term %d: term %d claimed link %s", c.Link, c.Term, o.Term, o.Name)
		}
	}
	t.counters.Epoch++
	epoch := t.counters.Epoch
	var others []*Link
	for o := range t.Links() {
		if o.Switch == c.Switch && o.Name != c.Link && o.Up {
			others = append(others, o)
		}
	}
	for _, o := range others {
		o = copyLink(o)
		o.Up, o.SinceMs, o.Reason = false, t.timeMS, "link "+c.Link+" was claimed"
		t.links.put(o.Name, o)
	}
	l = copyLink(l)
	l.Epoch, l.LastOrdinal, l.Node, l.Term = epoch, 0, c.Node, c.Term
	l.Up, l.SinceMs, l.Reason = true, t.timeMS, ""
	t.links.put(l.Name, l)
	s = proto.CloneOf(s)
	s.Epoch, s.Link, s.LinkUp, s.LinkStatus, s.Ready, s.DownReason = epoch, l.Name, true, "", false, ""
	t.clearDeadline(fsmpb.DeadlineKind_LINGER, s.Name)
	t.tellLink(l)
	t.setStatus(s, statusInitializing, "link claimed")
	t.markSwitch(s.Name)
	return Result{ID: epoch}
}

// setStatus stores a switch with another status and tells its clients.
func (t *txn) setStatus(s *Switch, status, reason string) {
	t.putStatus(s, status)
	t.tellStatus(s, status, reason, "")
}

func (t *txn) putStatus(s *Switch, status string) {
	if s.Status != status {
		s.Status, s.SinceMs = status, t.timeMS
	}
	t.switches.put(s.Name, s)
}

func (t *txn) tellStatus(s *Switch, status, reason, device string) {
	t.emit(&Record{Switch: s.Name, Kind: &fsmpb.Record_Status{Status: &fsmpb.StatusChange{
		Status: status, Reason: reason, Link: s.Link, Epoch: s.Epoch, Device: device,
	}}})
}

// current finds the switch of a link if epoch is the present one of both.
func (t *txn) current(link string, epoch uint64) (*Link, *Switch, bool) {
	l, ok := t.links.get(link)
	if !ok {
		return nil, nil, false
	}
	s, ok := t.switches.get(l.Switch)
	return l, s, ok && epoch != 0 && l.Epoch == epoch && s.Epoch == epoch
}

// linkReport applies what the leader saw of its link. An epoch whose link went
// down is over: the link must be claimed again.
func (t *txn) linkReport(c *fsmpb.LinkReport) Result {
	l, ok := t.links.get(c.Link)
	if !ok {
		return refuse("operation", "objectNotKnown", "report on link %.40q: there is no such link", c.Link)
	}
	if c.OldEpoch != 0 {
		t.linkClosed(l.Switch, c.OldEpoch)
		return Result{ID: c.OldEpoch}
	}
	if c.Closed {
		t.linkClosed(l.Switch, c.Epoch)
	}
	l, s, ok := t.current(c.Link, c.Epoch)
	switch {
	case !ok:
		return refuse(FactStale, "epoch", "report on link %s: epoch %d is over", c.Link, c.Epoch)
	case c.Up && !l.Up:
		return refuse(FactStale, "epoch", "report on link %s: it went down in epoch %d; claim it again", c.Link, c.Epoch)
	case c.Up && l.Reason != c.Reason:
		l = copyLink(l)
		l.Reason = c.Reason
		t.links.put(l.Name, l)
		return Result{ID: c.Epoch}
	case c.Up || !l.Up:
		return Result{ID: c.Epoch}
	}
	l = copyLink(l)
	l.Up, l.SinceMs, l.Reason = false, t.timeMS, c.Reason
	t.links.put(l.Name, l)
	s = proto.CloneOf(s)
	s.LinkUp, s.Ready, s.DownReason = false, false, c.Reason
	// Not disabled, which would tell clients that their monitors are gone: they
	// live on and report nothing while the switch can't be reached.
	t.tellLink(l)
	t.setStatus(s, statusPartiallyDisabled, c.Reason)
	t.linger(s)
	return Result{ID: c.Epoch}
}

// tellLink tells readers of the feed what became of a link.
func (t *txn) tellLink(l *Link) {
	t.emit(&Record{Switch: l.Switch, Kind: &fsmpb.Record_Link{Link: &fsmpb.LinkChange{
		Link: l.Name, Up: l.Up, Node: l.Node, Epoch: l.Epoch, Priority: l.Priority, Reason: l.Reason,
	}}})
}

// linkClosed notes that nothing more can be executed through an epoch's
// connection, and settles what that settles.
func (t *txn) linkClosed(sw string, epoch uint64) {
	var closed []*Intent
	for i := range t.Intents() {
		if i.Switch == sw && i.Epoch == epoch && !i.OldLinkClosed {
			closed = append(closed, i)
		}
	}
	for _, i := range closed {
		i = proto.CloneOf(i)
		i.OldLinkClosed = true
		t.intents.put(i.Id, i)
	}
	t.settleIntents(sw)
}

// switchReady tells the switch's clients that monitors are up and live calls
// are verified or marked.
func (t *txn) switchReady(c *fsmpb.SwitchReady) Result {
	s, ok := t.switches.get(c.Switch)
	if !ok || c.Epoch == 0 || s.Epoch != c.Epoch || !s.LinkUp {
		return refuse(FactStale, "epoch", "switch %.40q ready: epoch %d is over", c.Switch, c.Epoch)
	}
	if s.Ready {
		return Result{ID: c.Epoch}
	}
	s = proto.CloneOf(s)
	s.Ready = true
	t.setStatus(s, heardStatus(s.LinkStatus), "")
	return Result{ID: c.Epoch}
}

// heardStatus is what clients are told while the link says status. Enabled is
// the switch's own restart: it concerns the link's monitors, not the clients'.
// overloadRelieved is about the moment: from then on all is normal.
func heardStatus(status string) string {
	switch status {
	case "", statusEnabled, statusOverloadRelieved:
		return statusNormal
	}
	return status
}

// linkStatus applies a SystemStatus of the switch.
func (t *txn) linkStatus(src *source, status string) {
	s, ok := t.switches.get(src.sw)
	if !ok {
		return
	}
	switch status {
	case statusMessagesLost:
		t.eventsLost(src.sw)
		return
	case statusDisabled, statusPartiallyDisabled, statusEnabled, statusInitializing, statusNormal,
		statusOverloadImminent, statusOverloadReached, statusOverloadRelieved:
	default:
		t.counters.Illegal++
		return
	}
	was := s.LinkStatus
	if was == status {
		return // a heartbeat
	}
	s = proto.CloneOf(s)
	s.LinkStatus = status
	if status == statusEnabled || status == statusDisabled {
		t.unmonitored(src.sw)
	}
	// What ends an overload is told in the switch's own words, and both of them
	// if it says so twice.
	lifted := was == statusOverloadRelieved && status == statusNormal || status == statusOverloadRelieved
	reason := "the switch says " + status
	switch heard := heardStatus(status); {
	case !s.Ready || heard == s.Status && !lifted:
		t.switches.put(s.Name, s)
	case status == statusOverloadRelieved:
		t.putStatus(s, heard)
		t.tellStatus(s, status, reason, "")
	default:
		t.setStatus(s, heard, reason)
	}
}

// unmonitored takes the link's monitors for gone: enabled after a restart says
// that none is outstanding, disabled that those that are report nothing more.
func (t *txn) unmonitored(sw string) {
	t.eachDevice(sw, func(d *Device) bool { return d.MonitoredEpoch != 0 }, func(d *Device) {
		d.MonitoredEpoch, d.VerifiedEpoch, d.Tries = 0, 0, 0
	})
	t.unverifyCalls(sw)
}

// eventsLost makes everything of a switch unverified. Clients hear of it only
// if the snapshots that follow can't prove the state right.
func (t *txn) eventsLost(sw string) {
	t.eachDevice(sw, func(d *Device) bool { return d.VerifiedEpoch != 0 || d.Tries != 0 }, func(d *Device) {
		d.VerifiedEpoch, d.Tries = 0, 0
	})
	t.unverifyCalls(sw)
}

func (t *txn) unverifyCalls(sw string) {
	var calls []*Call
	for c := range t.Calls() {
		if c.Switch == sw && c.Epoch != 0 {
			calls = append(calls, c)
		}
	}
	for _, c := range calls {
		c = copyCall(c)
		c.Epoch = 0
		t.putCall(c)
	}
}

// eachDevice changes the devices of a switch that want it.
func (t *txn) eachDevice(sw string, want func(*Device) bool, change func(*Device)) {
	var list []*Device
	for d := range t.Devices(sw) {
		if want(d) {
			list = append(list, d)
		}
	}
	for _, d := range list {
		d = copyDevice(d)
		change(d)
		t.putDevice(d)
	}
}

// requestResync asks for new snapshots of one device, or of every watched
// device of a switch.
func (t *txn) requestResync(c *fsmpb.RequestResync) Result {
	if _, ok := t.switches.get(c.Switch); !ok {
		return refuse("operation", "objectNotKnown", "resync switch %.40q: there is no such switch", c.Switch)
	}
	again := func(d *Device) {
		d.VerifiedEpoch, d.Tries, d.Resync = 0, 0, d.Resync+1
	}
	if c.Device == "" {
		t.eachDevice(c.Switch, func(d *Device) bool { return t.watched(c.Switch, d.Id) }, again)
		return Result{}
	}
	d, ok := t.Device(c.Switch, c.Device)
	if !ok {
		return refuse("operation", "invalidDeviceID", "resync device %.40q of switch %s: there is no such device", c.Device, c.Switch)
	}
	d = copyDevice(d)
	again(d)
	if c.Audit {
		d.Audit = true
		t.counters.Audits++
	}
	t.putDevice(d)
	return Result{ID: d.Resync}
}
