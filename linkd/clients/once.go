package clients

import (
	"container/list"
	"sync"
)

// Once remembers what was said of which peer, the newest of it up to a limit,
// so that a peer that goes on misbehaving fills no log.
type Once struct {
	limit int

	mu    sync.Mutex
	order *list.List // of said, newest first
	known map[said]*list.Element
}

type said struct{ peer, reason string }

// NewOnce remembers up to limit pairs of peer and reason.
func NewOnce(limit int) *Once {
	return &Once{limit: limit, order: list.New(), known: make(map[said]*list.Element)}
}

// First tells whether nobody asked for this peer and reason before.
func (o *Once) First(peer, reason string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := said{peer, reason}
	if e, ok := o.known[s]; ok {
		o.order.MoveToFront(e)
		return false
	}
	o.known[s] = o.order.PushFront(s)
	if o.order.Len() > o.limit {
		oldest := o.order.Back()
		delete(o.known, o.order.Remove(oldest).(said))
	}
	return true
}
