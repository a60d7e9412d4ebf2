package switchsim

import (
	"container/heap"
	"time"
)

// A timer is one move that the model will make by itself. Moves due at the same instant are made in the order in which
// they were scheduled, so that a seed decides everything.
type timer struct {
	at      time.Time
	order   uint64
	move    func()
	stopped bool
}

// stop keeps the move from being made. It may be called on a nil timer.
func (t *timer) stop() {
	if t != nil {
		t.stopped = true
	}
}

type schedule struct {
	heap  timerHeap
	count uint64
}

func (s *schedule) add(at time.Time, move func()) *timer {
	s.count++
	t := &timer{at: at, order: s.count, move: move}
	heap.Push(&s.heap, t)
	return t
}

// next returns the earliest timer that hasn't been stopped, without taking it off, or nil.
func (s *schedule) next() *timer {
	for len(s.heap) > 0 && s.heap[0].stopped {
		heap.Pop(&s.heap)
	}
	if len(s.heap) == 0 {
		return nil
	}
	return s.heap[0]
}

func (s *schedule) pop() *timer { return heap.Pop(&s.heap).(*timer) }

type timerHeap []*timer

func (h timerHeap) Len() int      { return len(h) }
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}
func (h *timerHeap) Push(x any) { *h = append(*h, x.(*timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return t
}
