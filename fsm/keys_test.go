package fsm

import (
	"fmt"
	"math"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Keys sort as what they stand for does; their form is in snapshots.
func TestKeys(t *testing.T) {
	for _, id := range []uint64{0, 1, 9, 10, 4711, math.MaxUint64} {
		if got, want := idKey(id), fmt.Sprintf("%020d", id); got != want {
			t.Errorf("idKey(%d) = %s, want %s", id, got, want)
		}
	}
	for _, kind := range []fsmpb.DeadlineKind{1, 7, 12} {
		if got, want := deadlineKey(kind, "4711"), fmt.Sprintf("%02d%s4711", kind, sep); got != want {
			t.Errorf("deadlineKey(%d) = %q, want %q", kind, got, want)
		}
		for _, due := range []int64{-5, 0, 1_790_000_000_000, math.MaxInt64} {
			d := &fsmpb.Deadline{Kind: kind, Key: "k", DueMs: due}
			if got, want := dueKey(d, deadlineKey(kind, "k")), fmt.Sprintf("%020d%s%s", max(due, 0), sep, deadlineKey(kind, "k")); got != want {
				t.Errorf("dueKey(%v) = %q, want %q", d, got, want)
			}
		}
	}
}
