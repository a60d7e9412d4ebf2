package links

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// serverFailover: what an Application Server's failover leaves: see TestServerFailover.
type serverFailover struct {
	rate    int     // refreshes a second
	kept    float64 // percent of the calls
	notice  switchsim.Notice
	users   int
	calls   int
	newCall bool // new calls come before BroadWorks notices
}

// TestServerFailover lets an Application Server die with live calls. Its calls are
// cleared for everybody, once; those that live on stay; and users with live calls are
// compared first.
func TestServerFailover(t *testing.T) {
	for _, f := range []serverFailover{
		{rate: 100, kept: 30, notice: switchsim.NoticeResync, users: 1000, calls: 500},
		{rate: 200, kept: 30, notice: switchsim.NoticeUnsolicited, users: 1000, calls: 500},
		{rate: 5000, kept: 30, notice: switchsim.NoticeResync, users: 1000, calls: 500},
		{rate: 200, kept: 30, notice: switchsim.NoticeResync, users: 1000, calls: 500, newCall: true},
	} {
		if testing.Short() && f.rate == 100 {
			continue
		}
		t.Run(fmt.Sprintf("%d a second, %s, new calls %v", f.rate, f.notice, f.newCall), func(t *testing.T) {
			synctest.Test(t, f.run)
		})
	}
}

func (f serverFailover) run(t *testing.T) {
	r := newRig(t, func(o *switchsim.Options) {
		broadworks(o)
		o.Agents, o.Queues, o.RoutePoints, o.Manual = f.users-20, 1, 1, 20
	}, "n1")
	defer r.close()
	r.configure("resync_rate", "100000")
	r.begin("n1")
	stations := r.stations()
	r.fill(stations, f.calls)
	r.compareXsi()
	// The rate is that of the failover, not that of the start.
	r.nodes["n1"].resign()
	r.configure("resync_rate", fmt.Sprint(f.rate))
	time.Sleep(time.Minute) // the drained link is given up
	r.nodes["n1"].lead()
	r.await(2*time.Minute, "compared", ready)
	before := r.liveParts()
	at := r.end()
	asked := len(r.sim.Requests())

	began := time.Now()
	r.fault(switchsim.Fault{Kind: "failover", Server: 1, Percent: f.kept, Notice: f.notice})
	var busy []string // only through calls that are lost, and called anew at once
	if f.newCall {
		busy = r.lostAt(stations)[:20]
		for _, d := range busy {
			r.do(switchsim.Move{Action: "inbound", Device: "+19005551" + d, To: d})
		}
	}
	r.await(5*time.Second, "recognised", func(v *fsm.State) bool { return v.UnverifiedCount() > f.users/2 })
	seen := time.Since(began)
	r.await(2*time.Minute, "compared", ready)
	took := time.Since(began)
	parts := r.compareXsi()

	lost, kept := f.judge(r, before, at)
	for _, d := range busy {
		dev, _ := r.state().Device("sw", d)
		if len(dev.Calls) != 1 {
			t.Errorf("device %s has calls %v, want the new one", d, dev.Calls)
		}
	}
	limit := time.Duration(1.2*float64(f.users)/float64(f.rate)*float64(time.Second)) + time.Second
	t.Logf("recognised after %v, all done after %v (limit %v after it was recognised); %d parties lost, %d kept, %d compared", seen, took, limit, lost, kept, parts)
	if lost < f.calls/5 || kept < f.calls/10 || parts < kept {
		t.Errorf("%d parties lost, %d kept, %d compared: too few for a proof", lost, kept, parts)
	}
	if took-seen > limit {
		t.Errorf("it took %v, want at most %v", took-seen, limit)
	}
	f.order(r, before, asked)
	r.violations()
}

// stations are the devices that people sit at.
func (r *rig) stations() (list []string) {
	for _, d := range r.sim.Truth().Devices {
		if d.Kind == "station" && !strings.HasPrefix(d.ID, "190") {
			list = append(list, d.ID)
		}
	}
	return list
}

// fill makes live calls: every fourth one between two stations, the others from
// outside.
func (r *rig) fill(stations []string, calls int) {
	r.t.Helper()
	next := 0
	station := func() string { next++; return stations[next-1] }
	for n := range calls {
		if n%4 == 0 {
			from := station()
			r.do(switchsim.Move{Action: "dial", Device: from, To: station()})
		} else {
			to := station()
			r.do(switchsim.Move{Action: "inbound", Device: fmt.Sprintf("+1900555%04d", n), To: to})
		}
	}
	time.Sleep(time.Minute)
	synctest.Wait()
}

// lostAt lists the stations at which the state has calls and the switch has none.
func (r *rig) lostAt(stations []string) (list []string) {
	has := make(map[string]bool)
	for _, c := range r.sim.Truth().Calls {
		for _, x := range c.Connections {
			has[x.Device] = true
		}
	}
	for _, d := range stations {
		if dev, ok := r.state().Device("sw", d); ok && len(dev.Calls) > 0 && !has[d] {
			list = append(list, d)
		}
	}
	return list
}

// part is a device's part in a call.
type part struct {
	call   uint64
	device string
}

