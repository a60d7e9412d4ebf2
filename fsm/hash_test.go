package fsm

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// fresh works the hash out anew from all objects.
func fresh(t *testing.T, m *Machine) uint64 {
	t.Helper()
	s, err := readSnapshot(bytes.NewReader(snapshotOf(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	x := newSums(s)
	return x.hash(s)
}

func TestHashOfWhatChangedEqualsHashOfAll(t *testing.T) {
	r := busy(t)
	for range 3 {
		r.m.takeHash()
		got, at := r.m.View().Hash()
		if want := fresh(t, r.m); got != want || at != r.index {
			t.Errorf("hash %016x at %d, worked out anew %016x at %d", got, at, want, r.index)
		}
		r.wait(11_000)
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSettings{PutSettings: &fsmpb.PutSettings{Settings: &fsmpb.Settings{FeedRecords: 1024}}}})
		r.in(func(t *txn) {
			for range 700 {
				t.emit(&Record{Switch: "pbx"})
			}
		})
	}
}

// Between two hashes calls come and go. What is left to be hashed when the hash is
// taken is little, and calls that were over by then were never encoded for it.
func TestHashKeepsUp(t *testing.T) {
	r := newRig(t, "A", "B")
	call := func(n int) string { return "c" + strconv.Itoa(n) }
	for r.m.s.entries%HashEvery != 0 { // the first hash
		r.apply()
	}
	calls := r.m.sums.parts[tableCall].(*share[uint64, *Call])
	n, most := 0, 0
	for range 2 {
		for r.m.s.entries%HashEvery < HashEvery-2 {
			// Each call lives for four entries.
			r.say("A: Queued " + call(n) + "/A calling=9 called=A")
			if n >= 4 {
				r.say("A: ConnectionCleared " + call(n-4) + "/A")
			}
			n++
			// Those of the last hash, and those that live at the first turn, may be.
			if at := r.m.s.entries % HashEvery; at < HashEvery*3/4 && len(calls.each) > 10 {
				t.Fatalf("after %d entries %d calls are in the sum", at, len(calls.each))
			}
			waiting := 0
			for _, p := range r.m.sums.parts {
				waiting += p.waiting()
			}
			most = max(most, waiting)
		}
		for r.m.s.entries%HashEvery != HashEvery-1 {
			r.apply()
		}
		r.m.sums.turn()
		left := 0
		for _, p := range r.m.sums.parts {
			left += p.waiting()
		}
		if left > 32 || most < 500 {
			t.Errorf("%d objects left of %d", left, most)
		}
		r.apply()
		if got, at := r.m.View().Hash(); got != fresh(t, r.m) || at != r.index {
			t.Errorf("hash %016x at %d, worked out anew %016x at %d", got, at, fresh(t, r.m), r.index)
		}
	}
}

// Any difference shows in the hash.
func TestHashTellsStatesApart(t *testing.T) {
	seen := make(map[uint64]string)
	note := func(name string, change func(t *txn)) {
		r := busy(t)
		if change != nil {
			r.in(change)
		} else {
			r.in(func(*txn) {})
		}
		r.m.takeHash()
		h, _ := r.m.View().Hash()
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[h] = name
	}
	note("unchanged", nil)
	note("a call's state", func(t *txn) {
		c, _ := t.calls.get(1)
		c = proto.CloneOf(c)
		c.Connections[0].State = held
		t.putCall(c)
	})
	note("a call less", func(t *txn) { t.dropCall(1) })
	note("a record", func(t *txn) { t.emit(&Record{}) })
	note("another record", func(t *txn) { t.emit(&Record{Switch: "x"}) })
	note("a counter", func(t *txn) { t.counters.Xref++ })
	note("the time", func(t *txn) { t.timeMS++ })
	note("a setting", func(t *txn) { t.putSettings(&fsmpb.Settings{Intents: 5}) })
	note("two states swapped", func(t *txn) {
		c, _ := t.calls.get(1)
		c = proto.CloneOf(c)
		c.Connections[0], c.Connections[1] = c.Connections[1], c.Connections[0]
		t.putCall(c)
	})
}

func TestNodeThatDiffersStops(t *testing.T) {
	r := busy(t)
	r.m.takeHash()
	h, at := r.m.View().Hash()
	check := func(index, hash uint64) error {
		data, _ := proto.Marshal(&fsmpb.Entry{Commands: []*fsmpb.Command{
			{Kind: &fsmpb.Command_HashCheck{HashCheck: &fsmpb.HashCheck{Index: index, Hash: hash}}}}})
		r.index++
		_, err := r.m.Apply(r.index, r.term, data)
		return err
	}
	if err := check(at, h); err != nil {
		t.Errorf("the right hash: %v", err)
	}
	if err := check(at-1, h+1); err != nil {
		t.Errorf("the hash of another entry: %v", err)
	}
	err := check(at, 0x1234)
	if err == nil || !strings.Contains(err.Error(), "0000000000001234") || !strings.Contains(err.Error(), "state hash") {
		t.Errorf("a wrong hash: %v", err)
	}
	// While releases are mixed, encodings may differ where states don't.
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &Node{Id: "n2", Version: "next"}}}})
	if err := check(at, 0x1234); err != nil {
		t.Errorf("a wrong hash between releases: %v", err)
	}
}

// A feed reads the same whether its records are kept as they are or encoded.
func TestFeedColdAndWarm(t *testing.T) {
	r := newRig(t, "A")
	r.m.s.settings = DefaultSettings()
	const n = (feedWarm + 3) * feedChunk
	before := r.m.s.feed.seq
	var view *State
	for i := range n / 2 {
		if i == 100 {
			view = r.m.View()
		}
		r.say(`A: Queued q` + strconv.Itoa(i) + `/A calling=9 called=A
			A: ConnectionCleared q` + strconv.Itoa(i) + `/A`)
	}
	f := &r.m.s.feed
	cold, warm := 0, 0
	last := f.floor
	f.after(f.floor, func(k kept) bool {
		if k.record == nil {
			cold++
		} else {
			warm++
		}
		rec := k.read()
		if at := PositionOf(rec.Position); at != k.at || !last.Before(at) {
			t.Fatalf("record at %s reads as %s, after %s", k.at, at, last)
		}
		last = k.at
		if b := appendEncoded(nil, rec); !bytes.Equal(b, k.encoded) || hashOf(kindRecord, b) != k.hash {
			t.Fatalf("record at %s differs from its encoding", k.at)
		}
		return true
	})
	if cold == 0 || warm > (feedWarm+1)*feedChunk || uint64(cold+warm) != f.seq-before+before {
		t.Errorf("%d cold, %d warm of %d", cold, warm, f.seq)
	}
	seen := 0
	if err := view.Feed().After(view.Feed().Floor(), func(rec *Record) bool { seen++; return rec.Position != nil }); err != nil || seen != view.Feed().Len() {
		t.Errorf("a view from before: %d of %d records, %v", seen, view.Feed().Len(), err)
	}
}
