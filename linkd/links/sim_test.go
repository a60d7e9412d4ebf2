package links

import (
	"testing/synctest"

	"github.com/holdline/holdline/transport/switchsim"
)

// violations fails for each request that strayed from the standard.
func (r *rig) violations() {
	r.t.Helper()
	for _, v := range r.sim.Violations() {
		r.t.Errorf("violation: %+v", v)
	}
}

func (r *rig) fault(f switchsim.Fault) {
	r.t.Helper()
	if err := r.sim.Break(f); err != nil {
		r.t.Fatal(err)
	}
}

// do makes one move at a phone.
func (r *rig) do(m switchsim.Move) string {
	r.t.Helper()
	done, err := r.sim.Do(m)
	if err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
	return done.Call
}

// script makes a call in every state that lasts: ringing, held, in consultation,
// in conference, connected.
func (r *rig) script() {
	r.t.Helper()
	inbound := func(to string) string {
		return r.do(switchsim.Move{Action: "inbound", Device: "+19005550" + to, To: to})
	}
	inbound("1900")
	for _, d := range []string{"1901", "1902", "1904", "1906"} {
		call := inbound(d)
		r.do(switchsim.Move{Action: "answer", Device: d, Call: call})
		switch d {
		case "1901":
			r.do(switchsim.Move{Action: "hold", Device: d, Call: call})
		case "1902":
			r.do(switchsim.Move{Action: "consult", Device: d, Call: call, To: "1903"})
		case "1904":
			second := r.do(switchsim.Move{Action: "consult", Device: d, Call: call, To: "1905"})
			r.do(switchsim.Move{Action: "answer", Device: "1905", Call: second})
			r.do(switchsim.Move{Action: "conference", Device: d, Call: call, Other: second})
		}
	}
}
