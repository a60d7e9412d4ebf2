package fsm

import (
	"strconv"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// expire lets a deadline pass, if it is still there, unchanged, and due by log
// time. A deadline that was moved meanwhile is not this one.
func (t *txn) expire(c *fsmpb.Expire) Result {
	d, ok := t.deadlines.get(deadlineKey(c.Kind, c.Key))
	if !ok || d.DueMs != c.DueMs || t.timeMS < d.DueMs {
		return Result{}
	}
	t.clearDeadline(c.Kind, c.Key)
	id, _ := strconv.ParseUint(c.Key, 10, 64)
	switch c.Kind {
	case fsmpb.DeadlineKind_SESSION:
		t.endSession(id, "no sign of life")
	case fsmpb.DeadlineKind_UNCLAIMED_MONITORS:
		t.endUnclaimed(id)
	case fsmpb.DeadlineKind_INTENT:
		t.intentDue(id)
	case fsmpb.DeadlineKind_ROUTE:
		t.routeDue(id)
	case fsmpb.DeadlineKind_TOMBSTONE:
		t.callDue(c.Key)
	case fsmpb.DeadlineKind_LINGER:
		t.lingerOver(c.Key)
	case fsmpb.DeadlineKind_MONITOR_RELEASE:
		t.releaseMonitor(c.Key)
	}
	return Result{}
}
