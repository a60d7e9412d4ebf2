package xsi

import (
	"container/heap"
	"time"
)

// Renewals says when what was granted for a time has to be asked for again: at
// half of it (§4.2.4.5). It keeps a schedule and asks nobody. It is not safe
// for use by several goroutines.
type Renewals struct {
	heap renewalHeap
	byID map[string]*renewal
}

type renewal struct {
	id  string
	due time.Time
	at  int // index in the heap
}

// Granted notes what the server granted, in seconds, now or at another time. It
// replaces what was noted for the ID before. What never expires is forgotten.
func (r *Renewals) Granted(id string, expires int, at time.Time) {
	if expires >= Never {
		r.Forget(id)
		return
	}
	r.set(id, at.Add(halfLife(expires)))
}

// Retry notes that the ID is due again after a while, because asking failed.
// It does nothing if the ID was forgotten meanwhile.
func (r *Renewals) Retry(id string, at time.Time) {
	if r.byID[id] != nil {
		r.set(id, at)
	}
}

// Forget drops an ID.
func (r *Renewals) Forget(id string) {
	if x := r.byID[id]; x != nil {
		heap.Remove(&r.heap, x.at)
		delete(r.byID, id)
	}
}

// Next returns the ID that is due first, and when; ok is false if there is none.
// It stays the first until Granted, Retry or Forget.
func (r *Renewals) Next() (id string, due time.Time, ok bool) {
	if len(r.heap) == 0 {
		return "", time.Time{}, false
	}
	return r.heap[0].id, r.heap[0].due, true
}

// Len is the number of IDs.
func (r *Renewals) Len() int { return len(r.heap) }

func (r *Renewals) set(id string, due time.Time) {
	if x := r.byID[id]; x != nil {
		x.due = due
		heap.Fix(&r.heap, x.at)
		return
	}
	if r.byID == nil {
		r.byID = make(map[string]*renewal)
	}
	x := &renewal{id: id, due: due}
	r.byID[id] = x
	heap.Push(&r.heap, x)
}

// halfLife is half of a time in seconds, one second at least.
func halfLife(seconds int) time.Duration {
	return max(time.Second, time.Duration(seconds)*time.Second/2)
}

type renewalHeap []*renewal

func (h renewalHeap) Len() int           { return len(h) }
func (h renewalHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h renewalHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *renewalHeap) Push(x any) {
	r := x.(*renewal)
	r.at = len(*h)
	*h = append(*h, r)
}

func (h *renewalHeap) Pop() any {
	old := *h
	r := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return r
}
