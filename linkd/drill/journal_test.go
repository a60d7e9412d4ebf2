package drill

import (
	"fmt"
	"slices"
	"strings"
	"testing"
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
		var twice []string // the monitors, where no replay is to blame
		for device, have := range told[i] {
			all := happened[device]
			have = have[since.told[i][device]:]
			compared += len(have)
			missing, extra := align(all, have)
			if repeats -= len(extra); repeats < 0 && len(extra) > 0 {
				s.historyAt(device)
				s.feedAt(device)
				twice = append(twice, fmt.Sprintf("%s was told %v beyond %v, in all %v", device, extra, all, have))
			}
			if len(missing) > 0 {
				s.historyAt(device)
				s.feedAt(device)
				s.t.Errorf("%s, monitor of %s: %d of %d events were lost, first %v", c.Name(), device, len(missing), len(all), missing[0])
				s.t.Logf("the switch did %v\nthe client was told %v", all, have)
			}
		}
		if repeats < 0 {
			s.t.Errorf("%s: %d events were told twice outside a replay:\n%s", c.Name(), -repeats, strings.Join(twice, "\n"))
		}
	}
	s.t.Logf("%d events compared with what the switch did", compared)
	if compared < 1000 {
		s.t.Errorf("only %d events were compared", compared)
	}
}

// align says what of all is missing in have, between have's first and last
// event, and what have holds beyond it. Of all the ways in which they can be laid
// side by side it takes the one with the fewest differences; one that is missing
// counts for more than one too many.
func align(all, have []tserver.Entry) (missing, extra []tserver.Entry) {
	const lost, again = 3, 2
	// cost[i][j] is that of all[:i] beside have[:j]; what all has before have begins
	// costs nothing.
	cost := make([][]int, len(all)+1)
	for i := range cost {
		cost[i] = make([]int, len(have)+1)
		for j := range have {
			best := cost[i][j] + again
			if i > 0 && all[i-1] == have[j] {
				best = min(best, cost[i-1][j])
			}
			if i > 0 {
				best = min(best, cost[i-1][j+1]+lost)
			}
			cost[i][j+1] = best
		}
	}
	i, j := 0, len(have) // nor does what it has after have ends
	for k := range cost {
		if cost[k][j] < cost[i][j] {
			i = k
		}
	}
	for j > 0 {
		switch {
		case i > 0 && all[i-1] == have[j-1] && cost[i][j] == cost[i-1][j-1]:
			i, j = i-1, j-1
		case cost[i][j] == cost[i][j-1]+again:
			extra = append(extra, have[j-1])
			j--
		default:
			missing = append(missing, all[i-1])
			i--
		}
	}
	slices.Reverse(missing)
	slices.Reverse(extra)
	return missing, extra
}

func TestAlign(t *testing.T) {
	list := func(s string) (out []tserver.Entry) {
		for _, r := range s {
			out = append(out, tserver.Entry{Event: string(r)})
		}
		return out
	}
	for _, c := range []struct{ all, have, missing, extra string }{
		{"abcdef", "abcdef", "", ""},
		{"xxabcdefyy", "abcdef", "", ""},
		{"qdqdqdqdqd", "qdqdqd", "", ""},
		{"qdqdabqdqdx", "qdqdabdqdx", "q", ""},
		{"abcdef", "abdef", "c", ""},
		{"abcdef", "abcbcdef", "", "bc"},
		{"abcdef", "abdcef", "c", "c"},
		{"", "ab", "", "ab"},
		{"ab", "", "", ""},
	} {
		missing, extra := align(list(c.all), list(c.have))
		if len(missing) != len(c.missing) || len(extra) != len(c.extra) {
			t.Errorf("%s beside %s: missing %v, extra %v; want %q and %q", c.have, c.all, missing, extra, c.missing, c.extra)
		}
	}
}
