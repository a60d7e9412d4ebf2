package drill

import (
	"slices"
	"time"

	"github.com/holdline/holdline/linkd/drill/tserver"
)

// eventNames are ECMA-323's names by the switch's (its filter bits).
var eventNames = map[string]string{
	"serviceInitiated": "ServiceInitiatedEvent", "originated": "OriginatedEvent", "delivered": "DeliveredEvent", "established": "EstablishedEvent",
	"held": "HeldEvent", "retrieved": "RetrievedEvent", "transferred": "TransferedEvent", "conferenced": "ConferencedEvent",
	"connectionCleared": "ConnectionClearedEvent", "diverted": "DivertedEvent", "queued": "QueuedEvent", "failed": "FailedEvent",
	"networkReached": "NetworkReachedEvent", "digitsGenerated": "DigitsGeneratedEvent", "callInformation": "CallInformationEvent",
}

// mark is a moment from which on every event is compared: calls that were up
// when the monitors began are told as they are, not as they came to be.
type mark struct {
	seq  uint64
	told []map[string]int
}

func (s *stage) mark() mark {
	m := mark{seq: s.Switch.Truth().Seq}
	for _, c := range s.TServers {
		n := map[string]int{}
		for device, told := range c.Journal() {
			n[device] = len(told)
		}
		m.told = append(m.told, n)
	}
	return m
}

// underWay bounds the events that were on their way to a client at a mark.
const underWay = 200

// everyEventTold checks that each client was told since a mark, on each device's
// monitor, exactly what the switch did there, in order: nothing lost, nothing
// twice but what a replay repeats.
func (s *stage) everyEventTold(since mark) {
	s.t.Helper()
	if err := sleep(s.ctx, time.Second); err != nil {
		s.t.Fatal(err)
	}
	told := make([]map[string][]tserver.Entry, len(s.TServers))
	for i, c := range s.TServers {
		told[i] = c.Journal()
	}
	happened := map[string][]tserver.Entry{}
	for _, tr := range s.Switch.History(since.seq - min(since.seq, underWay)) {
		name, ok := eventNames[tr.Event]
		if !ok {
			continue
		}
		for _, h := range tr.Heard {
			happened[h.Device] = append(happened[h.Device], tserver.Entry{Event: name, Subject: tr.Device})
		}
	}
	compared := 0
	for i, c := range s.TServers {
		repeats := int(c.Report().Repeats)
		for device, have := range told[i] {
			all := happened[device]
			have = have[since.told[i][device]:]
			compared += len(have)
			missing, extra := align(all, have)
			repeats -= len(extra)
			if len(missing) > 0 {
				s.historyAt(device)
				s.feedAt(device)
				s.t.Errorf("%s, monitor of %s: %d of %d events were lost, first %v", c.Name(), device, len(missing), len(all), missing[0])
			}
		}
		if repeats < 0 {
			s.t.Errorf("%s: %d events were told twice outside a replay", c.Name(), -repeats)
		}
	}
	s.t.Logf("%d events compared with what the switch did", compared)
	if compared < 1000 {
		s.t.Errorf("only %d events were compared", compared)
	}
}

// align says what of all is missing in have, between have's first and last
// event, and what have holds beyond it.
func align(all, have []tserver.Entry) (missing, extra []tserver.Entry) {
	best := len(all) + len(have)
	// The monitor started somewhere in all: take the beginning that fits best.
	for from := range all {
		if len(have) == 0 || all[from] != have[0] {
			continue
		}
		m, x := walk(all[from:], have)
		if len(m)+len(x) < best {
			best, missing, extra = len(m)+len(x), m, x
		}
		if best == 0 {
			return nil, nil
		}
	}
	return missing, extra
}

func walk(all, have []tserver.Entry) (missing, extra []tserver.Entry) {
	for len(have) > 0 && len(all) > 0 {
		if all[0] == have[0] {
			all, have = all[1:], have[1:]
			continue
		}
		// Whichever side finds the other's next event sooner has one too many.
		inAll, inHave := slices.Index(all, have[0]), slices.Index(have, all[0])
		if inHave < 0 || inAll >= 0 && inAll <= inHave {
			missing, all = append(missing, all[0]), all[1:]
		} else {
			extra, have = append(extra, have[0]), have[1:]
		}
	}
	return missing, append(extra, have...)
}
