package switchsim

import (
	"errors"
	"net"
	"time"
)

const closingTime = time.Second // how long the last frames of an association may take

// An association is one client's connection to a link, with everything that dies with it: monitors, registrations and
// the frames that wait to be written.
type association struct {
	s     *Switch
	link  *link
	id    int
	conn  net.Conn
	peer  string
	since time.Time
	out   chan []byte   // frames for the writer; closed when the association ends
	gate  chan struct{} // closed when the association ends, for a reader that a black hole has stopped

	ended    bool
	surplus  bool // above the limit of its link: refused with its first message
	edition  int  // of ECMA-323, 0 = not yet known
	assumed  bool // the edition is our guess until the client's first message
	session  *session
	register string // sysStatRegisterID, "" = none
	filter   map[string]bool

	monitors map[string]*monitor
	byDevice map[string][]*monitor
	byCall   map[callID][]*monitor // call-type monitors by the calls that they follow now
	lastRef  int                   // monitorCrossRefID and other references

	pending map[int]string // our own requests without an answer, by invoke ID
	lastOwn int
	heard   time.Time
	misses  int
	blind   bool // a black hole: nothing is read or written
	sent    uint64
	lost    uint64
}

// encoder returns how messages are written to this association.
func (a *association) encoder() encoder {
	return encoder{
		edition: a.edition, link: a.link.index, rename: a.s.opt.Rename, linkage: !a.s.opt.NoLinkage && a.edition >= 6,
	}
}

// read handles what the client sends until the connection ends.
func (a *association) read() {
	for {
		id, body, err := readFrame(a.conn)
		if err != nil {
			a.s.locked(func() {
				if errors.Is(err, errFrame) {
					a.violates(id, body, err.Error())
				}
				a.end(err.Error(), false)
			})
			return
		}
		blind := false
		a.s.locked(func() {
			if blind = a.blind; !blind {
				a.receive(id, body)
			}
		})
		if blind {
			<-a.gate
			return
		}
	}
}

// write sends frames until the association ends.
func (a *association) write() {
	for frame := range a.out {
		if _, err := a.conn.Write(frame); err != nil {
			a.s.locked(func() { a.end(err.Error(), true) })
			break
		}
	}
	a.conn.Close()
}

// send queues a frame. A client that reads too slowly is dropped, never waited for.
func (a *association) send(id int, body []byte) {
	if a.ended || a.blind || a.s.faults.silent(a.link) {
		return
	}
	frame := makeFrame(id, body)
	if frame == nil {
		a.s.log.Error("message is longer than a frame", "association", a.id, "bytes", len(body))
		return
	}
	select {
	case a.out <- frame:
		a.sent++
		a.s.exchange(rootOf(body)).Sent++
	default:
		a.s.model.counts.Overflowed++
		a.end("the client reads too slowly: the queue is full", true)
	}
}

// request sends a request of our own. An ID below firstOwnID is used as it is; otherwise the next one is taken.
func (a *association) request(id int, name string, body []byte) {
	if id >= firstOwnID {
		if a.lastOwn++; a.lastOwn > lastInvokeID {
			a.lastOwn = firstOwnID
		}
		id = a.lastOwn
	}
	a.pending[id] = name
	a.send(id, body)
}

// tellOneWay sends a request of our own that is never answered.
func (a *association) tellOneWay(name string, body []byte) {
	a.request(firstOwnID, name, body)
	delete(a.pending, a.lastOwn)
}

// end closes the association: at once, or after what is queued has been written.
func (a *association) end(reason string, atOnce bool) {
	if a.ended {
		return
	}
	a.ended = true
	a.s.model.counts.Dropped++
	a.link.remove(a)
	a.s.routers.drop(a)
	a.session.stop()
	close(a.gate)
	if atOnce || a.blind {
		reset(a.conn)
	} else {
		// The connection may be gone already; then the writer notices by itself.
		_ = a.conn.SetDeadline(time.Now().Add(closingTime))
	}
	close(a.out)
	a.s.log.Info("association ended", "link", a.link.index+1, "association", a.id, "peer", a.peer, "reason", reason)
}

// nextRef mints a reference: decimal, from 1, never used twice in the life of the association.
func (a *association) nextRef() int {
	a.lastRef++
	return a.lastRef
}

// watch sends SystemStatus to a silent client and drops it after two without an answer (OmniPCX practice).
func (a *association) watch() {
	every := a.s.opt.Keepalive
	a.s.after(every, func() {
		if a.ended {
			return
		}
		if a.s.model.now.Sub(a.heard) >= every && a.edition != 0 {
			if a.misses >= 2 {
				a.end("two keepalives without an answer", true)
				return
			}
			a.misses++
			a.request(firstOwnID, "SystemStatus", a.systemStatus(a.s.faults.status))
		}
		a.watch()
	})
}