// liveParts are the parts of watched devices in calls.
func (r *rig) liveParts() map[part]bool {
	synctest.Wait()
	all := make(map[part]bool)
	for c := range r.state().Calls() {
		for _, x := range c.Connections {
			if !strings.HasPrefix(x.Device, "+") {
				all[part{c.Id, x.Device}] = true
			}
		}
	}
	return all
}

// end is the end of the feed.
func (r *rig) end() fsm.Position { return r.state().Feed().Last() }

// judge holds what was told since a place in the feed against what is so, and counts
// the parties that were lost and kept.
func (f serverFailover) judge(r *rig, before map[part]bool, at fsm.Position) (lost, kept int) {
	r.t.Helper()
	cleared, logged := make(map[part]int), make(map[part]int)
	err := r.state().Feed().After(at, func(rec *fsm.Record) bool {
		if c := rec.GetCall(); c != nil && c.Type == fsmpb.EventType_CONNECTION_CLEARED {
			p := part{c.Call, c.Device}
			cleared[p]++
			if before[p] && c.Cause != "switchingFunctionTerminated" {
				r.t.Errorf("%v was cleared because of %q", p, c.Cause)
			}
		}
		if u := rec.GetUnsynced(); u != nil {
			logged[part{u.Call, u.Device}]++
			if u.Absent != (u.Switch == fsmpb.ConnectionState_NULL) || u.Held == fsmpb.ConnectionState_NULL || u.Names == "" {
				r.t.Errorf("record 37205 is %v", u)
			}
		}
		return true
	})
	if err != nil {
		r.t.Fatal(err)
	}
	now := r.liveParts()
	for p := range before {
		want := 1
		if now[p] {
			want = 0
			kept++
		} else {
			lost++
		}
		if cleared[p] != want || logged[p] != want {
			r.t.Errorf("%v: told %d times that it is cleared and logged %d times, want %d", p, cleared[p], logged[p], want)
		}
	}
	return lost, kept
}

// order checks that users with live calls were asked for before the idle ones.
func (f serverFailover) order(r *rig, before map[part]bool, asked int) {
	r.t.Helper()
	live := make(map[string]bool)
	for p := range before {
		live[p.device] = true
	}
	var first []string
	for _, q := range r.sim.Requests()[asked:] {
		if q.Service == "refresh" {
			first = append(first, strings.TrimSuffix(q.Devices[0], "@pbx.example"))
		}
	}
	if len(first) < f.users/2 {
		r.t.Errorf("%d users were asked for", len(first))
	}
	n := 0
	for _, d := range first[:len(first)/3] {
		if live[d] {
			n++
		}
	}
	if i := len(first) / 3; n < i*9/10 {
		r.t.Errorf("of the first %d users that were asked for %d had live calls", i, n)
	}
	slices.Sort(first)
	if again := len(first) - len(slices.Compact(first)); again > f.users/20 {
		r.t.Errorf("%d users were asked for again", again)
	}
}

// The leader dies at a random moment while the users are compared, and new calls come
// meanwhile: still everybody is told once, and nothing is stuck.
func TestServerFailoverAndLeaderKilled(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 20 {
		after := time.Duration(rng.IntN(2500)) * time.Millisecond
		t.Run(fmt.Sprintf("%d: killed after %v", round, after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *switchsim.Options) {
					broadworks(o)
					o.Seed, o.Agents, o.Queues, o.RoutePoints, o.Manual = uint64(round), 200, 1, 1, 10
				}, "n1", "n2", "n3")
				defer r.close()
				r.configure("resync_rate", "100")
				for _, n := range r.nodes {
					n.setLag(5 * time.Millisecond)
				}
				r.begin("n1")
				stations := r.stations()
				r.fill(stations, 100)
				r.await(time.Minute, "compared", ready)
				r.compareXsi()
				before, at := r.liveParts(), r.end()
				r.fault(switchsim.Fault{Kind: "failover", Server: 1, Percent: 30})
				called := r.lostAt(stations)[:10]
				half := after / 2
				time.Sleep(half)
				for _, d := range called[:5] {
					r.do(switchsim.Move{Action: "inbound", Device: "+19005551" + d, To: d})
				}
				time.Sleep(after - half)
				r.nodes["n1"].kill()
				for _, d := range called[5:] {
					r.do(switchsim.Move{Action: "inbound", Device: "+19005551" + d, To: d})
				}
				time.Sleep(30 * time.Millisecond)
				r.nodes["n2"].lead()
				r.await(30*time.Second, "compared", ready)
				time.Sleep(5 * time.Second)
				r.await(30*time.Second, "compared again", ready)
				parts := r.compareXsi()
				lost, kept := serverFailover{}.judge(r, before, at)
				if lost < 20 || kept < 20 || parts < kept+len(called) {
					t.Errorf("%d parties lost, %d kept, %d compared: too few for a proof", lost, kept, parts)
				}
				for _, d := range called {
					dev, _ := r.state().Device("sw", d)
					if len(dev.Calls) != 1 {
						t.Errorf("device %s has calls %v, want the new one", d, dev.Calls)
					}
				}
				r.compareSubscriptions()
				r.violations()
			})
		})
	}
}
