package drill

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdline/holdline/transport/switchsim"
)

// alignTime is how long a hot standby may take until all that it hears is compared
// with what the leader brings.
const alignTime = 10 * time.Second

// Leaders are killed one after the other. The standby heard what the switch said
// meanwhile: each client is told every event, one whole call inside the gap
// included, once and in order.
func TestLeadersKilledLoseNoEvent(t *testing.T) {
	s := newStage(t, SceneOptions{Rate: 50, Seed: 21, Journal: true, Serve: "any"})
	for i := range times(50, 3) {
		if err := sleep(s.ctx, alignTime); err != nil {
			t.Fatal(err)
		}
		since := s.mark()
		var dead *Process
		s.breakLeader(fmt.Sprintf("kill %d", i+1), func(p *Process) {
			p.Kill()
			dead = p
			call := s.do(switchsim.Move{Action: "dial", Device: "1910", To: "1911"})
			s.do(switchsim.Move{Action: "answer", Device: "1911", Call: call})
			s.do(switchsim.Move{Action: "clearcall", Call: call})
		}, 20)
		s.restart(dead)
		s.everyEventTold(since)
	}
}
