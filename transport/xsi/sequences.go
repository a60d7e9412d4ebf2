package xsi

import (
	"hash/maphash"
	"strings"
)

// Sequences follows the sequence numbers of subscriptions, to find what is
// missing. It is not safe for use by several goroutines.
type Sequences struct {
	seed maphash.Seed
	subs map[string]*sequence
}

// Arrival says how an event's number stands to those before it.
type Arrival uint8

// The values of Arrival.
const (
	// ArrivalFirst: the first event of the subscription that was seen.
	ArrivalFirst Arrival = iota
	// ArrivalNext: the number after the last one.
	ArrivalNext
	// ArrivalGap: numbers are missing. Events were lost, or come later by another
	// channel of the set: ask for a snapshot.
	ArrivalGap
	// ArrivalLate: one that was missing. The newer ones came first.
	ArrivalLate
	// ArrivalRepeat: the same event again, after it was answered with
	// StatusTryNext or its answer was lost.
	ArrivalRepeat
	// ArrivalRestart: the server counts anew. It lost what it knew of the
	// subscription: ask for a snapshot.
	ArrivalRestart
)

// String returns the name, such as "gap".
func (a Arrival) String() string {
	names := []string{"first", "next", "gap", "late", "repeat", "restart"}
	if int(a) < len(names) {
		return names[a]
	}
	return "unknown"
}

const (
	lastSequence = 1<<31 - 1 // then 1 follows
	window       = 32        // events that are remembered of each subscription
)

// sequence is what is known of one subscription.
type sequence struct {
	last int
	// seen has the hash of the event ID of each of the last numbers, 0 if it
	// didn't come.
	seen [window]uint64
}

// NewSequences returns Sequences that has seen nothing.
func NewSequences() *Sequences {
	return &Sequences{seed: maphash.MakeSeed(), subs: make(map[string]*sequence)}
}

// Observe notes an event. missing is how many numbers an ArrivalGap skips. A
// number that can't be read (0) counts as ArrivalNext.
func (s *Sequences) Observe(e *SubscriptionEvent) (a Arrival, missing int) {
	id := maphash.String(s.seed, e.EventID) | 1
	n := e.SequenceNumber
	q := s.subs[e.SubscriptionID]
	switch {
	case n <= 0:
		return ArrivalNext, 0
	case q == nil:
		q = new(sequence)
		s.subs[strings.Clone(e.SubscriptionID)] = q
		q.begin(n, id)
		return ArrivalFirst, 0
	}
	ahead := distance(q.last, n)
	if ahead > 0 {
		q.advance(ahead, n, id)
		if ahead == 1 {
			return ArrivalNext, 0
		}
		return ArrivalGap, ahead - 1
	}
	if -ahead < window-1 { // where the numbers wrap, one of the places is lost
		switch slot := &q.seen[n%window]; *slot {
		case 0:
			*slot = id
			return ArrivalLate, 0
		case id:
			return ArrivalRepeat, 0
		}
	}
	q.begin(n, id)
	return ArrivalRestart, 0
}

// Forget drops a subscription.
func (s *Sequences) Forget(subscriptionID string) { delete(s.subs, subscriptionID) }

// Len is the number of subscriptions.
func (s *Sequences) Len() int { return len(s.subs) }

// begin starts with a number. Those before it count as having come, as other
// events.
func (q *sequence) begin(n int, id uint64) {
	q.last = n
	for i := range q.seen {
		q.seen[i] = ^uint64(0) &^ 1 // even: the hash of no event
	}
	q.seen[n%window] = id
}

// advance goes on to a number; those between have not come.
func (q *sequence) advance(ahead, n int, id uint64) {
	for i := 1; i < min(ahead, window); i++ {
		q.seen[before(n, i)%window] = 0
	}
	q.last = n
	q.seen[n%window] = id
}

// before is the number that comes i before n.
func before(n, i int) int {
	if n > i {
		return n - i
	}
	return n - i + lastSequence
}

// distance is how far b is ahead of a, from -2^30 to 2^30: the numbers are a
// circle from 1 to 2147483647.
func distance(a, b int) int {
	d := b - a
	switch {
	case d > lastSequence/2:
		d -= lastSequence
	case d < -lastSequence/2:
		d += lastSequence
	}
	return d
}
