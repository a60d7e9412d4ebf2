package measure

import (
	"math"
	"slices"
	"time"
)

// Times are measured times, in the order in which they came.
type Times []time.Duration

// Summary is what is told of many times. Its JSON is in milliseconds.
type Summary struct {
	N    int `json:"n"`
	P50  MS  `json:"p50_ms"`
	P95  MS  `json:"p95_ms"`
	P99  MS  `json:"p99_ms"`
	P999 MS  `json:"p999_ms"`
	Max  MS  `json:"max_ms"`
}

// MS is a time in milliseconds, with its fraction.
type MS float64

// Milliseconds turns a duration into MS.
func Milliseconds(d time.Duration) MS { return MS(float64(d) / float64(time.Millisecond)) }

// Summary sorts the times and takes their percentiles; all are zero if there
// are none.
func (t Times) Summary() Summary {
	slices.Sort(t)
	return Summary{
		N: len(t), P50: Milliseconds(t.percentile(50)), P95: Milliseconds(t.percentile(95)), P99: Milliseconds(t.percentile(99)),
		P999: Milliseconds(t.percentile(99.9)), Max: Milliseconds(t.percentile(100)),
	}
}

// percentile is the nearest rank: the smallest time that at least p percent of
// all are not above. The times are sorted; p is above 0 and at most 100.
func (t Times) percentile(p float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	// The tolerance keeps 99.9 % of 1,000 from becoming the 1,000th.
	rank := int(math.Ceil(p/100*float64(len(t)) - 1e-9))
	return t[max(rank, 1)-1]
}

// Median is the middle one of the values, or the mean of the two middle ones; 0
// of none.
func Median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	switch n := len(v); {
	case n == 0:
		return 0
	case n%2 == 1:
		return v[n/2]
	default:
		return (v[n/2-1] + v[n/2]) / 2
	}
}

// Ratio is a to b; 0 if b is.
func Ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
