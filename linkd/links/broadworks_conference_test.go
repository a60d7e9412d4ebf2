package links

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
)

// A conference's controller alone is told of it, and the others go on being told under
// other tracking IDs. One that began while nobody listened, or as a new leader had heard
// of one of its calls only, is one call all the same, and leaves nothing when it ends.
func TestBroadWorksConferenceUnheard(t *testing.T) {
	for _, c := range []struct {
		name   string
		unfold func(r *rig, confer func())
	}{
		{"before the cluster began", func(r *rig, confer func()) {
			confer()
			r.begin("n1")
		}},
		{"as nobody led", func(r *rig, confer func()) {
			r.begin("n1")
			r.nodes["n1"].kill()
			confer()
			r.nodes["n2"].lead()
		}},
	} {
		for _, first := range []string{"1900", "1901", "1902"} {
			t.Run(c.name+", "+first+" leaves first", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRig(t, broadworks, "n1", "n2")
					defer r.close()
					var call string
					c.unfold(r, func() {
						call = r.do(switchsim.Move{Action: "dial", Device: "1901", To: "1900"})
						r.do(switchsim.Move{Action: "answer", Device: "1900", Call: call})
						second := r.do(switchsim.Move{Action: "consult", Device: "1900", Call: call, To: "1902"})
						r.do(switchsim.Move{Action: "answer", Device: "1902", Call: second})
						call = r.do(switchsim.Move{Action: "conference", Device: "1900", Call: call, Other: second})
					})
					time.Sleep(10 * time.Second)
					r.await(time.Minute, "compared", ready)
					if n := r.compareXsi(); n != 4 || r.state().CallCount() != 1 {
						t.Errorf("%d parts were compared and %d calls are there, want the controller's two, two others, and one call", n, r.state().CallCount())
					}
					r.do(switchsim.Move{Action: "clear", Device: first, Call: call})
					time.Sleep(time.Second)
					r.compareXsi()
					if first != "1900" { // it would have ended the conference
						r.do(switchsim.Move{Action: "clear", Device: "1900", Call: call})
					}
					time.Sleep(time.Second)
					r.compareXsi()
					if n := r.state().CallCount(); n != 0 {
						t.Errorf("%d calls are left", n)
					}
					r.violations()
				})
			})
		}
	}
}
