package measure

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestPercentilesAreNearestRanks(t *testing.T) {
	thousand := make(Times, 1000)
	for i := range thousand {
		thousand[i] = time.Duration(i+1) * time.Millisecond
	}
	rand.Shuffle(len(thousand), func(i, j int) { thousand[i], thousand[j] = thousand[j], thousand[i] })
	for _, c := range []struct {
		name  string
		times Times
		want  Summary
	}{
		{"none", nil, Summary{}},
		{"one", Times{7 * time.Millisecond}, Summary{1, 7, 7, 7, 7, 7}},
		{"two", Times{2 * time.Millisecond, time.Millisecond}, Summary{2, 1, 2, 2, 2, 2}},
		{"thirty", func() (ts Times) {
			for i := range 30 {
				ts = append(ts, time.Duration(30-i)*time.Millisecond)
			}
			return ts
		}(), Summary{30, 15, 29, 30, 30, 30}},
		{"thousand", thousand, Summary{1000, 500, 950, 990, 999, 1000}},
	} {
		if got := c.times.Summary(); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestMedianAndRatio(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := Median(c.values); got != c.want {
			t.Errorf("median of %v: got %v, want %v", c.values, got, c.want)
		}
	}
	if got := Ratio(3, 2); got != 1.5 {
		t.Errorf("3 to 2: got %v", got)
	}
	if got := Ratio(3, 0); got != 0 {
		t.Errorf("3 to 0: got %v, want 0: there is no such ratio", got)
	}
}
