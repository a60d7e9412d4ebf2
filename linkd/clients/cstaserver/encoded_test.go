package cstaserver

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// Whoever hears an event, on whichever listener of the node: it is encoded once
// for an edition.
func TestEncodedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl, events := newCluster(t, "1000"), NewEvents()
		var nodes []*node
		for _, name := range []string{"tservers", "others"} {
			ln := newPipeListener()
			nodes = append(nodes, serveBeside(t, cl, events, Options{Name: name}, ln, ln.dial))
		}
		var clients []*client
		var xrefs []string
		for i, x := range []struct{ node, edition int }{{0, 4}, {0, 4}, {1, 4}, {1, 6}, {0, 6}, {0, 3}} {
			c := nodes[x.node].clientAt(fmt.Sprintf("192.0.2.%d", i+1), x.edition)
			clients, xrefs = append(clients, c), append(xrefs, nodes[x.node].monitored(c, "1000"))
		}
		xrefs[5] = "" // the last one monitors twice
		xrefs = append(xrefs, nodes[0].monitored(clients[5], "1000"))
		const calls = 50
		want := cl.calls("1000", "?", calls)
		for i, c := range clients {
			for _, w := range want {
				for range 1 + i/5 {
					if got := tell(c.next()); xrefs[i] != "" && got != strings.ReplaceAll(w, "?", xrefs[i]) {
						t.Fatalf("client %d heard %q instead of %q", i, got, w)
					}
				}
			}
		}
		synctest.Wait()
		a, b := nodes[0].listener.Stats(), nodes[1].listener.Stats()
		if sent := a.Events + b.Events; sent != 7*2*calls {
			t.Errorf("%d events sent instead of %d", sent, 7*2*calls)
		}
		if encoded := a.Encoded + b.Encoded; encoded != 3*2*calls {
			t.Errorf("%d events encoded for 3 editions instead of %d", encoded, 3*2*calls)
		}
	})
}

// ring is a record of a call that rings.
func ring(index uint64, data int) *fsm.Record {
	return &fsmpb.Record{Position: fsm.Position{Index: index}.Proto(), Kind: &fsmpb.Record_Call{Call: &fsmpb.CallChange{
		Type: fsmpb.EventType_DELIVERED, Call: index, Device: "1000", Data: &fsmpb.CallData{UserData: make([]byte, data)}}}}
}

// Clients that ask at the same time get the same XML.
func TestEncodedOnce_InParallel(t *testing.T) {
	var records []*fsm.Record
	for i := range uint64(500) {
		records = append(records, ring(i+1, 10))
	}
	events := NewEvents()
	var encoded atomic.Int64
	var wg sync.WaitGroup
	got := make([][]*csta.EventXML, 8)
	for i := range got {
		wg.Go(func() {
			for _, r := range records {
				e, first := events.of(r, csta.Ed4)
				if first {
					encoded.Add(1)
				}
				got[i] = append(got[i], e.xml)
			}
		})
	}
	wg.Wait()
	if encoded.Load() != 500 {
		t.Errorf("500 events were encoded %d times", encoded.Load())
	}
	for i := range got {
		for j, xml := range got[i] {
			if xml == nil || xml != got[0][j] {
				t.Fatalf("client %d got another event %d than client 0", i, j)
			}
		}
	}
}

// A client that lags gets its events, and the others lose nothing by that.
func TestEncoded_Lagging(t *testing.T) {
	events := NewEvents()
	var records []*fsm.Record
	for i := range uint64(eventsKept + 100) {
		records = append(records, ring(i+1, 10))
		if _, first := events.of(records[i], csta.Ed4); !first {
			t.Fatal("a new event was encoded before")
		}
	}
	for i, r := range records {
		e, first := events.of(r, csta.Ed4)
		if first != (i < 100) {
			t.Errorf("event %d: encoded again: %v", i, first)
		}
		if want := fmt.Sprintf("<callID>%d</callID>", i+1); !strings.Contains(string(e.xml.Append(nil, "1", "")), want) {
			t.Errorf("event %d is not that of call %d", i, i+1)
		}
	}
	if _, first := events.of(records[eventsKept+99], csta.Ed6); !first {
		t.Error("an event was encoded before in another edition")
	}
}

// What is kept is bounded, however long the events are.
func TestEncoded_Bounded(t *testing.T) {
	events := NewEvents()
	for i := range uint64(2000) {
		events.of(ring(i+1, 15000), csta.Ed4)
		if events.octets > octetsKept {
			t.Fatalf("%d octets are kept after %d events", events.octets, i+1)
		}
	}
	if events.n < 200 {
		t.Errorf("%d events are kept", events.n)
	}
	sum := 0
	events.edition(csta.Ed4).Range(func(_, e any) bool {
		sum += e.(*encoded).size()
		return true
	})
	if sum != events.octets {
		t.Errorf("%d octets are kept, counted are %d", sum, events.octets)
	}
	for range events.n {
		events.drop()
	}
	if events.octets != 0 || events.n != 0 {
		t.Errorf("%d events of %d octets are left", events.n, events.octets)
	}
}

// A further client's copy of an event costs no allocation.
func TestCopyAllocatesNothing(t *testing.T) {
	cl := newCluster(t, "1000")
	n := start(t, cl, Options{})
	nc := n.dial(tserver1)
	defer nc.Close()
	c := newConn(t.Context(), n.listener, nc)
	c.sess.monitors.put(&monitor{xref: 1, id: "1", device: "1000", typ: fsmpb.MonitorType_DEVICE_TYPE, filter: passAll})
	r := ring(1, 100)
	r.GetCall().Heard = []*fsmpb.Hearer{{Device: "1000", State: fsmpb.ConnectionState_ALERTING}}
	heard := 0
	allocs := testing.AllocsPerRun(100, func() {
		c.buf = c.buf[:0]
		heard = c.hear(r, nil)
	})
	if heard != 1 || !strings.Contains(string(c.buf), "<monitorCrossRefID>1</monitorCrossRefID>") {
		t.Fatalf("%d monitors heard %s", heard, c.buf)
	}
	if allocs > 0 {
		t.Errorf("a copy allocates %v times", allocs)
	}
}
