package switchsim

import (
	"cmp"
	"slices"
	"time"
)

// xsiMessage is one event for one subscription, until it is answered.
type xsiMessage struct {
	id      string
	seq     int
	sub     *xsiSubscription
	target  string // device
	data    string // the eventData element
	born    time.Time
	channel *xsiChannel   // that it was sent on last
	tried   []*xsiChannel // in this round
	seenAt  []*xsp        // where a response may come
	timer   *timer
	ackLost bool // a fault: its response went astray
}

// retryGap is the pause before an event that all channels refused is tried on them again.
const retryGap = time.Second

// tell tells everybody who has subscribed of something that a user has.
func (f *xsiFront) tell(u *xsiUser, kind string, body func(w *xsiWriter)) {
	if len(f.about[u]) == 0 && len(f.collective) == 0 {
		return
	}
	data := xsiData(kind, body)
	for _, s := range slices.Concat(f.about[u], f.collective) {
		if s.wants(kind) {
			f.post(s, u, data)
		}
	}
}

func xsiData(kind string, body func(w *xsiWriter)) string {
	w := newXsiWriter(true)
	body(w)
	open := `<xsi:eventData xsi1:type="xsi:` + kind + `"`
	if w.Len() == 0 {
		return open + "/>"
	}
	return open + ">" + w.String() + "</xsi:eventData>"
}

// post makes an event of a subscription.
func (f *xsiFront) post(s *xsiSubscription, u *xsiUser, data string) {
	if s.seq++; s.seq > 1<<31-1 {
		s.seq = 1
	}
	f.counts.Events++
	if f.loses() {
		f.s.model.counts.Lost++
		return // and its number with it
	}
	m := &xsiMessage{id: f.uuid(), seq: s.seq, sub: s, target: u.device.id, data: data, born: f.s.model.now}
	f.messages[m.id] = m
	f.send(m)
}

// send sends an event on the next channel of its set that hasn't refused it.
func (f *xsiFront) send(m *xsiMessage) {
	set := m.sub.set
	if len(set.pending) > 0 && m.channel == nil && len(m.tried) == 0 {
		f.park(m) // behind the others
		return
	}
	c := f.pick(set, m.tried)
	if c == nil {
		f.park(m)
		return
	}
	m.channel = c
	m.tried = append(m.tried, c)
	if !slices.Contains(m.seenAt, c.xsp) {
		m.seenAt = append(m.seenAt, c.xsp)
	}
	c.waiting = append(c.waiting, m)
	m.timer = f.s.after(f.opt.AckTimeout, func() { f.unanswered(m) })
	f.s.model.counts.Sent++
	text := f.envelope(m)
	f.write(c, text)
	if f.doubles() {
		f.counts.Doubled++
		f.write(c, text)
	}
}

