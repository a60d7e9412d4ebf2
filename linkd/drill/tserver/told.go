package tserver

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// Report is what was seen so far.
func (t *TServer) Report() Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.report
	r.Faults, r.Notes = slices.Clone(r.Faults), slices.Clone(r.Notes)
	return r
}

// Part is a device's own part in a call, as the model was told.
type Part struct{ Device, Call, State string }

// Told is everything that the model believes: one part for each device and call.
func (t *TServer) Told() []Part {
	t.mu.Lock()
	defer t.mu.Unlock()
	var parts []Part
	for _, d := range slices.Sorted(maps.Keys(t.monitors)) {
		m := t.monitors[d]
		if time.Since(m.since) > replayWindow+settleTime {
			t.settle(m)
		}
		for _, c := range slices.Sorted(maps.Keys(m.parts)) {
			parts = append(parts, Part{Device: d, Call: c, State: m.parts[c]})
		}
	}
	return parts
}

// settleTime after the link came back a replay has come, if one was to come.
const settleTime = 2 * time.Second

func (t *TServer) settle(m *monitor) {
	repeats, faults := m.settled()
	t.report.Repeats += uint64(repeats)
	for _, f := range faults {
		t.fault("%s", f)
	}
}

// Xrefs are the cross reference IDs by device.
func (t *TServer) Xrefs() map[string]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := map[string]string{}
	for d, m := range t.monitors {
		x[d] = m.xref
	}
	return x
}

// Active is the address of the active link, empty if there is none.
func (t *TServer) Active() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.active
}

// Recovery is how long it took, after the last loss of a link, until the first
// new event came; 0 if none came yet.
func (t *TServer) Recovery() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lostAt.IsZero() || t.firstNew.IsZero() {
		return 0
	}
	return t.firstNew.Sub(t.lostAt)
}

// WaitReady waits until every device is monitored on an active link.
func (t *TServer) WaitReady(ctx context.Context) error {
	return t.wait(ctx, "every monitor", func() bool { return t.ready })
}

// WaitSynced waits until every monitor has its first snapshot too.
func (t *TServer) WaitSynced(ctx context.Context) error {
	return t.wait(ctx, "every snapshot", func() bool {
		if !t.ready {
			return false
		}
		for _, m := range t.monitors {
			if !m.synced {
				return false
			}
		}
		return true
	})
}

// WaitNewEvent waits until a new event came after the last loss of a link.
func (t *TServer) WaitNewEvent(ctx context.Context) error {
	return t.wait(ctx, "a new event", func() bool { return t.ready && !t.firstNew.IsZero() })
}

func (t *TServer) wait(ctx context.Context, what string, ok func() bool) error {
	for {
		t.mu.Lock()
		yes, changed := ok(), t.changed
		t.mu.Unlock()
		if yes {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s waits for %s: %w", t.o.Name, what, context.Cause(ctx))
		}
	}
}

// Past is what was heard last on a device's monitor, in words: what counts as new
// and, where the end of a replay is not clear yet, what may be a repetition.
func (t *TServer) Past(device string) (lines []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.monitors[device]
	if m == nil {
		return nil
	}
	for i, h := range m.past[max(0, len(m.past)-40):] {
		lines = append(lines, fmt.Sprintf("%s %s call %s subject %s local %s", m.when[max(0, len(m.past)-40)+i].Format("05.000"), h.event, h.call, h.subject, h.local))
	}
	for _, h := range m.doubt {
		lines = append(lines, fmt.Sprintf("in doubt: %s call %s subject %s local %s", h.event, h.call, h.subject, h.local))
	}
	return lines
}

// Name is the model's name.
func (t *TServer) Name() string { return t.o.Name }

// Journal is every call event that was told, in order, by device; repetitions
// included. It is empty without Options.Journal.
func (t *TServer) Journal() map[string][]Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string][]Entry{}
	for d, es := range t.journal {
		out[d] = slices.Clone(es)
	}
	return out
}
