package fsm

import (
	"bytes"
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
