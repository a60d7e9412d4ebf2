package drill

import (
	"fmt"
	"testing"
	"time"
)

// alignTime is how long a hot standby may take until all that it hears is compared
// with what the leader brings.
const alignTime = 10 * time.Second

// Leaders are killed one after the other. The standby heard what the switch said
// meanwhile: each client is told every event, whole calls inside the gap
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
			s.wholeCall()
		}, 20)
		s.restart(dead)
		s.everyEventTold(since)
	}
}
