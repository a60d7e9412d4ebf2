package xsi

import (
	"slices"
	"testing"
	"time"
)

func TestRenewals(t *testing.T) {
	var r Renewals
	t0 := time.UnixMilli(start)
	r.Granted("a", 3600, t0)
	r.Granted("b", 86400, t0)
	r.Granted("never", Never, t0)
	r.Granted("c", 1, t0)
	r.Retry("unknown", t0)
	next := func() (string, time.Duration) {
		id, due, ok := r.Next()
		if !ok {
			t.Fatal("nothing is due")
		}
		return id, due.Sub(t0)
	}
	for _, want := range []struct {
		id  string
		due time.Duration
		do  func()
	}{
		{"c", time.Second, func() { r.Retry("c", t0.Add(6*time.Second)) }},
		{"c", 6 * time.Second, func() { r.Forget("c"); r.Forget("c") }},
		{"a", 30 * time.Minute, func() { r.Granted("a", 7200, t0.Add(30*time.Minute)) }},
		{"a", 90 * time.Minute, func() { r.Granted("a", Never, t0) }},
		{"b", 12 * time.Hour, func() { r.Forget("b") }},
	} {
		if id, due := next(); id != want.id || due != want.due {
			t.Fatalf("%s is due after %v, want %s after %v", id, due, want.id, want.due)
		}
		want.do()
	}
	if id, _, ok := r.Next(); ok || r.Len() != 0 {
		t.Errorf("%s is left", id)
	}
}

// Due times come in order, whatever was changed and dropped between.
func TestRenewals_Order(t *testing.T) {
	var r Renewals
	t0 := time.UnixMilli(start)
	for i := range 200 {
		r.Granted(string(rune('A'+i)), 10+i*7919%1000, t0)
	}
	for i := 0; i < 200; i += 3 {
		r.Forget(string(rune('A' + i)))
	}
	for i := 1; i < 200; i += 3 {
		r.Retry(string(rune('A'+i)), t0.Add(time.Duration(i*7907%500)*time.Second))
	}
	var dues []time.Time
	for {
		id, due, ok := r.Next()
		if !ok {
			break
		}
		dues = append(dues, due)
		r.Forget(id)
	}
	if len(dues) != 133 || !slices.IsSortedFunc(dues, time.Time.Compare) {
		t.Errorf("%d of 133, in order: %v", len(dues), slices.IsSortedFunc(dues, time.Time.Compare))
	}
}