// pick chooses a channel: the best priority, and among equals by weight. Those that don't answer come last.
func (f *xsiFront) pick(set *xsiSet, not []*xsiChannel) *xsiChannel {
	var best []*xsiChannel
	rank := func(c *xsiChannel) int {
		if c.deaf {
			return c.priority + 1<<30
		}
		return c.priority
	}
	total := 0
	for _, c := range set.channels {
		if slices.Contains(not, c) {
			continue
		}
		if len(best) > 0 && rank(c) < rank(best[0]) {
			best, total = nil, 0
		}
		if len(best) == 0 || rank(c) == rank(best[0]) {
			best = append(best, c)
			total += c.weight
		}
	}
	if len(best) == 0 {
		return nil
	}
	n := f.rng.IntN(total)
	for _, c := range best {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	return best[0]
}

// park keeps an event that no channel takes, for a time.
func (f *xsiFront) park(m *xsiMessage) {
	set := m.sub.set
	left := f.opt.Hold - f.s.model.now.Sub(m.born)
	if left <= 0 || f.sets[set.id] != set {
		f.drop(m)
		return
	}
	m.channel, m.tried = nil, nil
	set.pending = append(set.pending, m)
	m.timer = f.s.after(min(left, retryGap), func() { f.unpark(set) })
}

// unpark tries again what is kept, in its order.
func (f *xsiFront) unpark(set *xsiSet) {
	pending := set.pending
	set.pending = nil
	slices.SortStableFunc(pending, func(a, b *xsiMessage) int {
		return cmp.Or(a.born.Compare(b.born), cmp.Compare(a.seq, b.seq)) // of one moment and one subscription
	})
	for _, m := range pending {
		m.timer.stop()
		if len(set.channels) == 0 {
			f.park(m)
			continue
		}
		c := f.pick(set, nil)
		m.channel = c // not behind the others: it is one of them
		f.send(m)
	}
}

// drop gives an event up.
func (f *xsiFront) drop(m *xsiMessage) {
	m.timer.stop()
	delete(f.messages, m.id)
	f.rememberAnswered(m.id)
	f.counts.Dropped++
}

// settle takes an event off the channel that it waits on.
func (f *xsiFront) settle(m *xsiMessage) {
	m.timer.stop()
	if c := m.channel; c != nil {
		c.waiting = slices.DeleteFunc(c.waiting, func(o *xsiMessage) bool { return o == m })
	}
	set := m.sub.set
	set.pending = slices.DeleteFunc(set.pending, func(o *xsiMessage) bool { return o == m })
}

// unanswered: a channel didn't answer an event in time. Once no channel of the set does, all of them end.
func (f *xsiFront) unanswered(m *xsiMessage) {
	if m.ackLost {
		f.settle(m)
		m.ackLost, m.tried = false, nil
		f.send(m)
		return
	}
	c := m.channel
	f.counts.Unanswered++
	f.violation(c.xsp, "", "event "+m.id+" was not answered")
	c.deaf = true
	set := c.set
	if !slices.ContainsFunc(set.channels, func(o *xsiChannel) bool { return !o.deaf }) {
		for len(set.channels) > 0 {
			f.terminate(set.channels[0], "NonResponsiveChannel")
		}
		return
	}
	f.settle(m)
	f.send(m)
}

// envelope is the event as the channel at hand carries it.
func (f *xsiFront) envelope(m *xsiMessage) string {
	return xsiEvent("SubscriptionEvent", func(w *xsiWriter) {
		w.text("eventID", m.id)
		w.number("sequenceNumber", int64(m.seq))
		w.text("userId", m.sub.owner)
		w.text("externalApplicationId", m.sub.application)
		w.text("subscriptionId", m.sub.id)
		w.text("channelId", m.channel.id)
		w.text("targetId", f.userID(m.target))
		w.WriteString(m.data)
	})
}

// respond takes the response to an event.
func (f *xsiFront) respond(x *xsp, id string, status int) *xsiRefusal {
	m := f.messages[id]
	if m == nil {
		if f.isAnswered[id] {
			return nil // it came twice, and so does its response
		}
		f.violation(x, id, "there is no event "+id)
		return xsiForbidden("Event not found.")
	}
	if !slices.Contains(m.seenAt, x) {
		f.violation(x, id, "a response went to an XSP that doesn't hold the channel")
		return xsiNotFound("Channel not found.")
	}
	if f.losesAck() {
		m.ackLost = true
		return nil
	}
	c := m.channel
	if status != 200 && (c == nil || c.xsp != x) {
		return nil // of a channel that the event isn't at any more
	}
	if c != nil {
		c.deaf = false
	}
	if status == 404 {
		f.terminate(c, "UnknownChannel") // and all that waits there goes to the next one
		return nil
	}
	f.settle(m)
	switch status {
	case 200:
		delete(f.messages, id)
		f.counts.Delivered++
		f.rememberAnswered(id)
	case 400:
		f.drop(m)
	case 481:
		f.drop(m)
		f.removeSubscription(m.sub)
	case 500:
		f.counts.Refused++
		f.send(m)
	}
	return nil
}

func (f *xsiFront) rememberAnswered(id string) {
	if len(f.answered.items) == f.answered.limit {
		delete(f.isAnswered, f.answered.items[f.answered.next])
	}
	f.answered.add(id)
	f.isAnswered[id] = true
}
