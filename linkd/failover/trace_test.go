package failover

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func steps(t Trace) (list []string) {
	for _, m := range t.Marks {
		list = append(list, string(m.Step)+" "+m.Switch+" "+m.At.Sub(t.Marks[0].At).String())
	}
	return list
}

func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		r, err := New(registry)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Last(); ok {
			t.Error("there is a trace before a takeover")
		}
		r.Mark(Claimed, "pbx") // of no takeover
		r.Sign(StreamEnded, "", time.Now())
		time.Sleep(time.Minute) // it came to nothing
		r.Sign(StreamEnded, "", time.Now())
		time.Sleep(2 * time.Millisecond)
		r.Sign(StreamEnded, "", time.Now()) // of another stream
		r.Sign(FoundDead, "", time.Now())
		r.Sign(Standing, Crash, time.Now())
		time.Sleep(5 * time.Millisecond)
		r.Elected(7)
		r.Told("pbx")
		r.Told("pbx")
		time.Sleep(time.Millisecond)
		r.Mark(Claimed, "pbx")
		r.Mark(Claimed, "other")
		r.Mark(Claimed, "pbx")
		got, ok := r.Last()
		want := []string{
			"stream ended  0s", "process found ended  2ms", "majority agreed  2ms", "elected  7ms", "event told pbx 7ms",
			"link claimed pbx 8ms", "link claimed other 8ms",
		}
		if !ok || got.Term != 7 || got.Kind != Crash || !slices.Equal(steps(got), want) {
			t.Errorf("term %d, %s:\n%q, want\n%q", got.Term, got.Kind, steps(got), want)
		}
		families, err := registry.Gather()
		if err != nil || len(families) != 1 || len(families[0].Metric) != 6 {
			t.Errorf("metrics: %v, %v", families, err)
		}
	})
}

func TestTrace_Kinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := New(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			sign func()
			want Kind
		}{
			{func() {}, Start},
			{func() { r.Sign(LastHeard, "", time.Now()) }, Silence},
			{func() { r.Sign(Asked, Planned, time.Now()) }, Planned},
			{func() { r.Sign(StreamEnded, "", time.Now()) }, Silence}, // a connection was lost, and then nothing heard
			{func() { r.Sign(StreamEnded, "", time.Now()); r.Sign(Standing, Crash, time.Now()) }, Crash},
			{func() { r.Sign(Asked, Planned, time.Now()); time.Sleep(time.Hour) }, Start},
			{func() { r.Sign(StreamEnded, Crash, time.Now()); r.Other() }, Start},
		} {
			c.sign()
			r.Elected(1)
			if got, _ := r.Last(); got.Kind != c.want {
				t.Errorf("%s, want %s", got.Kind, c.want)
			}
		}
	})
}

func TestTrace_IsBounded(t *testing.T) {
	r, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Elected(1)
	for i := range 2 * maxMarks {
		r.Mark(Claimed, time.Duration(i).String())
	}
	if got, _ := r.Last(); len(got.Marks) != maxMarks {
		t.Errorf("%d marks are kept", len(got.Marks))
	}
}
