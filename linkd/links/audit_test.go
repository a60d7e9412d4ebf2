package links

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// forgetting is a cluster with calls in every state, of which the switch forgets the
// ringing, the held and the conference without a word.
func forgetting(t *testing.T, settings *fsmpb.Settings, options ...string) (r *rig, gone []string) {
	r = newRig(t, nil, "a", "b")
	if settings != nil {
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: settings}}})
	}
	for i := 0; i+1 < len(options); i += 2 {
		r.configure(options[i], options[i+1])
	}
	r.begin("a")
	r.script()
	for _, c := range r.sim.Truth().Calls {
		for _, p := range c.Connections {
			if p.Device == "1900" || p.Device == "1901" || p.Device == "1905" {
				gone = append(gone, c.ID)
			}
		}
	}
	r.fault(switchsim.Fault{Kind: "forget", Calls: gone})
	synctest.Wait()
	return r, gone
}

// stuck counts the calls of the state that the switch doesn't have.
func (r *rig) stuck() (n int) {
	truth := make(map[string]bool)
	for _, c := range r.sim.Truth().Calls {
		truth[c.Linkage] = true
	}
	for c := range r.state().Calls() {
		if !truth[hexLinkage(c.Linkage)] {
			n++
		}
	}
	return n
}

// What the switch has forgotten is found and cleared after the limit of its state,
// and what is quiet because nothing happens stays.
func TestAudit(t *testing.T) {
	limits := &fsmpb.Settings{StuckAlertingMs: 60_000, StuckHeldMs: 120_000, StuckConnectedMs: 600_000, StuckQueuedMs: 600_000}
	for name, next := range map[string]string{"one leader": "a", "another leader": "b"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, gone := forgetting(t, limits)
				defer r.close()
				if len(gone) != 3 || r.stuck() != 3 {
					t.Fatalf("the switch forgot %v, and %d calls are stuck", gone, r.stuck())
				}
				time.Sleep(55 * time.Second)
				synctest.Wait()
				if n := r.stuck(); n != 3 {
					t.Errorf("%d are stuck before the first limit", n)
				}
				if next != "a" { // who goes on watching, and has everything compared first
					r.nodes["a"].resign()
					r.nodes[next].lead()
					r.await(10*time.Second, "all is compared", ready)
				}
				before := r.state().Counters()
				time.Sleep(20 * time.Second)
				synctest.Wait()
				if n := r.stuck(); next == "a" && n != 2 {
					t.Errorf("%d are stuck after the limit for ringing", n)
				}
				time.Sleep(65 * time.Second)
				synctest.Wait()
				if n := r.stuck(); next == "a" && n != 1 {
					t.Errorf("%d are stuck after the limit for held", n)
				}
				time.Sleep(500 * time.Second)
				synctest.Wait()
				if calls, _ := r.compare(); calls != 3 {
					t.Errorf("%d calls are left", calls)
				}
				after := r.state().Counters()
				if n := after.AuditCleared - before.AuditCleared; next == "a" && n < 3 || after.Audits == 0 {
					t.Errorf("%d parties cleared by %d questions", n, after.Audits)
				}
				asked := after.Audits
				time.Sleep(9 * time.Minute)
				if more := r.state().Counters().Audits - asked; more > 20 {
					t.Errorf("%d questions more about calls that are there", more)
				}
				r.violations()
			})
		})
	}
}

// A device's own average counts: where calls are answered within seconds a ringing
// one is asked about much sooner.
func TestAudit_LearnsWhatIsUsual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, "a")
		defer r.close()
		r.begin("a")
		for range 8 {
			call := r.do(switchsim.Move{Action: "inbound", Device: "+19005550001", To: "1900"})
			time.Sleep(2 * time.Second)
			r.do(switchsim.Move{Action: "answer", Device: "1900", Call: call})
			time.Sleep(time.Second)
			r.do(switchsim.Move{Action: "clearcall", Call: call})
		}
		call := r.do(switchsim.Move{Action: "inbound", Device: "+19005550001", To: "1900"})
		r.fault(switchsim.Fault{Kind: "forget", Calls: []string{call}})
		time.Sleep(25 * time.Second)
		synctest.Wait()
		if n := r.stuck(); n != 0 {
			t.Errorf("%d calls are stuck", n)
		}
	})
}

func TestAudit_Off(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := forgetting(t, nil, "stuck_calls", "ignore")
		defer r.close()
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if n := r.stuck(); n != 3 {
			t.Errorf("%d calls are stuck", n)
		}
	})
}
