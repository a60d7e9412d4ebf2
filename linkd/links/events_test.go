package links

import (
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm"
)

// told is what the state machine told of each device's connections since a
// position, in order.
func (r *rig) told(since fsm.Position) map[string][]string {
	r.t.Helper()
	out := make(map[string][]string)
	err := r.state().Feed().After(since, func(rec *fsm.Record) bool {
		if c := rec.GetCall(); c != nil {
			if word := bitName(c.Type.String()); word != "callInformation" {
				out[c.Device] = append(out[c.Device], word)
			}
		}
		return true
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// happened is what happened to each device's connections at the switch since a
// sequence number, as far as a monitored device heard it.
func (r *rig) happened(since uint64) (map[string][]string, int) {
	monitored := make(map[string]bool)
	for _, d := range r.sim.Truth().Devices {
		monitored[d.ID] = true
	}
	out := make(map[string][]string)
	n := 0
	for _, h := range r.sim.History(since) {
		heard := false
		for _, c := range h.Heard {
			heard = heard || monitored[c.Device]
		}
		if h.Call == "" || !heard || h.Event == "callInformation" {
			continue
		}
		out[h.Device] = append(out[h.Device], h.Event)
		n++
	}
	return out, n
}

// sameEvents fails for every event that was lost, doubled or told out of order
// since a moment, and tells how many were compared.
func (r *rig) sameEvents(since moment) int {
	r.t.Helper()
	want, n := r.happened(since.seq)
	got := r.told(since.feed)
	devices := make(map[string]bool)
	for d := range want {
		devices[d] = true
	}
	for d := range got {
		devices[d] = true
	}
	for d := range devices {
		if strings.HasPrefix(d, "+") {
			continue // outside: the end of the last party inside is told of it too
		}
		if !slices.Equal(want[d], got[d]) {
			r.t.Errorf("device %s (-switch +told):\n%s", d, cmp.Diff(want[d], got[d]))
		}
	}
	return n
}

// moment is a point in the switch's history and in the feed.
type moment struct {
	seq  uint64
	feed fsm.Position
}

func (r *rig) now() moment {
	return moment{r.sim.Truth().Seq, r.state().Feed().Last()}
}

// bitName is an event type as the filter's bit: SERVICE_INITIATED is
// serviceInitiated.
func bitName(typ string) string {
	words := strings.Split(strings.ToLower(typ), "_")
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}
