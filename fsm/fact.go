package fsm

import "github.com/holdline/holdline/fsm/fsmpb"

// Categories of the refusal of a fact.
const (
	// FactGap says that facts before this one are missing: Result.ID is the last
	// ordinal that was applied, propose again from the next one.
	FactGap = "gap"
	// FactStale says that the fact's epoch is over: nothing more of it counts.
	FactStale = "stale"
)

// fact applies what a link said, if it is the next thing that it said in the
// present epoch. A fact that was applied already is a no-op, so that proposing
// again neither loses nor doubles. Result.ID is the ordinal of the
// last fact applied.
func (t *txn) fact(f *fsmpb.Fact) Result {
	l, ok := t.links.get(f.Link)
	if !ok {
		t.counters.StaleFacts++
		return refuse(FactStale, "link", "fact %d of link %.40q: there is no such link", f.Ordinal, f.Link)
	}
	s, ok := t.switches.get(l.Switch)
	if !ok || f.Epoch == 0 || f.Epoch != l.Epoch || f.Epoch != s.Epoch || !l.Up {
		t.counters.StaleFacts++
		return refuse(FactStale, "epoch", "fact %d of link %s: its epoch %d is over", f.Ordinal, l.Name, f.Epoch)
	}
	switch next := l.LastOrdinal + 1; {
	case f.Ordinal < next:
		t.counters.StaleFacts++
		return Result{ID: l.LastOrdinal}
	case f.Ordinal > next:
		t.counters.GapFacts++
		r := refuse(FactGap, "ordinal", "fact %d of link %s: the next one is %d", f.Ordinal, l.Name, next)
		r.ID = l.LastOrdinal
		return r
	}
	if l != t.link { // nobody but this entry has seen that copy
		l = copyLink(l)
		t.link = l
		t.links.put(l.Name, l)
	}
	l.LastOrdinal = f.Ordinal
	t.counters.Facts++
	t.src = source{link: l, sw: l.Switch, epoch: l.Epoch, ordinal: f.Ordinal}
	if !t.heardBefore(&t.src, f) && !t.comesLate(&t.src, f) {
		t.body(&t.src, f)
	}
	return Result{ID: f.Ordinal}
}

// body gives a fact to the file of its noun.
func (t *txn) body(src *source, f *fsmpb.Fact) {
	switch k := f.Body.(type) {
	case *fsmpb.Fact_Call:
		t.callEvent(src, k.Call)
	case *fsmpb.Fact_Agent:
		t.agentEvent(src, k.Agent)
	case *fsmpb.Fact_Feature:
		t.featureEvent(src, k.Feature)
	case *fsmpb.Fact_Private:
		t.privateEvent(src, k.Private)
	case *fsmpb.Fact_DeviceSnapshot:
		t.deviceSnapshot(src, k.DeviceSnapshot)
	case *fsmpb.Fact_Monitor:
		t.upstreamMonitor(src.link, k.Monitor)
		t.endUnobserved(src.sw, t.DeviceID(src.sw, k.Monitor.Device))
	case *fsmpb.Fact_Status:
		t.linkStatus(src, k.Status.Status)
	case *fsmpb.Fact_Lost:
		if k.Lost.Device != "" {
			t.await(src, t.DeviceID(src.sw, k.Lost.Device))
		} else {
			t.eventsLost(src.sw)
		}
	case *fsmpb.Fact_Outcome:
		t.outcome(src.link, k.Outcome)
	case *fsmpb.Fact_RouteRequested:
		t.routeRequested(src.link, k.RouteRequested)
	case *fsmpb.Fact_RouteEnded:
		t.routeEnded(src.link, k.RouteEnded)
	case *fsmpb.Fact_RouterUp:
		t.routerUp(src.link, k.RouterUp)
	case *fsmpb.Fact_CallMonitorEnded:
		// Links watch devices only: there is nothing to take back.
	}
}

// privateEvent passes on what no standard describes.
func (t *txn) privateEvent(src *source, e *fsmpb.PrivateEvent) {
	e.Via = t.DeviceID(src.sw, e.Via)
	t.emit(&Record{Switch: src.sw, Kind: &fsmpb.Record_Private{Private: e}})
}
