package xsi

import (
	"fmt"
	"testing"
)

func TestSequences(t *testing.T) {
	type arrival struct {
		id      string
		number  int
		want    Arrival
		missing int
	}
	const most = 2147483647
	for _, c := range []struct {
		name string
		come []arrival
	}{
		{"in order", []arrival{{"a", 5, ArrivalFirst, 0}, {"b", 6, ArrivalNext, 0}, {"c", 7, ArrivalNext, 0}}},
		{"wrapping", []arrival{{"a", most - 1, ArrivalFirst, 0}, {"b", most, ArrivalNext, 0}, {"c", 1, ArrivalNext, 0}, {"d", 2, ArrivalNext, 0}}},
		{"a gap", []arrival{{"a", 5, ArrivalFirst, 0}, {"b", 9, ArrivalGap, 3}, {"c", 10, ArrivalNext, 0}}},
		{"a gap over the wrap", []arrival{{"a", most, ArrivalFirst, 0}, {"b", 3, ArrivalGap, 2}}},
		{"a gap beyond the window", []arrival{{"a", 5, ArrivalFirst, 0}, {"b", 1000, ArrivalGap, 994}, {"c", 999, ArrivalLate, 0}, {"d", 970, ArrivalLate, 0}}},
		{"a late one", []arrival{{"a", 5, ArrivalFirst, 0}, {"c", 7, ArrivalGap, 1}, {"b", 6, ArrivalLate, 0}, {"b", 6, ArrivalRepeat, 0}, {"d", 8, ArrivalNext, 0}}},
		{"a late one over the wrap", []arrival{{"a", most - 1, ArrivalFirst, 0}, {"c", 1, ArrivalGap, 1}, {"b", most, ArrivalLate, 0}, {"d", 2, ArrivalNext, 0}}},
		{"the last one again", []arrival{{"a", 5, ArrivalFirst, 0}, {"a", 5, ArrivalRepeat, 0}, {"b", 6, ArrivalNext, 0}, {"a", 5, ArrivalRepeat, 0}, {"b", 6, ArrivalRepeat, 0}}},
		{"a restart far down", []arrival{{"a", 5000, ArrivalFirst, 0}, {"b", 1, ArrivalRestart, 0}, {"c", 2, ArrivalNext, 0}, {"d", 4, ArrivalGap, 1}}},
		{"a restart close by", []arrival{{"a", 1, ArrivalFirst, 0}, {"b", 2, ArrivalNext, 0}, {"c", 3, ArrivalNext, 0}, {"x", 1, ArrivalRestart, 0}, {"y", 2, ArrivalNext, 0}}},
		{"a restart at the same number", []arrival{{"a", 1, ArrivalFirst, 0}, {"x", 1, ArrivalRestart, 0}, {"y", 2, ArrivalNext, 0}}},
		{"a restart below the first that was seen", []arrival{{"a", 9, ArrivalFirst, 0}, {"x", 7, ArrivalRestart, 0}, {"y", 8, ArrivalNext, 0}}},
		{"a number that can't be read", []arrival{{"a", 5, ArrivalFirst, 0}, {"b", 0, ArrivalNext, 0}, {"c", 6, ArrivalNext, 0}}},
	} {
		s := NewSequences()
		for i, a := range c.come {
			got, missing := s.Observe(&SubscriptionEvent{EventID: a.id, SubscriptionID: "s", SequenceNumber: a.number})
			if got != a.want || missing != a.missing {
				t.Errorf("%s, event %d (%s, %d): %v, %d missing, want %v, %d", c.name, i, a.id, a.number, got, missing, a.want, a.missing)
			}
		}
	}
}

func TestSequences_SubscriptionsAreApart(t *testing.T) {
	s := NewSequences()
	for i := range 3 {
		for _, sub := range []string{"s1", "s2"} {
			want := ArrivalNext
			if i == 0 {
				want = ArrivalFirst
			}
			if a, _ := s.Observe(&SubscriptionEvent{EventID: fmt.Sprint(sub, i), SubscriptionID: sub, SequenceNumber: i + 1}); a != want {
				t.Errorf("%s %d: %v, want %v", sub, i, a, want)
			}
		}
	}
	if s.Len() != 2 {
		t.Errorf("%d subscriptions", s.Len())
	}
	s.Forget("s1")
	if a, _ := s.Observe(&SubscriptionEvent{EventID: "x", SubscriptionID: "s1", SequenceNumber: 9}); a != ArrivalFirst || s.Len() != 2 {
		t.Errorf("after Forget: %v, %d subscriptions", a, s.Len())
	}
}

// Every number of a long stream comes twice, the second time within the
// window, over the wrap.
func TestSequences_RepeatsOverTheWrap(t *testing.T) {
	s := NewSequences()
	number := func(i int) int { return (2147483647-100+i-1)%2147483647 + 1 }
	event := func(i int) *SubscriptionEvent {
		return &SubscriptionEvent{EventID: fmt.Sprint(i), SubscriptionID: "s", SequenceNumber: number(i)}
	}
	for i := range 300 {
		a, _ := s.Observe(event(i))
		if i > 0 && a != ArrivalNext {
			t.Fatalf("number %d: %v", number(i), a)
		}
		if back := i - 30; back >= 0 {
			if a, _ := s.Observe(event(back)); a != ArrivalRepeat {
				t.Fatalf("number %d again after %d: %v", number(back), number(i), a)
			}
		}
	}
}
